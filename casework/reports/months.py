"""Months as they are counted: of Japan, with their working days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache

from casework.dates import in_months
from forms_app.status.promise import is_working_day

# From a receipt to the last of four seats: who took longer is counted as if it had begun then.
_LOOK_BACK_MONTHS = 36


@dataclass(frozen=True, order=True)
class Month:
    """One month, by its first day."""

    first_on: dt.date

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.replace(day=1))

    @property
    def next(self) -> Month:
        return Month(in_months(self.first_on, 1))

    @property
    def before(self) -> Month:
        return Month(in_months(self.first_on, -1))

    @property
    def arguments(self) -> list[int]:
        """Return what its address is made of."""
        return [self.first_on.year, self.first_on.month]

    @property
    def fiscal_year(self) -> int:
        """Return the year from April to March to which it belongs."""
        return self.first_on.year - (self.first_on.month < 4)

    def working_days(self) -> list[dt.date]:
        """Return the working days, oldest first, from three years before the month to its end."""
        return list(_working_days(in_months(self.first_on, -_LOOK_BACK_MONTHS), self.next.first_on))


@lru_cache(maxsize=64)
def _working_days(first: dt.date, end: dt.date) -> tuple[dt.date, ...]:
    days = (first + dt.timedelta(days=number) for number in range((end - first).days))
    return tuple(day for day in days if is_working_day(day))
