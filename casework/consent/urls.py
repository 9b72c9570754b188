from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/consents/", views.consents, name="consents"),
    path(
        "cases/<uuid:case_id>/persons/<uuid:person_id>/consents/add/", views.consent_add, name="consent_add"
    ),
    path(
        "cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw/",
        views.consent_withdraw,
        name="consent_withdraw",
    ),
    path("cases/<uuid:case_id>/persons/<uuid:person_id>/team-letter/", views.team_letter, name="team_letter"),
]
