from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/decisions/add/", views.decision_add, name="decision_add"),
    path("cases/<uuid:case_id>/roles/<uuid:role_id>/answer/", views.role_answer, name="role_answer"),
]
