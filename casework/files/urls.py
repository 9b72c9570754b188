from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/files/add/", views.file_add, name="file_add"),
    path("cases/<uuid:case_id>/notes/<uuid:note_id>/files/add/", views.note_file_add, name="note_file_add"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/", views.file_open, name="file_open"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/remove/", views.file_remove, name="file_remove"),
    path("cases/<uuid:case_id>/files/<uuid:file_id>/check/", views.file_check, name="file_check"),
]
