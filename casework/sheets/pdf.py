"""Sheets of cases as PDF."""

from __future__ import annotations

from typing import Any

from permissions.paper import PdfTooLarge, PdfUnavailable, pdf_available, pdf_of

__all__ = ["PdfTooLarge", "PdfUnavailable", "make_pdf", "pdf_available"]


def make_pdf(template: str, context: dict[str, Any], *, style: str = "casework/sheet.css") -> bytes:
    """Render a template as a tagged PDF. Raises PdfUnavailable without the system libraries, PdfTooLarge beyond limits."""
    return pdf_of(template, context, style=style)
