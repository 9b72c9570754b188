from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/household/", views.household_edit, name="household_edit"),
    path("cases/<uuid:case_id>/persons/add/", views.person_add, name="person_add"),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/", views.person_edit, name="person_edit"),
    # Before the address of an item, which takes any word.
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/stays/", views.stays, name="stays"),
    path(
        "cases/<uuid:case_id>/persons/<uuid:person_id>/stays/<uuid:stay_id>/correct/",
        views.stay_correct,
        name="stay_correct",
    ),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/<slug:item>/", views.person_item, name="person_item"),
]
