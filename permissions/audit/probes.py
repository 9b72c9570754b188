"""Asked by /readyz: numbers only."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from permissions.walls.clock import ClockNow
from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB

from .models import AuditEntry, AuditSeal
from .partitions import LEAST_MONTHS_AHEAD, month_after, name_of, partitions

LATE = dt.timedelta(minutes=5)


def late_seals() -> int:
    """Return how many rows have waited for their seal for more than five minutes: the sealing has stopped."""
    with clock(SEAL_JOB):
        last = AuditSeal.objects.order_by("-number").first()
        waiting = AuditEntry.objects.filter(number__gt=last.upto if last else 0, at__lt=ClockNow() - LATE)
        return waiting.count()


def missing_partitions() -> int:
    """Return how many of the next months have no table yet (0 to 2)."""
    known = {partition.name for partition in partitions()}
    month = timezone.localdate()
    missing = 0
    for _step in range(LEAST_MONTHS_AHEAD):
        month = month_after(month)
        missing += name_of(month) not in known
    return missing
