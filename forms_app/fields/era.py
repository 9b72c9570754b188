"""Dates as people in Japan write them: era or Western year, to the day, the month or the year. Pure."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple


class Era(NamedTuple):
    name: str
    letter: str
    first_day: dt.date
    last_day: dt.date


ERAS = (
    Era("令和", "r", dt.date(2019, 5, 1), dt.date.max),
    Era("平成", "h", dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("昭和", "s", dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("大正", "t", dt.date(1912, 7, 30), dt.date(1926, 12, 24)),
    Era("明治", "m", dt.date(1868, 1, 25), dt.date(1912, 7, 29)),
)

_NAMES = {spelling: era for era in ERAS for spelling in (era.name, era.name[0], era.letter)}
_SPELLINGS = "|".join(sorted(_NAMES, key=len, reverse=True))
_REST = r"(?:[年./-](?:(?P<month>\d{1,2})(?:[月./-](?:(?P<day>\d{1,2})日?)?)?)?)?"
_ERA_DATE = re.compile(rf"(?P<era>{_SPELLINGS})\.?(?P<year>元|\d{{1,2}}){_REST}")
_WESTERN_DATE = re.compile(rf"(?:西暦)?(?P<year>\d{{4}}){_REST}")
_EIGHT_DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー", "-"))


@dataclass(frozen=True)
class PartialDate:
    """A date known to the day, to the month (no day) or to the year (no month)."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> dt.date:
        if self.day:
            return self.first_day
        after = dt.date(self.year, self.month + 1, 1) if self.month and self.month < 12 else None
        return (after or dt.date(self.year + 1, 1, 1)) - dt.timedelta(days=1)

    @property
    def precision(self) -> str:
        return "day" if self.day else "month" if self.month else "year"

    @property
    def iso(self) -> str:
        """Return 1945, 1945-03 or 1945-03-10."""
        parts = (f"{part:02d}" for part in (self.month, self.day) if part)
        return "-".join((f"{self.year:04d}", *parts))


def parse_date(text: str) -> PartialDate:
    """Read 昭和20年3月10日, S20.3.10, 昭20/3, 1945-03-10, 19450310, 1945年; full width is fine.

    Raises ValueError when it is no date, or lies outside the era it names.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower().translate(_DASHES)
    if found := _ERA_DATE.fullmatch(plain):
        return _in_era(found)
    if found := _EIGHT_DIGITS.fullmatch(plain) or _WESTERN_DATE.fullmatch(plain):
        return _checked(int(found["year"]), found["month"], found["day"])
    raise ValueError(text)


def date_ja(date: PartialDate) -> str:
    """Return 昭和20年3月10日（1945年）; the era is that of the first day that fits."""
    era = next((known for known in ERAS if known.first_day <= date.last_day), None)
    rest = (f"{date.month}月" if date.month else "") + (f"{date.day}日" if date.day else "")
    if era is None:
        return f"{date.year}年{rest}"
    count = date.year - era.first_day.year + 1
    return f"{era.name}{'元' if count == 1 else count}年{rest}（{date.year}年）"


def _in_era(found: re.Match[str]) -> PartialDate:
    era = _NAMES[found["era"]]
    count = 1 if found["year"] == "元" else int(found["year"])
    if count == 0:
        raise ValueError(found[0])
    date = _checked(era.first_day.year + count - 1, found["month"], found["day"])
    if date.last_day < era.first_day or date.first_day > era.last_day:
        raise ValueError(found[0])
    return date


def _checked(year: int, month: str | None, day: str | None) -> PartialDate:
    date = PartialDate(year, int(month) if month else None, int(day) if day else None)
    if 0 in {date.month, date.day}:
        raise ValueError(f"{year}-{month}-{day}")
    _ = date.first_day, date.last_day  # raises ValueError for 30 February and year 0
    return date
