"""The fiscal year: memberships end with it, on 31 March, unless they are renewed."""

from __future__ import annotations

import datetime as dt

from django.db import connection

# From 1 February a renewal reaches to the end of the following year.
RENEWAL_DAYS = 59
NO_END = dt.date.max


def today() -> dt.date:
    """Return the day in Japan by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_today()")
        day: dt.date = cursor.fetchone()[0]
    return day


def year_end(day: dt.date) -> dt.date:
    """Return the 31 March on or after a day."""
    end = dt.date(day.year, 3, 31)
    return end if day <= end else end.replace(year=day.year + 1)


def renewed_until(day: dt.date) -> dt.date:
    """Return until when a renewal on this day reaches: asking twice gives nothing more."""
    return year_end(day + dt.timedelta(days=RENEWAL_DAYS))
