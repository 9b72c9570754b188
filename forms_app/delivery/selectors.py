"""What is stuck on its way."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q, QuerySet

from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import OutboxRow

ATTEMPTS_BEFORE_ALARM = 3


@dataclass(frozen=True)
class OutboxNotice:
    """What the chief is told: how many wait too long, and since when."""

    count: int
    oldest_at: dt.datetime


def stuck_rows() -> QuerySet[OutboxRow]:
    """Return the rows that waited too long or failed too often, oldest first (database clock)."""
    minutes = getattr(settings, "MARUGOTO_OUTBOX_ALARM_MINUTES", 5)
    too_long_ago = ClockNow() - dt.timedelta(minutes=minutes)
    return OutboxRow.objects.filter(
        Q(queued_at__lte=too_long_ago) | Q(attempts__gte=ATTEMPTS_BEFORE_ALARM), taken_at=None
    ).order_by("queued_at")


def outbox_notice_for(viewer: Viewer) -> OutboxNotice | None:
    """Return what is stuck of the submissions that reach the viewer, or None. Needs the viewer's context."""
    stuck = stuck_rows() if viewer.may("forms_app.read_submission") else OutboxRow.objects.none()
    oldest = stuck.first()
    return OutboxNotice(stuck.count(), oldest.queued_at) if oldest else None
