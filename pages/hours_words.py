"""Opening hours as people say them."""

from __future__ import annotations

import datetime as dt

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from .hours import OpeningHours, next_opening, open_span, week_groups


def state_sentence(hours: OpeningHours, moment: dt.datetime) -> str:
    """Say whether the telephone is answered now, and if not, when; empty when no hours are known."""
    if span := open_span(hours, moment):
        return _("今つながります（%(time)sまで）") % {"time": _clock(span.closes)}
    opening = next_opening(hours, moment)
    if opening is None:
        return ""
    return _("今は時間外です。%(day)s%(time)sから") % {
        "day": _day_from(moment.date(), opening.date()),
        "time": _clock(opening.time()),
    }


def week_lines(hours: OpeningHours) -> list[str]:
    """Say the week in lines: 月曜日〜土曜日 8:30〜17:30, and what closes it."""
    lines = [
        _("%(days)s %(times)s")
        % {
            "days": _weekday_range(days),
            "times": _("、").join(f"{_clock(span.opens)}〜{_clock(span.closes)}" for span in spans),
        }
        for days, spans in week_groups(hours)
    ]
    if lines and (rest := _rest_words(hours)):
        lines.append(rest)
    return lines


def _rest_words(hours: OpeningHours) -> str:
    if hours.closed_on_holidays and hours.closed_at_year_end:
        return _("祝日と年末年始（12月29日〜1月3日）は休みです")
    if hours.closed_on_holidays:
        return _("祝日は休みです")
    return _("年末年始（12月29日〜1月3日）は休みです") if hours.closed_at_year_end else ""


def _weekday_range(days: tuple[int, ...]) -> str:
    if len(days) == 1:
        return str(WEEKDAYS[days[0]])
    return _("%(first)s〜%(last)s") % {"first": WEEKDAYS[days[0]], "last": WEEKDAYS[days[-1]]}


def _day_from(today: dt.date, day: dt.date) -> str:
    if day == today:
        return _("今日")
    if day == today + dt.timedelta(days=1):
        return _("明日")
    return _("%(month)d月%(day)d日（%(weekday)s）") % {
        "month": day.month,
        "day": day.day,
        "weekday": WEEKDAYS_ABBR[day.weekday()],
    }


def _clock(time: dt.time) -> str:
    return f"{time.hour}:{time.minute:02}"
