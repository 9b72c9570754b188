from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/monitoring/", views.monitoring_add, name="monitoring_add"),
    path("cases/<uuid:case_id>/monitoring/date/", views.monitoring_date, name="monitoring_date"),
]
