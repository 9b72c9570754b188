from django.urls import path

from . import views

urlpatterns = [
    path("brought/", views.brought, name="brought"),
    path("brought/add/", views.brought_add, name="brought_add"),
]
