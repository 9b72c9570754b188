"""Which working day is promised; holidays from jpholiday."""

from __future__ import annotations

import datetime as dt

import jpholiday
from django.utils.formats import date_format
from django.utils.translation import gettext as _

SATURDAY = 5


def is_working_day(day: dt.date) -> bool:
    """Return whether the office is open: Monday to Friday, no holiday, not 29 December to 3 January."""
    closed_for_new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < SATURDAY and not jpholiday.is_holiday(day) and not closed_for_new_year


def working_day_after(day: dt.date, *, days: int) -> dt.date:
    """Return the working day that lies ``days`` working days after a day."""
    left = days
    while left:
        day += dt.timedelta(days=1)
        left -= is_working_day(day)
    return day


def day_words(day: dt.date) -> str:
    """Return 11月24日（火）, or its like in the reader's language."""
    return date_format(day, _("n月j日（D）"))
