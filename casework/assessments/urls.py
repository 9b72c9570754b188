from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/assessment/", views.assessment, name="assessment"),
    path("cases/<uuid:case_id>/assessment/write/", views.assessment_write, name="assessment_write"),
    path("cases/<uuid:case_id>/assessment/ask/", views.assessment_ask, name="assessment_ask"),
    path(
        "cases/<uuid:case_id>/assessment/asked/<uuid:asked_id>/end/",
        views.assessment_unask,
        name="assessment_unask",
    ),
    path("cases/<uuid:case_id>/assessment/fix/", views.assessment_fix, name="assessment_fix"),
    path(
        "cases/<uuid:case_id>/assessment/<uuid:assessment_id>/",
        views.assessment_version,
        name="assessment_version",
    ),
    path(
        "cases/<uuid:case_id>/assessment/<uuid:assessment_id>/compare/",
        views.assessment_compare,
        name="assessment_compare",
    ),
]
