from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from casework.demo_people import viewer
from forms_app import demo as forms_demo
from pages import demo as pages_demo
from permissions import demo as people_demo
from permissions.agencies.models import Agency
from tests.forms_app.conftest import publish

from .screen import PASSWORD, Cast, Screen


@pytest.fixture(scope="session", autouse=True)
def _examine_each_kind_of_page_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The processes that run tests side by side have a folder in common."""
    base = tmp_path_factory.getbasetemp()
    Screen.examined_by_day = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "examined"
    Screen.examined_by_day.mkdir(exist_ok=True)


@pytest.fixture
def city(live_server: Any, settings: Any) -> None:
    """The people, pages and form of 見本市, and no case yet."""
    settings.MARUGOTO_FORM_HUMAN_SECONDS = 0
    people_demo.load(password=PASSWORD)
    pages_demo.load()
    center = Agency.objects.get(code="center-city")
    publish(forms_demo.new_form(center, center), viewer("editor"))


@pytest.fixture
def ten_o_clock(
    shift_clock: Callable[[dt.timedelta], None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[dt.date], None]:
    """Make it ten o'clock of a day, by the clock of the database and by that of the web:  ten_o_clock(dt.date(2027, 4, 8))"""
    real_now = timezone.now

    def become(day: dt.date) -> None:
        by = timezone.make_aware(dt.datetime.combine(day, dt.time(10))) - real_now()
        shift_clock(by)
        monkeypatch.setattr(timezone, "now", lambda: real_now() + by)

    return become


@pytest.fixture
def fiscal_year(ten_o_clock: Callable[[dt.date], None]) -> Callable[[int], None]:
    """Make it day D+n of a story that begins on the second Thursday of April, so that 31 March ends nothing of it:  fiscal_year(33)"""
    first = dt.date(timezone.localdate().year + 1, 4, 8)
    while first.weekday() != 3:
        first += dt.timedelta(days=1)

    def become(day: int) -> None:
        ten_o_clock(first + dt.timedelta(days=day))

    become(0)
    return become


@pytest.fixture
def cast(page_at: Any) -> Cast:
    """Everybody at a screen of their own."""
    return Cast(page_at)
