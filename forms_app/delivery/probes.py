"""Asked by /readyz."""

from __future__ import annotations

from forms_app.walls import DELIVER_JOB
from permissions.walls.context import clock

from .selectors import stuck_rows


def outbox() -> int:
    """Return how many submissions are stuck on their way."""
    with clock(DELIVER_JOB):
        return stuck_rows().count()
