from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/people/<uuid:person_id>/same/", views.person_same, name="person_same"),
    path("cases/<uuid:case_id>/people/<uuid:person_id>/same/join/", views.person_join, name="person_join"),
    path(
        "cases/<uuid:case_id>/people/<uuid:person_id>/same/unjoin/", views.person_unjoin, name="person_unjoin"
    ),
]
