from django.urls import path

from . import views

urlpatterns = [
    path("inbox/<uuid:contact_id>/emergency/", views.contact_emergency, name="contact_emergency"),
    path("inbox/<uuid:contact_id>/notice/", views.notice_add, name="notice_add"),
    path("inbox/<uuid:contact_id>/notice/<uuid:notice_id>/reply/", views.notice_reply, name="notice_reply"),
]
