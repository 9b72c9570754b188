from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/chronology/", views.chronology, name="chronology"),
    path("cases/<uuid:case_id>/chronology/add/", views.chronology_add, name="chronology_add"),
    path(
        "cases/<uuid:case_id>/chronology/<uuid:entry_id>/correct/",
        views.chronology_correct,
        name="chronology_correct",
    ),
]
