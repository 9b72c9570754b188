from django.urls import path

from . import views

urlpatterns = [path("cases/<uuid:case_id>/stage/", views.case_stage, name="case_stage")]
