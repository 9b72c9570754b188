from django.urls import path

from . import minutes_views, views

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
    path(f"{_ITEM}alone/", views.alone_declare, name="alone_declare"),
    path(f"{_ITEM}minutes/", minutes_views.minutes, name="minutes"),
    path(f"{_ITEM}minutes/take/", minutes_views.minutes_take, name="minutes_take"),
    path(f"{_ITEM}minutes/receive/", minutes_views.minutes_receive, name="minutes_receive"),
    path(f"{_ITEM}questionnaire/", minutes_views.questionnaire, name="questionnaire"),
    path(f"{_ITEM}minutes/circulate/", minutes_views.agenda_circulate, name="agenda_circulate"),
    path(f"{_ITEM}fix/", minutes_views.agenda_fix, name="agenda_fix"),
    path(f"{_ITEM}copies/", minutes_views.copies, name="copies"),
    path(f"{_ITEM}print/", minutes_views.agenda_print, name="agenda_print"),
    path(f"{_ITEM}prep/", views.prep_answer, name="prep_answer"),
]
