from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/reopening/", views.reopening, name="reopening"),
    path("inbox/<uuid:contact_id>/reopening/", views.contact_reopening, name="contact_reopening"),
]
