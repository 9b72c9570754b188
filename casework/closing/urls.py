from django.urls import path

from . import views

urlpatterns = [path("cases/<uuid:case_id>/close/", views.closing, name="closing")]
