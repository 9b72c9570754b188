from django.db import DatabaseError, connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

from marugoto_site.urls import *
from marugoto_site.urls import urlpatterns as real_urlpatterns
from permissions.access import public


@public(reason="weak on purpose, and only under the settings of the scan")
def weak_page(request: HttpRequest) -> HttpResponse:
    """Put what was asked for into the page as it came."""
    form = '<form method="get" action="/planted/"><input name="q" value="16"><button>ask</button></form>'
    return HttpResponse(f"<html><body>{form}<p>{request.GET.get('q', '')}</p></body></html>")


@public(reason="weak on purpose, and only under the settings of the scan")
def weak_query(request: HttpRequest) -> HttpResponse:
    """Put what was asked for into SQL as it came, and what the database says into the page."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT typname FROM pg_type WHERE oid = {request.GET.get('id', '16')}")
            rows = "".join(f"<li>{name}</li>" for (name,) in cursor.fetchall())
    except DatabaseError as error:
        rows = f"<li>PostgreSQL ERROR: {error}</li>"
    return HttpResponse(f"<html><body><ul>{rows}</ul></body></html>")


@public(reason="weak on purpose, and only under the settings of the scan")
def weak_redirect(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(request.GET.get("next", "/planted/"))


@public(reason="the scan lives by its session; leaving has tests of its own")
def closed(request: HttpRequest) -> HttpResponse:
    raise Http404


urlpatterns = [
    # wapiti 3.0.4 cannot leave out an address under Python 3.11.
    path("accounts/logout/", closed),
    path("accounts/sessions/", closed),
    path("planted/", weak_page, name="planted"),
    path("planted/rows/", weak_query, name="planted_rows"),
    path("planted/leave/", weak_redirect, name="planted_leave"),
    *real_urlpatterns,
]
