"""All kinds of question, by name."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured
from wagtailstreamforms import fields as library

from .choices import AgeBand, Checkboxes, Dropdown, Radio, WardChoice
from .contact import Contact
from .kinds import Kind
from .notices import Consent, Heading, Info, Kept
from .text import Date, Email, MultiLine, NamePair, Number, Phone, SingleLine

KINDS: dict[str, Kind] = {
    kind.kind: kind()
    for kind in (
        Heading, Info, SingleLine, MultiLine, Radio, Checkboxes, Dropdown, Date, Number, AgeBand, WardChoice,
        NamePair, Phone, Email, Contact, Consent, Kept,
    )
}  # fmt: skip


def kind_of(name: str) -> Kind:
    """Return the kind; one that is no longer installed reads as a short text, so old revisions stay readable."""
    return KINDS.get(name) or KINDS[SingleLine.kind]


def register_kind(kind: type[Kind]) -> type[Kind]:
    """Add a kind of question; a decorator for the ``wagtailstreamforms_fields.py`` of another app.

    Its name must be new: revisions that citizens answered are read by it for years.
    """
    known = KINDS.get(kind.kind)
    if known is not None and type(known) is not kind:
        raise ImproperlyConfigured(
            f"There is a kind of question {kind.kind!r} already: {type(known).__module__}."
        )
    KINDS[kind.kind] = kind()
    library.register(kind.kind, kind)
    return kind
