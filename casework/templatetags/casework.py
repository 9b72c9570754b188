"""Tags of casework's templates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from casework.cases.models import Case
from casework.dates import in_era
from casework.households.selectors import kinship_of
from casework.households.words import in_words
from casework.workspace.selectors import Strip, strip_for

register = template.Library()


@register.filter(expects_localtime=True)
def wareki(day: dt.date) -> str:
    """Return a day, or that of a moment in Japan, as official sheets write it."""
    return in_era(day)


@register.simple_tag(takes_context=True)
def viewer_may(context: dict[str, Any], permission: str) -> bool:
    """Return whether the role opens a function: templates hide what views refuse."""
    viewer = context["request"].viewer
    return bool(viewer and viewer.may(permission))


@register.filter
def by_words(text: str, words: list[tuple[str, str]]) -> str:
    """Return a text with each name replaced by its word, for a wall that others look at."""
    return in_words(text, words)


@register.simple_tag(takes_context=True)
def words_of_kinship(context: dict[str, Any], case: Case) -> list[tuple[str, str]]:
    """Return (name, word) of the people of a case as far as they reach the viewer, for ``by_words``."""
    return kinship_of(context["request"].viewer, case)


@register.filter
def last_day(end: dt.datetime) -> dt.date:
    """Return the last whole day in Japan before a moment at which something ends."""
    return timezone.localtime(end - dt.timedelta(microseconds=1)).date()


@register.simple_tag(takes_context=True)
def strip_of(context: dict[str, Any], case: Case) -> Strip:
    """Return what stands above every page of a case; read anew unless the view has it already."""
    strip: Strip = context.get("strip") or strip_for(context["request"].viewer, case)
    return strip
