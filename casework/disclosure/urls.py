from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/openings/", views.openings, name="openings"),
    path("cases/<uuid:case_id>/openings/letter/", views.openings_letter, name="openings_letter"),
]
