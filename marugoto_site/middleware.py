"""Headers and language: what every answer of ours carries, whatever view made it."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

type_get_response = Callable[[HttpRequest], HttpResponse]

PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
    "microphone=(), midi=(), payment=(), usb=()"
)


# The same for everybody, signed in or not.
PUBLIC_FILES = tuple(filter(None, (settings.STATIC_URL, settings.MEDIA_URL)))
# Kept by no cache and no browser: whatever is answered to somebody with a session, a citizen in the middle of a
# form included (the phone may be shared with the one they write about).
NOT_KEPT = "no-store"
# Not "cookies": the choice of the language may stay.
FORGOTTEN = '"cache", "storage"'


class SecurityHeadersMiddleware:
    """Refuse the browser features nobody here needs, and decide what may be kept."""

    def __init__(self, get_response: type_get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        self._limit_keeping(request, response)
        return response

    def _limit_keeping(self, request: HttpRequest, response: HttpResponse) -> None:
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and not cookie.value:
            response.headers.setdefault("Clear-Site-Data", FORGOTTEN)
        if request.path_info.startswith(PUBLIC_FILES):
            return
        if cookie is not None or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers["Cache-Control"] = NOT_KEPT
        # A telephone number that was corrected is wrong in every copy that was kept.
        response.headers.setdefault("Cache-Control", "no-cache")


def is_for_editors(request: HttpRequest) -> bool:
    """Return whether the answer is a screen of Wagtail's editor."""
    return request.path_info.startswith(f"/{settings.MARUGOTO_CMS_PATH}")


def is_preview(request: HttpRequest) -> bool:
    """Return whether Wagtail asks for a page of ours to show it in the editor."""
    return bool(getattr(request, "is_preview", False))


class FrameMiddleware(XFrameOptionsMiddleware):
    """No page stands in a frame, but those of the editor and what it previews."""

    def get_xframe_options_value(self, request: HttpRequest, response: HttpResponse) -> str:
        if is_for_editors(request) or is_preview(request):
            return "SAMEORIGIN"
        return str(super().get_xframe_options_value(request, response))


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere, a looser one for Wagtail's editor only."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_for_editors(request):
            parts.replace = {**(parts.replace or {}), **settings.MARUGOTO_EDITOR_POLICY}
            parts.nonce = None
        elif is_preview(request):
            parts.replace = {**(parts.replace or {}), "frame-ancestors": [SELF]}
        return parts


class CmsCookieMiddleware:
    """Give the session cookie of the editor's host a name of its own. Must come before everything."""

    def __init__(self, get_response: type_get_response) -> None:
        self.get_response = get_response
        self.outside = settings.SESSION_COOKIE_NAME
        self.inside = settings.SESSION_COOKIE_NAME.replace("session", "cms")
        if not settings.MARUGOTO_CMS_HOST:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_cms_host(request):
            return self.get_response(request)
        request.COOKIES.pop(self.outside, None)
        if own := request.COOKIES.pop(self.inside, None):
            request.COOKIES[self.outside] = own
        response = self.get_response(request)
        if (set_here := response.cookies.pop(self.outside, None)) is not None:
            response.set_cookie(self.inside, set_here.value)
            response.cookies[self.inside].update(set_here)
        return response


class CmsHostMiddleware:
    """Keep Wagtail's editor on a host name of its own, if settings.MARUGOTO_CMS_HOST names one.

    The editor runs scripts that our own pages forbid. On its own host they reach no page of casework.
    """

    def __init__(self, get_response: type_get_response) -> None:
        self.get_response = get_response
        self.cms = f"/{settings.MARUGOTO_CMS_PATH}"
        self.there = (
            self.cms,
            "/accounts/",
            "/i18n/",
            "/media/",
            "/documents/",
            "/healthz",
            "/readyz",
            "/.well-known/",
        )
        if not settings.MARUGOTO_CMS_HOST:
            raise MiddlewareNotUsed

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_cms_host(request):
            if request.path_info.startswith(self.cms):
                raise Http404
            return self.get_response(request)
        if request.path_info == "/":
            return HttpResponseRedirect(self.cms)
        if not request.path_info.startswith(self.there):
            raise Http404
        return self.get_response(request)


def is_cms_host(request: HttpRequest) -> bool:
    host: str = settings.MARUGOTO_CMS_HOST
    named = request.META.get("HTTP_HOST", "").partition(":")[0]  # not get_host(): it refuses foreign ones
    return bool(host) and named.lower() == host.lower()


class LanguageCookieMiddleware:
    """Speak Japanese until the reader has chosen otherwise.

    Django's LocaleMiddleware follows the browser: an office with an English Windows would get a
    half-translated editor, and every browser's own list of languages would split the page cache.
    """

    def __init__(self, get_response: type_get_response) -> None:
        self.get_response = get_response
        self.languages = frozenset(code for code, _name in settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.languages else settings.LANGUAGE_CODE
        with translation.override(language):
            request_with_language: Any = request
            request_with_language.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Cookie"])
        return response


class NobodyMiddleware:
    """On a public node everybody is nobody: no account is looked up, whatever cookie comes."""

    def __init__(self, get_response: type_get_response) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_of_nobody: Any = request
        request_of_nobody.user = AnonymousUser()
        request_of_nobody.viewer = None
        return self.get_response(request)
