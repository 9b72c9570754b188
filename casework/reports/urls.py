from django.urls import path

from . import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/<int:year>/<int:month>/", views.report, name="report"),
    path("reports/<int:year>/<int:month>/close/", views.report_close, name="report_close"),
    path("reports/<int:year>/<int:month>/file/", views.report_file, name="report_file"),
    path("reports/<int:year>/<int:month>/<slug:count>/", views.report_list, name="report_list"),
]
