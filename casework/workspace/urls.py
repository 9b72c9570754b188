from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="home"),
    path("keys/", views.keys_switch, name="keys_switch"),
    path("cases/", views.case_list, name="case_list"),
    path("cases/save/", views.case_list_save, name="case_list_save"),
    path("search/", views.search, name="search"),
    path("cases/<uuid:case_id>/", views.case, name="case"),
    path("cases/<uuid:case_id>/decisions/<uuid:decision_id>/", views.decision, name="decision"),
    path("cases/<uuid:case_id>/ecomap/", views.ecomap, name="ecomap"),
    path("cases/<uuid:case_id>/share/", views.share_add, name="share_add"),
]
