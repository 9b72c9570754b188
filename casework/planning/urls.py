from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/plans/", views.plans, name="plans"),
    path("cases/<uuid:case_id>/plans/write/", views.plan_write, name="plan_write"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/decide/", views.plan_decide, name="plan_decide"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/bring/", views.plan_bring, name="plan_bring"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/confirm/", views.plan_confirm, name="plan_confirm"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/agree/", views.plan_agree, name="plan_agree"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/compare/", views.plan_compare, name="plan_compare"),
    path("cases/<uuid:case_id>/plans/<uuid:plan_id>/plain/", views.plan_plain, name="plan_plain"),
]
