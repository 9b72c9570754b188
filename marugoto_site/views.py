"""Pages that belong to no app: health, language, errors."""

import datetime as dt
import posixpath
from typing import cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views import i18n, static
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe

from marugoto_site.health import findings
from permissions.access import public
from permissions.errors import NotOpenNow

# An installation that is looked after renews it by being asked; one that is switched off stops.
SECURITY_TXT_LIVES = dt.timedelta(days=90)
LAST_RESORT = (
    '<!doctype html><html lang="ja"><meta charset="utf-8"><title>500</title>'
    "<p>こちらの不具合です。少し待ってから、もう一度お試しください。</p>"
    '<p lang="en">Something went wrong on our side. Please try again in a moment.</p></html>'
)


@public(reason="a load balancer asks whether the process lives; holds no content")
@require_GET
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@public(reason="a load balancer asks whether requests may come; numbers only")
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    found = findings()
    is_ready = all(finding.is_good for finding in found)
    values = {finding.name: finding.value for finding in found}
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", **values}, status=200 if is_ready else 503
    )


@public(reason="whoever found a hole asks where to tell it (RFC 9116)")
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    if not settings.MARUGOTO_SECURITY_CONTACT:
        raise Http404
    expires = timezone.now() + SECURITY_TXT_LIVES
    lines = [
        f"Contact: {settings.MARUGOTO_SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: ja, en",
        f"Canonical: {settings.WAGTAILADMIN_BASE_URL.rstrip('/')}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


# No token: the worst a foreign page can do is change the language, and pages without a form stay
# free of cookies.
@public(reason="everybody chooses the language to read in")
@csrf_exempt
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    return i18n.set_language(request)


@public(reason="pictures of public pages; nothing else lies in these two folders")
@require_GET
def public_image(request: HttpRequest, path: str) -> HttpResponse:
    if posixpath.normpath(path) != path:  # images/../private
        raise Http404
    return cast("HttpResponse", static.serve(request, path, document_root=str(settings.MEDIA_ROOT)))


@public(reason="the first page of a casework node leads to the log-in")
@require_GET
def casework_door(request: HttpRequest) -> HttpResponse:
    return redirect(settings.LOGIN_REDIRECT_URL)


# --- Errors -------------------------------------------------------------------------------------------
# Rendered without the request: no path, no token, no nonce, so that a page one may not see and a page that
# does not exist give the same answer. Django's template engine is asked, never the database.


def _error_page(name: str, *, status: int, why: str = "") -> HttpResponse:
    response = HttpResponse(render_to_string(f"{name}.html", {"why": why}), status=status)
    response["Cache-Control"] = "no-store"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _error_page("413", status=413)
    return _error_page("400", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page("403", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _error_page("403_csrf", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page("404", status=404, why=str(exception) if isinstance(exception, NotOpenNow) else "")


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        return _error_page("500", status=500)
    except Exception:  # noqa: BLE001 -- whatever broke the page may break its error page, too
        return HttpResponse(LAST_RESORT, status=500, headers={"Cache-Control": "no-store"})
