from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/seal/", views.seal, name="seal"),
    path("cases/<uuid:case_id>/seal/end/", views.unseal, name="unseal"),
]
