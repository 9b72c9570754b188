from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/assessment/", views.assessment, name="assessment"),
    path("cases/<uuid:case_id>/assessment/write/", views.assessment_write, name="assessment_write"),
]
