from django.urls import path

from . import views

_ITEM = "meetings/<uuid:meeting_id>/items/<uuid:agenda_id>/"

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/add/", views.meeting_add, name="meeting_add"),
    path("meetings/<uuid:meeting_id>/", views.meeting, name="meeting"),
    path("meetings/<uuid:meeting_id>/edit/", views.meeting_edit, name="meeting_edit"),
    path("meetings/<uuid:meeting_id>/calendar.ics", views.meeting_calendar, name="meeting_calendar"),
    path("cases/<uuid:case_id>/meetings/add/", views.agenda_add, name="agenda_add"),
    path(_ITEM, views.agenda, name="agenda"),
    path(f"{_ITEM}members/", views.agenda_members, name="agenda_members"),
    path(f"{_ITEM}open/", views.agenda_open, name="agenda_open"),
    path(f"{_ITEM}take-off/", views.agenda_take_off, name="agenda_take_off"),
    path(f"{_ITEM}papers/add/", views.paper_add, name="paper_add"),
    path(f"{_ITEM}prep/", views.prep_answer, name="prep_answer"),
]
