"""What the base templates ask the editable site: the center, the menus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from wagtail.models import Page, Site

from pages.center import Center
from pages.models import CenterSettings, ContentPage

register = template.Library()


@dataclass(frozen=True)
class MenuEntry:
    title: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def center(context: template.Context) -> Center:
    """Return the center of this site, once per page."""
    request: HttpRequest | None = context.get("request")
    if "center" in context.render_context:
        return context.render_context["center"]
    found = Center(_settings_for(request), now=timezone.localtime())
    context.render_context["center"] = found
    return found


def _settings_for(request: HttpRequest | None) -> CenterSettings:
    """Never make the row: a page is read, and a public node may not write here."""
    if request is not None and (site := Site.find_for_request(request)) is not None:
        return CenterSettings.objects.filter(site=site).first() or CenterSettings(site=site)
    return CenterSettings.objects.filter(site__is_default_site=True).first() or CenterSettings()


@register.simple_tag
def lang_of_content() -> SafeString:
    """Return a ``lang`` attribute for what editors wrote, when the reader has chosen another language (WCAG 3.1.2)."""
    if get_language() == settings.LANGUAGE_CODE:
        return SafeString("")
    return format_html(' lang="{}"', settings.LANGUAGE_CODE)


@register.simple_tag
def center_phone() -> dict[str, str]:
    """Return number and link for error pages; empty when even the database does not answer."""
    try:
        found = CenterSettings.objects.filter(site__is_default_site=True).first()
    except Error:
        return {}
    if found is None or not found.phone:
        return {}
    facts = Center(found, now=timezone.localtime())
    return {"number": facts.phone, "href": facts.phone_href}


@register.simple_tag(takes_context=True)
def menu(context: template.Context) -> list[MenuEntry]:
    """Return the pages right below the home page that an editor put into the menu."""
    request, home = _request_and_home(context)
    if request is None or home is None:
        return []
    return _entries(home.get_children().live().public().in_menu(), request)


@register.simple_tag(takes_context=True)
def footer_menu(context: template.Context) -> list[MenuEntry]:
    """Return the pages that an editor wants at the foot."""
    request, home = _request_and_home(context)
    if request is None or home is None:
        return []
    pages = ContentPage.objects.live().public().descendant_of(home).filter(show_in_footer=True)
    return _entries(pages, request)


def _request_and_home(context: template.Context) -> tuple[HttpRequest | None, Page | None]:
    request: HttpRequest | None = context.get("request")
    site = Site.find_for_request(request) if request is not None else None
    return request, site.root_page if site else None


def _entries(pages: Any, request: HttpRequest) -> list[MenuEntry]:
    urls = [(page.title, page.get_url(request) or "") for page in pages]
    return [MenuEntry(title, url, is_current=url == request.path) for title, url in urls]


@register.simple_tag(takes_context=True)
def ancestors(context: template.Context, page: Page) -> list[Page]:
    """Return the pages above this one, from the home page down."""
    _request, home = _request_and_home(context)
    if home is None:
        return []
    return list(page.get_ancestors().descendant_of(home, inclusive=True).live())
