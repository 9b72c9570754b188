"""System checks of casework."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error, register

from casework.sharing.bases import problems_of_added


@register()
def added_bases_are_complete(**kwargs: Any) -> list[CheckMessage]:
    """Refuse legal bases that lack their rule."""
    return [
        Error(f"MARUGOTO_BASES: {problem}", hint="See docs/hooks.md.", id="casework.E001")
        for problem in problems_of_added()
    ]
