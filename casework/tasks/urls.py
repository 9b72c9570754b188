from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/tasks/add/", views.task_add, name="task_add"),
    path("cases/<uuid:case_id>/tasks/<uuid:task_id>/end/", views.task_end, name="task_end"),
]
