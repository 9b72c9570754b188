from django.urls import path

from . import views

urlpatterns = [
    path(
        "cases/<uuid:case_id>/decisions/<uuid:decision_id>/sheet/", views.sheet_request, name="sheet_request"
    ),
    path("cases/<uuid:case_id>/understanding/", views.understanding, name="understanding"),
    path("cases/<uuid:case_id>/understanding/sheet/", views.understanding_sheet, name="understanding_sheet"),
    path("cases/<uuid:case_id>/evaluations/<uuid:evaluation_id>/", views.evaluation, name="evaluation"),
    path(
        "cases/<uuid:case_id>/evaluations/<uuid:evaluation_id>/sheet/",
        views.evaluation_sheet,
        name="evaluation_sheet",
    ),
    path(
        "cases/<uuid:case_id>/assessment/<uuid:assessment_id>/sheet/",
        views.assessment_sheet,
        name="assessment_sheet",
    ),
    path("cases/<uuid:case_id>/closing/sheet/", views.closing_sheet, name="closing_sheet"),
    path("cases/<uuid:case_id>/decisions/<uuid:decision_id>/plan.xlsx", views.plan_excel, name="plan_excel"),
    path("cases/<uuid:case_id>/sheets/<uuid:sheet_id>/", views.sheet, name="sheet"),
    path("cases/<uuid:case_id>/sheets/<uuid:sheet_id>/file/", views.sheet_file, name="sheet_file"),
]
