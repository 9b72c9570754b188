"""The worker's clock: it keeps the numbers of a month that is over."""

from __future__ import annotations

import uuid

from casework.codes.settings import count_of
from permissions.agencies.years import today
from permissions.walls.context import clock

from .actions import count_and_keep
from .models import MonthClose
from .months import Month
from .sql import JOB

RECOUNTED_MONTHS = 12


def close_months() -> None:
    """Close the month before on the city's day, and count the closed months of a year anew.

    Runs in its own name: the whole month is counted by the database, of which nothing comes back but the revision's number.
    """
    with clock(JOB):
        day = today()
        last = Month.of(day).before
        closed = set(MonthClose.objects.values_list("month", flat=True))
        wanted = [last] if last.first_on not in closed and day.day >= count_of("month_close") else []
        oldest = last
        for _each in range(RECOUNTED_MONTHS - 1):
            oldest = oldest.before
        wanted += [Month(each) for each in sorted(closed) if each >= oldest.first_on]
        for month in wanted:
            count_and_keep(month, key=uuid.uuid4())
