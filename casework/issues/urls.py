from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/issues/add/", views.issue_add, name="issue_add"),
    path("cases/<uuid:case_id>/issues/<uuid:issue_id>/", views.issue_follow, name="issue_follow"),
]
