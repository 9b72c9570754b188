from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/household/", views.household_edit, name="household_edit"),
    path("cases/<uuid:case_id>/persons/add/", views.person_add, name="person_add"),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/", views.person_edit, name="person_edit"),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/<slug:item>/", views.person_item, name="person_item"),
]
