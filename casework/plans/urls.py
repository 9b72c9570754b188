from django.urls import path

from . import table_views, views

urlpatterns = [
    path("roles/", table_views.roles, name="roles"),
    path("cases/<uuid:case_id>/roles/", table_views.case_roles, name="case_roles"),
    path("cases/<uuid:case_id>/decisions/add/", views.decision_add, name="decision_add"),
    path("cases/<uuid:case_id>/roles/<uuid:role_id>/answer/", views.role_answer, name="role_answer"),
    path("cases/<uuid:case_id>/roles/<uuid:role_id>/touch/", table_views.role_touch, name="role_touch"),
    path("cases/<uuid:case_id>/roles/<uuid:role_id>/told/", table_views.role_told, name="role_told"),
]
