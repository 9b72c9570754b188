"""The few addresses that are no Wagtail pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from permissions.access import public


@require_safe
@public(reason="Where people go who must leave at once; it shows the date and nothing about us.")
def exit_page(request: HttpRequest) -> HttpResponse:
    response = TemplateResponse(request, "marugoto_pages/exit.html", {"today": timezone.localdate()})
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
@public(reason="Search engines ask for it.")
def robots(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "marugoto_pages/robots.txt", content_type="text/plain; charset=utf-8")
