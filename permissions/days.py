"""Days, as forms ask for them and as the database's moments meet them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone


class DayInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


def start_of_day(day: dt.date) -> dt.datetime:
    """Return the moment a day in Japan begins, as an aware time."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def end_of_day(day: dt.date) -> dt.datetime:
    """Return the moment a day in Japan ends, as an aware time."""
    return start_of_day(day + dt.timedelta(days=1))
