from django.urls import path

from . import views

app_name = "audit"

urlpatterns = [
    path("alarms/", views.alarms, name="alarms"),
    path("alarms/<uuid:alarm_id>/review/", views.alarm_review, name="alarm_review"),
    path("log/", views.log, name="log"),
    path("log/export/", views.log_export, name="log_export"),
]
