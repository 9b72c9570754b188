from django.urls import path

from . import views

app_name = "pages"

urlpatterns = [
    path("exit/", views.exit_page, name="exit_page"),
    path("robots.txt", views.robots, name="robots"),
]
