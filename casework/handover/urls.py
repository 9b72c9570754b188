from django.urls import path

from . import views

urlpatterns = [
    path("handovers/", views.handovers, name="handovers"),
    path(
        "cases/<uuid:case_id>/handovers/<uuid:handover_id>/sign/", views.handover_sign, name="handover_sign"
    ),
]
