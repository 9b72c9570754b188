from django.urls import path

from . import views

urlpatterns = [
    path("cases/<uuid:case_id>/relations/", views.relations, name="relations"),
    path("cases/<uuid:case_id>/relations/add/", views.relation_add, name="relation_add"),
    path("cases/<uuid:case_id>/relations/<uuid:relation_id>/", views.relation_follow, name="relation_follow"),
]
