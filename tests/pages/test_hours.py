import datetime as dt
from zoneinfo import ZoneInfo

import jpholiday
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from pages.hours import (
    YEAR_END,
    Closure,
    OpeningHours,
    Span,
    is_open,
    next_opening,
    spans_on,
    week_groups,
)
from pages.hours_words import state_sentence, week_lines

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY_TO_SATURDAY = OpeningHours(tuple(Span(day, dt.time(8, 30), dt.time(17, 30)) for day in range(6)))
MOMENTS = st.builds(
    lambda day, time: dt.datetime.combine(day, time, tzinfo=TOKYO),
    st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31)),
    st.times(),
)
TIMES = st.times().map(lambda time: time.replace(second=0, microsecond=0))
SPANS = st.builds(
    lambda weekday, ends: Span(weekday, min(ends), max(ends)),
    st.integers(0, 6),
    st.lists(TIMES, min_size=2, max_size=2, unique=True),
)
HOURS = st.builds(
    OpeningHours,
    st.lists(SPANS, max_size=10).map(tuple),
    st.booleans(),
    st.booleans(),
    st.just(()),
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def say(moment: str) -> str:
    with translation.override("ja"):
        return state_sentence(MONDAY_TO_SATURDAY, at(moment))


def test_saturday_is_open_and_sunday_is_not():
    found = [is_open(MONDAY_TO_SATURDAY, at(day)) for day in ("2026-11-21 10:00", "2026-11-22 10:00")]

    assert found == [True, False]


def test_edges_of_the_day_open_belongs_in_close_does_not():
    clock = ("08:29", "08:30", "17:29", "17:30")

    assert [is_open(MONDAY_TO_SATURDAY, at(f"2026-11-24 {time}")) for time in clock] == [
        False,
        True,
        True,
        False,
    ]


def test_holiday_is_closed_unless_the_center_works_on_holidays():
    labor_day = at("2026-11-23 10:00")
    working = OpeningHours(MONDAY_TO_SATURDAY.spans, closed_on_holidays=False)

    assert (is_open(MONDAY_TO_SATURDAY, labor_day), is_open(working, labor_day)) == (False, True)


def test_year_end_next_opening_is_after_the_third():
    assert next_opening(MONDAY_TO_SATURDAY, at("2026-12-28 18:00")) == at("2027-01-04 08:30")


def test_closure_both_ends_are_closed():
    hours = OpeningHours(
        MONDAY_TO_SATURDAY.spans,
        closures=(Closure(dt.date(2026, 6, 1), dt.date(2026, 6, 2)),),
    )

    assert [bool(spans_on(hours, dt.date(2026, 6, day))) for day in (1, 2, 3)] == [False, False, True]


def test_no_hours_never_opens():
    assert next_opening(OpeningHours(()), at("2026-11-24 10:00")) is None
    assert state_sentence(OpeningHours(()), at("2026-11-24 10:00")) == ""


def test_sentence_says_when():
    assert [
        say("2026-11-24 10:00"),
        say("2026-11-24 07:00"),
        say("2026-11-24 18:00"),
        say("2026-11-21 18:00"),
    ] == [
        "今つながります（17:30まで）",
        "今は時間外です。今日8:30から",
        "今は時間外です。明日8:30から",
        "今は時間外です。11月24日（火）8:30から",
    ]


def test_week_lines_join_equal_days():
    lunch = OpeningHours(
        (
            Span(0, dt.time(9), dt.time(12)),
            Span(0, dt.time(13), dt.time(17)),
            Span(2, dt.time(9), dt.time(12)),
        ),
        closed_at_year_end=False,
    )

    with translation.override("ja"):
        assert week_lines(MONDAY_TO_SATURDAY) == [
            "月曜日〜土曜日 8:30〜17:30",
            "祝日と年末年始（12月29日〜1月3日）は休みです",
        ]
        assert week_lines(lunch) == [
            "月曜日 9:00〜12:00、13:00〜17:00",
            "水曜日 9:00〜12:00",
            "祝日は休みです",
        ]


@given(HOURS, MOMENTS)
def test_next_opening_is_the_first_moment_that_opens(hours, moment):
    opening = next_opening(hours, moment)

    if opening is None:
        return
    assert opening > moment
    assert is_open(hours, opening)
    earlier = [
        dt.datetime.combine(day, span.opens, tzinfo=TOKYO)
        for day in (moment.date() + dt.timedelta(days=n) for n in range((opening - moment).days + 2))
        for span in spans_on(hours, day)
    ]
    assert [start for start in earlier if moment < start < opening] == []


@given(HOURS, MOMENTS)
def test_never_open_on_a_rest_day(hours, moment):
    day = moment.date()
    rests = (hours.closed_on_holidays and jpholiday.is_holiday(day)) or (
        hours.closed_at_year_end and (day.month, day.day) in YEAR_END
    )

    assert not (rests and is_open(hours, moment))


@given(HOURS)
def test_week_groups_keep_every_span_once(hours):
    listed = sorted(
        (day, span.opens, span.closes) for days, spans in week_groups(hours) for day in days for span in spans
    )

    assert listed == sorted((span.weekday, span.opens, span.closes) for span in hours.spans)
