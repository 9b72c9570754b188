"""What a casework node answers: everything but the citizens' pages."""

from django.urls import path

from marugoto_site import urls, views
from marugoto_site.nodes import PUBLIC_SIDE, closing

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

urlpatterns = [
    path("", views.casework_door, name="casework_door"),
    *closing(PUBLIC_SIDE, urls.urlpatterns),
]
