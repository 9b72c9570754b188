import datetime as dt
import logging

import pytest

from marugoto_site.logging import LineFormatter, WithoutContent

SECRET = "見本 花子 090-0000-0000"


def line_of(record):
    WithoutContent().filter(record)
    return LineFormatter("{levelname} {name} {message}", style="{").format(record)


def record_of(name, message, *arguments, exc_info=None):
    return logging.LogRecord(name, logging.ERROR, __file__, 1, message, arguments, exc_info)


def raised():
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        return (type(error), error, error.__traceback__)


def test_exception_shows_kind_and_place_and_no_message():
    line = line_of(record_of("any", "it failed", exc_info=raised()))
    assert "builtins.KeyError" in line
    assert "test_logging.py" in line
    assert SECRET not in line


@pytest.mark.parametrize("name", ["django.request", "django.security.SuspiciousOperation"])
def test_query_strings_are_cut_off(name):
    line = line_of(record_of(name, "%s: %s", "Not Found", "/status/?code=ABC&name=%E8%A6%8B"))
    assert line == f"ERROR {name} Not Found: /status/?…"


def test_request_object_does_not_travel_with_the_record():
    record = record_of("django.request", "x")
    record.request = object()
    line_of(record)
    assert not hasattr(record, "request")


def test_no_message_begins_a_line_of_its_own():
    record = record_of("any", "%s", "a\r\n2026-01-01 INFO forged\x1b[31m\u2028b", exc_info=raised())

    first, *rest = line_of(record).splitlines()

    assert first.endswith("a\\x0d\\x0a2026-01-01 INFO forged\\x1b[31m\\x2028b")
    assert rest
    assert all(line.startswith("  ") for line in rest)


def test_time_of_a_line_has_its_offset():
    record = record_of("any", "x")
    record.created = 1_780_000_000.5

    line = LineFormatter("{asctime} {message}", style="{").format(record)

    assert dt.datetime.fromisoformat(line.split()[0]).timestamp() == 1_780_000_000.5
    assert dt.datetime.fromisoformat(line.split()[0]).utcoffset() is not None
