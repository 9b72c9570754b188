"""URLs that libraries bring, and who may open them. What is neither here nor declared is refused by a check."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class LibraryUrl:
    """A route prefix that a library serves. ``who`` is one word of the access matrix.

    ``is_gated``: a middleware of ours asks before every view below the prefix, so our own views need not.
    """

    prefix: str
    who: str
    reason: str
    is_gated: bool = False


EDITOR_REASON = "Wagtail's admin behind CmsGate: the role must have cms.enter"
LIBRARY_URLS: tuple[LibraryUrl, ...] = (
    LibraryUrl("accounts/", "account", "django-allauth: log-in, log-out, password, second factor of oneself"),
    LibraryUrl("i18n/", "public", "Django's language choice; stores nothing but a cookie"),
    LibraryUrl("^((?:[\\w\\-]+/)*)$", "public", "Wagtail's published pages"),
    LibraryUrl("static/", "public", "static files"),
    LibraryUrl("media/", "public", "pictures that editors published"),
    LibraryUrl("documents/", "public", "documents that editors published"),
    LibraryUrl("images/", "public", "pictures that editors published"),
    LibraryUrl("_util/", "public", "Wagtail's page passwords"),
)


def library_urls() -> tuple[LibraryUrl, ...]:
    """Return the editor's place, our table, and what the host project adds in MARUGOTO_LIBRARY_URLS."""
    editor = LibraryUrl(settings.MARUGOTO_CMS_PATH, "cms", EDITOR_REASON, is_gated=True)
    return (editor, *LIBRARY_URLS, *getattr(settings, "MARUGOTO_LIBRARY_URLS", ()))
