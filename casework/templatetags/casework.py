"""Tags of casework's templates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template

from casework.dates import in_era

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
