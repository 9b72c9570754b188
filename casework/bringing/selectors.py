"""What the acting agency brought, and how far the center is with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils.functional import Promise

from casework.intake.models import ContactState
from permissions.viewer import Viewer

from .models import Brought

MOST_SHOWN = 100


@dataclass(frozen=True)
class BroughtView:
    """One thing brought, and its state at the center."""

    row: Brought
    state: ContactState

    @property
    def state_label(self) -> str | Promise:
        return self.state.label


def brought_for(viewer: Viewer) -> list[BroughtView]:
    """Return what the acting agency brought, the newest first, at most a hundred."""
    if not viewer.may("casework.bring"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT brought_id, state FROM casework_brought_states()")
        states: dict[uuid.UUID, str] = dict(cursor.fetchall())
    rows = Brought.objects.filter(agency=viewer.agency).order_by("-brought_at", "-number")[:MOST_SHOWN]
    return [BroughtView(row, ContactState(states.get(row.pk, ContactState.NEW))) for row in rows]
