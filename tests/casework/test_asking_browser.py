"""Asking an agency for an assessment, and fixing minutes with who was there, at 360 and 1280 pixels."""

import datetime as dt
import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from casework.assessments.asking import RequestDraft, ask_agency
from casework.meetings.minutes import AlsoThere, Outcome, fix_item
from casework.plans.actions import DirectionDraft
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.casework.tables import today_item, write
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
DAY = dt.timedelta(days=1)


@pytest.fixture
def asked(page_at, settings):
    """Anshin is asked for the mother's health; one item of today is fixed, another is about to be. Who asks signs in at a width."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    mother, by = world.hazuki.mother.pk, world.coordinator
    world.share(world.hazuki, world.anshin, *(Label(mother, item) for item in ("basic", "health")))
    draft = RequestDraft(
        world.anshin, mother, "health", timezone.localdate() + 7 * DAY, "この半年の通院と薬のようす。" * 6
    )
    with acting_for(by):
        ask_agency(world.hazuki.case, draft, by=by)
    world.done, world.item = (today_item(world, world.anshin_worker) for _item in range(2))
    for item in (world.done, world.item):
        write(world, item)
    there = [AlsoThere("本人", mother), AlsoThere("見本花子", capacity="通訳（タガログ語）")]
    decided = Outcome([DirectionDraft(Label(mother, "plan"), "見守る")])
    with acting_for(world.chief):
        review_on = timezone.localdate() + 30 * DAY
        fix_item(
            world.done, decided, seen=1, present=[], also_there=there, review_on=review_on, by=world.chief
        )

    def sign_in(name, width):
        page = page_at(width)
        page.goto("/accounts/login/")
        page.get_by_label("ユーザー名").fill(name)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログインする", exact=True).click()
        page.wait_for_url("**/casework/")
        return page

    sign_in.world = world
    return sign_in


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(asked, width):
    world, found, folder = asked.world, [], os.environ.get("SCREENSHOTS", "")
    case = f"/casework/cases/{world.hazuki.case.pk}/"
    items = [f"/casework/meetings/{item.meeting_id}/items/{item.pk}/" for item in (world.done, world.item)]

    def look(page, name, address):
        page.goto(address)
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        found.extend(f"{name}: {rule['id']}" for rule in Axe().run(page).response["violations"])
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: sideways")
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    agency = asked("anshin", width)
    for name, address in (
        ("a-assessment", f"{case}assessment/"),
        ("a-duties", "/casework/duties/"),
        ("a-inbox", "/casework/notifications/"),
    ):
        look(agency, name, address)
    center = asked("coordinator", width)
    for name, address in (
        ("c-assessment", f"{case}assessment/"), ("c-ask", f"{case}assessment/ask/"), ("c-minutes", items[0]),
        ("c-fix", f"{items[1]}fix/"), ("c-add", f"{case}meetings/add/"), ("c-timeline", f"{case}timeline/"),
    ):  # fmt: skip
        look(center, name, address)
    assert found == []
