"""The pages of a meeting at 360 and 1280 pixels, as the center and as a named member sees them."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe

from casework.meetings.actions import PrepDraft, answer_prep
from casework.meetings.minutes import hand_out
from permissions.walls.context import acting_for
from tests.casework.tables import paper, today_item, write
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def table(page_at, settings):
    """An item of today about the first household; who asks is signed in at a width."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    viewer = world.anshin_worker
    world.item = item = today_item(
        world, viewer, world.coordinator, purpose_text="本人と長男の暮らしをどう支えるか。" * 5
    )
    paper(world, item, "母は2回転んだ。\n火の始末が心配。" * 8)
    with acting_for(viewer):
        answer_prep(
            item,
            PrepDraft("週に1回会っている", "火曜の朝に訪ねる", "夜は行けない", "健康課の同行"),
            answered=0,
            by=viewer,
        )
    write(world, item, "通帳が見つからない。" * 10)
    with acting_for(world.coordinator):
        hand_out(item, [viewer.membership, world.coordinator.membership], by=world.coordinator)

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
def test_pages_are_sound_and_never_sideways(table, width):
    item, found, folder = table.world.item, [], os.environ.get("SCREENSHOTS", "")
    meeting = f"/casework/meetings/{item.meeting_id}/"
    own = f"{meeting}items/{item.pk}/"
    of_case = f"/casework/cases/{item.case_id}/meetings/add/"

    def look(page, name, address):
        page.goto(address)
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        found.extend(
            f"{name}: {rule['id']}"
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        )
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: sideways")
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    member = table("anshin", width)
    for name, address in (
        ("m-list", "/casework/meetings/"),
        ("m-item", own),
        ("m-screen", f"{own}?screen=on"),
        ("m-prep", f"{own}prep/"),
        ("m-oath", "/casework/oath/"),
    ):
        look(member, name, address)
    center = table("coordinator", width)
    pages = {
        "c-list": "/casework/meetings/", "c-add": "/casework/meetings/add/", "c-meeting": meeting, "c-item": own, "c-screen": f"{own}?screen=on",
        "c-minutes": f"{own}minutes/", "c-fix": f"{own}fix/", "c-copies": f"{own}copies/", "c-agenda": of_case,
        "c-ordinances": "/casework/ordinances/", "c-oaths": "/casework/oaths/", "c-case": f"/casework/cases/{item.case_id}/",
    }  # fmt: skip
    for name, address in pages.items():
        look(center, name, address)

    assert found == []
