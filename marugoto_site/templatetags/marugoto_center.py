"""What the base templates ask about the center: the editable site answers, or the settings where ``pages`` is left out."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django import template
from django.apps import apps
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@dataclass(frozen=True)
class PlainCenter:
    """A center of which only the name is known. Has every attribute that the templates read of ``pages.center``."""

    name: str
    exit_url: str
    city: str = ""
    phone: str = ""
    phone_href: str = ""
    fax: str = ""
    address: str = ""
    relay_note: str = ""
    opening_sentence: str = ""
    is_open: bool = False
    hours_lines: tuple[str, ...] = ()
    emergency: tuple[Any, ...] = ()
    banner: None = None

    @property
    def short_name(self) -> str:
        return self.name


def center() -> PlainCenter:
    return PlainCenter(settings.WAGTAIL_SITE_NAME, getattr(settings, "MARUGOTO_EXIT_URL", "/"))


def center_phone() -> dict[str, str]:
    return {}


def menu() -> list[Any]:
    return []


def footer_menu() -> list[Any]:
    return []


def lang_of_content() -> SafeString:
    """Return a ``lang`` attribute for what staff wrote, when the reader has chosen another language (WCAG 3.1.2)."""
    if get_language() == settings.LANGUAGE_CODE:
        return SafeString("")
    return format_html(' lang="{}"', settings.LANGUAGE_CODE)


TAGS = (center, center_phone, menu, footer_menu, lang_of_content)


def tags_of(*, has_pages: bool) -> dict[str, Any]:
    """Return name and compiler of each tag. Our ``pages`` is known by its label: a host may have a package so called."""
    if has_pages:
        editable: template.Library = import_module("pages.templatetags.marugoto_pages").register
        return {tag.__name__: editable.tags[tag.__name__] for tag in TAGS}
    plain = template.Library()
    for tag in TAGS:
        plain.simple_tag(tag)
    return plain.tags


register.tags.update(tags_of(has_pages="marugoto_pages" in apps.app_configs))
