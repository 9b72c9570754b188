from django.urls import path

from . import views

urlpatterns = [
    path(
        "cases/<uuid:case_id>/decisions/<uuid:decision_id>/evaluation/",
        views.evaluation_add,
        name="evaluation_add",
    )
]
