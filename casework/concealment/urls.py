from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/concealment/", views.concealment, name="concealment"),
    path("cases/<uuid:case_id>/concealment/add/", views.concealment_add, name="concealment_add"),
    path(
        "cases/<uuid:case_id>/concealment/<uuid:concealment_id>/renew/",
        views.concealment_renew,
        name="concealment_renew",
    ),
    path(
        "cases/<uuid:case_id>/concealment/<uuid:concealment_id>/lift/",
        views.concealment_lift,
        name="concealment_lift",
    ),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/places/ask/", views.place_ask, name="place_ask"),
    path("cases/<uuid:case_id>/places/<uuid:request_id>/open/", views.place_open, name="place_open"),
    path("cases/<uuid:case_id>/places/<uuid:request_id>/", views.place, name="place"),
]
