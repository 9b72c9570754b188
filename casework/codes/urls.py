from django.urls import path

from . import views

urlpatterns = [
    path("codes/", views.code_lists, name="code_lists"),
    path("settings/<slug:key>/", views.setting_edit, name="setting_edit"),
    path("codes/<slug:list_code>/", views.code_list, name="code_list"),
    path("codes/<slug:list_code>/add/", views.code_add, name="code_add"),
    path("codes/<slug:list_code>/<slug:code>/", views.code_edit, name="code_edit"),
    path("codes/<slug:list_code>/<slug:code>/retire/", views.code_retire, name="code_retire"),
    path("codes/<slug:list_code>/<slug:code>/move/", views.code_move, name="code_move"),
]
