from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from forms_app.builder.urls import shadow_urlpatterns
from marugoto_site import views

handler400 = "marugoto_site.views.bad_request"
handler403 = "marugoto_site.views.permission_denied"
handler404 = "marugoto_site.views.page_not_found"
handler500 = "marugoto_site.views.server_error"


urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("i18n/", views.set_language, name="set_language"),
    path("accounts/", include("permissions.accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("audit/", include("permissions.audit.urls")),
    path("casework/", include("casework.urls")),
    path("", include("forms_app.urls")),
    path("", include("pages.urls")),
    # Before the editor: the forms library's own screens stay closed.
    *shadow_urlpatterns,
    path(settings.MARUGOTO_CMS_PATH, include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    re_path(r"^media/(?P<path>(?:images|original_images)/.+)$", views.public_image, name="public_image"),
    path("", include(wagtail_urls)),
]
