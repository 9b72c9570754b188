"""Tags of casework's templates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone

from casework.cases.models import Case
from casework.concealment.selectors import is_concealed
from casework.consent.selectors import consent_states_for, own_bases_for
from casework.dates import in_era
from casework.seals.selectors import seal_for

register = template.Library()


@register.filter
def wareki(day: dt.date) -> str:
    """Return a day as official sheets write it."""
    return in_era(day)


@register.simple_tag(takes_context=True)
def viewer_may(context: dict[str, Any], permission: str) -> bool:
    """Return whether the role opens a function: templates hide what views refuse."""
    viewer = context["request"].viewer
    return bool(viewer and viewer.may(permission))


@register.filter
def last_day(end: dt.datetime) -> dt.date:
    """Return the last whole day in Japan before a moment at which something ends."""
    return timezone.localtime(end - dt.timedelta(microseconds=1)).date()


@register.inclusion_tag("casework/_concealment_line.html", takes_context=True)
def concealment_line(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Say on every page of a case that the household is concealed: whoever sees anything of it must keep quiet."""
    viewer = context["request"].viewer
    return {
        "case": case,
        "is_concealed": is_concealed(viewer, case),
        "may_conceal": viewer.may("casework.conceal"),
    }


@register.inclusion_tag("casework/_seal_line.html", takes_context=True)
def seal_line(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Say to those who may see a sealed case who else may."""
    return {"seal": seal_for(context["request"].viewer, case)}


@register.inclusion_tag("casework/_consent_line.html", takes_context=True)
def consent_line(context: dict[str, Any], case: Case) -> dict[str, Any]:
    """Show where everybody's consent stands (domain.md R-CON-8); an agency, on what its own lines rest."""
    viewer = context["request"].viewer
    return {
        "case": case,
        "states": consent_states_for(viewer, case),
        "bases": own_bases_for(viewer, case),
        "is_center": viewer.sees_all_cases,
    }
