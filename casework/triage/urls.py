from django.urls import path

from . import views

urlpatterns = [path("cases/<uuid:case_id>/screening/", views.screening, name="screening")]
