"""HTML to PDF by WeasyPrint: tagged, loading nothing."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string


class PdfUnavailable(Exception):
    """The system libraries for PDF are missing; the site runs without."""


@cache
def _weasyprint() -> Any:
    try:
        return import_module("weasyprint")
    except OSError as error:
        raise PdfUnavailable(str(error)) from error


def pdf_available() -> bool:
    """Return whether PDFs can be made on this machine."""
    try:
        _weasyprint()
    except PdfUnavailable:
        return False
    return True


def pdf_of(template: str, context: dict[str, Any], *, style: str) -> bytes:
    """Render a template with a style sheet of ours as a tagged PDF. Raises PdfUnavailable without the system libraries.

    Text of people is escaped by the template, and every address is refused, so that no text can make the
    worker open a file or a connection (assurance.md A23).
    """
    weasyprint = _weasyprint()
    css = weasyprint.CSS(filename=finders.find(style), url_fetcher=_refuser())
    html = weasyprint.HTML(string=render_to_string(template, context), url_fetcher=_refuser())
    pdf: bytes = html.write_pdf(stylesheets=[css], pdf_tags=True, pdf_variant="pdf/ua-1")
    return pdf


def _refuser() -> Any:
    urls: Any = import_module("weasyprint.urls")

    class RefuseAll(urls.URLFetcher):
        """WeasyPrint wants a class: a plain function that raises breaks it (assurance.md A23)."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("a sheet loads nothing")

    return RefuseAll()
