"""The log's screen at 360 and 1280 pixels: readable by machines, never sideways, worked by keys alone."""

import csv
import io
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from permissions.audit.actions import record
from permissions.walls.context import acting_for
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def log_at(page_at, settings):
    """The log as the auditor sees it, at a width."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    with acting_for(world.chief):
        for _row in range(60):
            record(
                world.chief,
                "read",
                world.hazuki.mother,
                case=world.hazuki.case.pk,
                person=world.hazuki.mother.pk,
            )

    def open_log(width):
        page = page_at(width)
        page.goto("/accounts/login/")
        page.get_by_label("ユーザー名").fill("auditor")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログインする", exact=True).click()
        page.wait_for_url("**/audit/log/")
        return page

    return open_log


@pytest.mark.parametrize("width", [360, 1280])
def test_log_is_sound_with_rows_without_and_with_a_fault(log_at, width):
    page, found = log_at(width), []
    for address in ("/audit/log/", "/audit/log/?verb=exported", "/audit/log/?who=nobody-at-all&address=x"):
        page.goto(address)
        found += [
            f"{address}: {rule['id']}"
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{address}: sideways")

    assert found == []


def test_keys_alone_narrow_turn_and_take_out(log_at):
    page = log_at(1280)
    page.get_by_label("アカウント名か番号").focus()
    page.keyboard.type("chief")
    page.keyboard.press("Enter")
    page.wait_for_url("**who=chief**")
    assert page.locator("tbody tr").count() == 50

    page.get_by_role("link", name="次の50行").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**before=**")
    assert "who=" in page.url
    page.get_by_role("link", name="はじめに戻る").wait_for()

    page.get_by_role("button", name="この条件の記録をCSVで書き出す").focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    table = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert {row["アカウント"] for row in rows} == {"chief"}
    assert len(rows) >= 60
