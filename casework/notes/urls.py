from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/notes/add/", views.note_add, name="note_add"),
    path("cases/<uuid:case_id>/notes/<uuid:note_id>/correct/", views.note_correct, name="note_correct"),
]
