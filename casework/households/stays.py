"""Who lives where, read from stays. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from .models import Living


def standing(stays: Iterable[Any]) -> list[Any]:
    """Return the stays that nobody corrected, the earliest first; of one day the one written last counts."""
    rows = list(stays)
    corrected = {row.corrects_id for row in rows if row.corrects_id}
    kept = [row for row in rows if row.pk not in corrected]
    return sorted(kept, key=lambda row: (row.since_on or dt.date.min, row.noted_at, str(row.pk)))


def living_now(stays: Iterable[Any]) -> str:
    """Return how a person lives now; with the household while nothing is written."""
    rows = standing(stays)
    return rows[-1].living if rows else Living.TOGETHER.value
