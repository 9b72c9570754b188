"""When the center can be reached. Pure: days and times in, answers out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

import jpholiday

# Public offices rest from 29 December to 3 January (地方自治法 4条の2 and the cities' own ordinances).
YEAR_END = ((12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3))
LOOK_AHEAD_DAYS = 60


@dataclass(frozen=True, order=True)
class Span:
    """Open on one weekday (0 is Monday) from one time of day to another."""

    weekday: int
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True)
class Closure:
    """Days on which the center is closed, both ends included."""

    first_day: dt.date
    last_day: dt.date


@dataclass(frozen=True)
class OpeningHours:
    """The week of a center and the days that break it."""

    spans: tuple[Span, ...]
    closed_on_holidays: bool = True
    closed_at_year_end: bool = True
    closures: tuple[Closure, ...] = field(default_factory=tuple)


def spans_on(hours: OpeningHours, day: dt.date) -> tuple[Span, ...]:
    """Return the spans of a day, earliest first; empty when closed all day."""
    if is_rest_day(hours, day):
        return ()
    return tuple(sorted(span for span in hours.spans if span.weekday == day.weekday()))


def is_rest_day(hours: OpeningHours, day: dt.date) -> bool:
    """Whether something other than the weekday closes the center."""
    if hours.closed_on_holidays and jpholiday.is_holiday(day):
        return True
    if hours.closed_at_year_end and (day.month, day.day) in YEAR_END:
        return True
    return any(closure.first_day <= day <= closure.last_day for closure in hours.closures)


def open_span(hours: OpeningHours, moment: dt.datetime) -> Span | None:
    """Return the span that holds ``moment`` (read as local time), else None. The closing minute is closed."""
    clock = moment.time()
    return next((span for span in spans_on(hours, moment.date()) if span.opens <= clock < span.closes), None)


def is_open(hours: OpeningHours, moment: dt.datetime) -> bool:
    return open_span(hours, moment) is not None


def next_opening(hours: OpeningHours, moment: dt.datetime) -> dt.datetime | None:
    """Return when the center opens next, after ``moment``; None if not within 60 days."""
    return next((opening for opening in _openings_from(hours, moment) if opening > moment), None)


def _openings_from(hours: OpeningHours, moment: dt.datetime) -> Iterator[dt.datetime]:
    for days in range(LOOK_AHEAD_DAYS + 1):
        day = moment.date() + dt.timedelta(days=days)
        for span in spans_on(hours, day):
            yield dt.datetime.combine(day, span.opens, tzinfo=moment.tzinfo)


def week_groups(hours: OpeningHours) -> list[tuple[tuple[int, ...], tuple[Span, ...]]]:
    """Return neighbouring weekdays with equal times: [((0, 1, 2, 3, 4, 5), spans), ...], closed days left out."""
    groups: list[tuple[tuple[int, ...], tuple[Span, ...]]] = []
    for weekday in range(7):
        spans = tuple(sorted(span for span in hours.spans if span.weekday == weekday))
        if not spans:
            continue
        if groups and groups[-1][0][-1] == weekday - 1 and _times(groups[-1][1]) == _times(spans):
            groups[-1] = ((*groups[-1][0], weekday), groups[-1][1])
        else:
            groups.append(((weekday,), spans))
    return groups


def _times(spans: tuple[Span, ...]) -> list[tuple[dt.time, dt.time]]:
    return [(span.opens, span.closes) for span in spans]
