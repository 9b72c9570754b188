import datetime as dt

from django.utils import translation

from permissions.days import DayInput, end_of_day, start_of_day


def test_day_in_japan_begins_at_its_midnight_and_ends_at_the_next():
    day = dt.date(2026, 11, 30)

    assert start_of_day(day) == dt.datetime(2026, 11, 29, 15, tzinfo=dt.UTC)
    assert end_of_day(day) == dt.datetime(2026, 11, 30, 15, tzinfo=dt.UTC)


def test_day_is_asked_for_with_the_browser_s_field():
    html = DayInput(attrs={"id": "since"}).render("since", dt.date(2026, 11, 3))

    assert html == '<input type="date" name="since" value="2026-11-03" id="since">'
    # The browser knows one way of writing a day, whatever the page's language does.
    with translation.override("de"):
        assert DayInput(attrs={"id": "since"}).render("since", dt.date(2026, 11, 3)) == html
