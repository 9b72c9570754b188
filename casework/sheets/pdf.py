"""Sheets of cases as PDF."""

from __future__ import annotations

from typing import Any

from permissions.paper import PdfUnavailable, pdf_available, pdf_of

__all__ = ["PdfUnavailable", "make_pdf", "pdf_available"]


def make_pdf(template: str, context: dict[str, Any]) -> bytes:
    """Render a template as a tagged PDF. Raises PdfUnavailable without the system libraries."""
    return pdf_of(template, context, style="casework/sheet.css")
