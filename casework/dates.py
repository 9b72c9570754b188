"""Dates on official sheets and in the fields of staff."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from forms_app.fields.era import PartialDate, date_ja, parse_date

DAY_HINT = _("例：令和6年4月1日、R6.4.1、2024-04-01")
BIRTH_HINT = _("例：昭和20年3月10日、S20.3.10、1945-03-10")


def in_months(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def in_era(day: dt.date) -> str:
    """Return a day as official sheets write it: 令和8年11月17日."""
    return date_ja(PartialDate(day.year, day.month, day.day)).partition("（")[0]


class EraDateField(forms.CharField):
    """A whole date, typed in the era or the Western way. ``partial``: what to do with a date that is not whole."""

    def __init__(self, *, partial: Any = "", **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.partial = partial or _("年月日のすべてが分からないときは、「年齢（およそ）」に書いてください。")

    def clean(self, value: Any) -> dt.date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            date = parse_date(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("「昭和20年3月10日」か「1945-03-10」のように書いてください。")
            ) from error
        if date.month is None or date.day is None:
            raise forms.ValidationError(self.partial)
        if dt.date(date.year, date.month, date.day) > timezone.localdate():
            raise forms.ValidationError(_("先の日付になっています。"))
        return dt.date(date.year, date.month, date.day)
