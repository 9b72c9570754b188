"""What a public node answers: pages, forms, status, health."""

from marugoto_site import urls
from marugoto_site.nodes import BOTH_SIDES, PUBLIC_SIDE, only

handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

urlpatterns = only(BOTH_SIDES | PUBLIC_SIDE, urls.urlpatterns)
