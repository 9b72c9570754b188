"""How long the record of a closed case is kept (保存期間). Nothing is deleted here: the city's document rules do that, by people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from casework.codes.settings import count_of
from permissions.agencies.years import year_end

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Keeping:
    """The first and the last day of keeping, and how many years that are by the city's setting now."""

    from_on: dt.date
    until_on: dt.date
    years: int


def keeping_from(closed_on: dt.date) -> Keeping:
    """Return how long a record is kept that was closed on a day in Japan.

    Counting starts on the 1 April after the fiscal year of the closing, as with other documents of a city (domain.md R-RET-1).
    """
    years = count_of("keep_years")
    from_on = year_end(closed_on) + ONE_DAY
    return Keeping(from_on, from_on.replace(year=from_on.year + years) - ONE_DAY, years)
