"""``{% load consultation %}{% consultation_form "soudan" %}``: a live form on any page.

The page must not be cached: the form carries a ticket that belongs to one visit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BoundField

from forms_app.definitions.selectors import published_form
from forms_app.fields.contact import CHOICES
from forms_app.journey.screens import form_context
from forms_app.journey.views import blank_sheet

register = template.Library()


@register.inclusion_tag("forms_app/_form.html", takes_context=True)
def consultation_form(context: dict[str, Any], slug: str) -> dict[str, Any]:
    """Show the live revision of a form; nothing but a sentence when there is none."""
    form = published_form(slug)
    if form is None or not form.live:
        return {"form": None}
    return form_context(blank_sheet(form)) | {"request": context.get("request")}


@dataclass(frozen=True)
class ShownChoice:
    """One radio button or box of a question with several parts."""

    name: str
    id: str
    value: str
    label: Any
    checked: bool


@register.simple_tag
def contact_choices(field: BoundField) -> dict[str, list[ShownChoice]]:
    """Return the choices of each part of a contact question, with what was chosen."""
    said = field.value() or {}
    return {
        part: [
            ShownChoice(
                name=f"{field.html_name}-{part}",
                id=f"{field.auto_id}-{part}" + (f"-{value}" if at else ""),
                value=value,
                label=label,
                checked=value in (said.get(part) or []) if part != "voicemail" else value == said.get(part),
            )
            for at, (value, label) in enumerate(choices)
        ]
        for part, choices in CHOICES.items()
    }
