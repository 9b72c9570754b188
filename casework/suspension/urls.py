from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/suspension/", views.suspension, name="suspension"),
    path("cases/<uuid:case_id>/suspension/end/", views.suspension_end, name="suspension_end"),
]
