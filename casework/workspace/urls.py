from django.urls import path

from . import duty_views, inbox_views, timeline_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("keys/", views.keys_switch, name="keys_switch"),
    path("cases/", views.case_list, name="case_list"),
    path("cases/save/", views.case_list_save, name="case_list_save"),
    path("notifications/", inbox_views.notifications, name="notifications"),
    path("notifications/mark/", inbox_views.notifications_mark, name="notifications_mark"),
    path("notifications/save/", inbox_views.notifications_save, name="notifications_save"),
    path("notifications/mails/", inbox_views.notification_mails, name="notification_mails"),
    path(
        "notifications/<uuid:notification_id>/open/", inbox_views.notification_open, name="notification_open"
    ),
    path("duties/", duty_views.duties, name="duties"),
    path("board/", duty_views.board, name="board"),
    path("duties/save/", duty_views.duties_save, name="duties_save"),
    path("search/", views.search, name="search"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/decisions/<uuid:decision_id>/", views.decision, name="decision"),
    path("cases/<uuid:case_id>/ecomap/", views.ecomap, name="ecomap"),
    path("cases/<uuid:case_id>/timeline/", timeline_views.timeline, name="timeline"),
    path("cases/<uuid:case_id>/share/", views.share_add, name="share_add"),
]
