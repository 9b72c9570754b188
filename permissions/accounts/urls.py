from django.conf import settings
from django.urls import path

from . import people_views as people
from . import views

app_name = "accounts"

urlpatterns = [
    path("acting/", views.acting, name="acting"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end-others/", views.sessions_end_others, name="sessions_end_others"),
    path("sessions/<uuid:session_id>/end/", views.session_end, name="session_end"),
    path("invitation/<str:secret>/", views.invitation, name="invitation"),
    path("paper/", views.paper, name="paper"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.person_invite, name="person_invite"),
    path("people/renew/", people.memberships_renew, name="memberships_renew"),
    path("people/<int:membership_id>/", people.person, name="person"),
    path("people/<int:membership_id>/end/", people.membership_end, name="membership_end"),
    path("people/<int:membership_id>/renew/", people.membership_renew, name="membership_renew"),
    path("people/<int:membership_id>/sheet/", people.person_sheet, name="person_sheet"),
    path("people/<int:membership_id>/reset/", people.person_reset, name="person_reset"),
    path("people/<int:membership_id>/shut/", people.person_shut, name="person_shut"),
    path("people/<int:membership_id>/reopen/", people.person_reopen, name="person_reopen"),
    path("people/<int:membership_id>/sessions/end/", people.person_end_sessions, name="person_end_sessions"),
    path(
        "people/invitations/<uuid:invitation_id>/revoke/", people.invitation_revoke, name="invitation_revoke"
    ),
    path("agencies/", people.agency_list, name="agencies"),
    path("agencies/<int:agency_id>/close/", people.agency_close, name="agency_close"),
]

if settings.MARUGOTO_OIDC:
    from . import provider_views as provider  # its libraries are not needed elsewhere

    urlpatterns += [
        path("provider/login/", provider.provider_login, name="provider_login"),
        path("provider/return/", provider.provider_return, name="provider_return"),
        path("provider/link/", provider.provider_link, name="provider_link"),
        path("provider/unlink/", provider.provider_unlink, name="provider_unlink"),
    ]
