from django.urls import path

from . import views

urlpatterns = [
    path("ordinances/", views.ordinances, name="ordinances"),
    path("ordinances/add/", views.ordinance_add, name="ordinance_add"),
    path("ordinances/<uuid:ordinance_id>/", views.ordinance, name="ordinance"),
    path("ordinances/<uuid:ordinance_id>/edit/", views.ordinance_edit, name="ordinance_edit"),
    path("oath/", views.oath, name="oath"),
    path("oaths/", views.oaths, name="oaths"),
    path("oaths/add/", views.oath_record, name="oath_record"),
]
