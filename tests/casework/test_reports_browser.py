"""The month's numbers at 360 and 1280 pixels: no fault that axe knows, nothing sideways."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from casework.intake.actions import record_contact
from casework.reports.actions import close_month
from casework.reports.months import Month
from permissions.walls.context import acting_for
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.mark.parametrize("width", [360, 1280])
def test_numbers_are_sound_and_never_sideways(settings, page_at, width):
    settings.MARUGOTO_REQUIRE_MFA = False
    world, month = World(), Month.of(timezone.localdate())
    with acting_for(world.chief):
        for number in range(6):
            record_contact(
                channel="phone", speaker="self", one_line="見本", reply_to="", urgency="D", by=world.chief,
                received_at=timezone.now(), topics=["debt", "care"] if number % 2 else ["housing"],
            )  # fmt: skip
        close_month(month.before, by=world.chief)
    page, found = page_at(width), []
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("chief")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")
    this = f"/casework/reports/{month.first_on.year}/{month.first_on.month}/"
    for name, url in {
        "reports": "/casework/reports/",
        "report": "/casework/reports/{}/{}/".format(*month.before.arguments),
        "report_list": f"{this}contacts/?by=field&cell=multiple",
    }.items():
        page.goto(url)
        for summary in page.locator("main summary").all():
            summary.click()
        if folder := os.environ.get("SCREENSHOTS", ""):
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
        violations = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [(name, rule["id"], node["target"]) for rule in violations for node in rule["nodes"]]
        found += [(name, "sideways")] * page.evaluate("document.body.scrollWidth > document.body.clientWidth")
    assert found == []
