from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/share/<uuid:line_id>/end/", views.share_end, name="share_end"),
    path("cases/<uuid:case_id>/block/", views.block_add, name="block_add"),
    path("cases/<uuid:case_id>/block/<uuid:block_id>/lift/", views.block_lift, name="block_lift"),
    path("recalls/<uuid:recall_id>/", views.recall, name="recall"),
]
