from django.urls import path

from . import views

urlpatterns = [path("emergency/", views.emergency_open, name="emergency_open")]
