from django.urls import path

from . import views

urlpatterns = [path("cases/<uuid:case_id>/interval/", views.contact_interval, name="contact_interval")]
