"""The database's clock. Rights never depend on the clock of a web node (assurance.md A42)."""

from __future__ import annotations

from typing import Any

from django.db.models import DateField, DateTimeField, Func


class ClockNow(Func):
    """The moment by the database's clock; tests move it."""

    function = "clock_now"
    output_field: Any = DateTimeField()


class ClockToday(Func):
    """The day in Japan by the database's clock."""

    function = "clock_today"
    output_field: Any = DateField()
