"""The pages of a meeting at 360 and 1280 pixels, as the center and as a named member sees them."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from casework.meetings.actions import PrepDraft, answer_prep
from casework.meetings.minutes import hand_out
from casework.meetings.models import MinutesDraft
from permissions.walls.context import acting_for
from tests.browser import click_through
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


def draft_now(world):
    with acting_for(world.coordinator):
        return MinutesDraft.objects.get(agenda=world.item)


def test_minutes_keep_themselves_and_a_second_reader_sees_them_come(table):
    own = f"/casework/meetings/{table.world.item.meeting_id}/items/{table.world.item.pk}/"
    reader, wall, writer = table("chief", 360), table("chief", 1280), table("coordinator", 1280)
    reader.goto(f"{own}minutes/")
    wall.goto(f"{own}?screen=on")
    writer.goto(f"{own}minutes/")
    for page in (reader, wall):
        page.evaluate("window.isTheSame = true")

    writer.get_by_label("話し合ったこと").fill("火曜の朝に訪ねる。")
    expect(writer.locator("[data-state=saved]")).to_be_visible(timeout=8000)
    assert (draft_now(table.world).points, draft_now(table.world).version) == ("火曜の朝に訪ねる。", 2)
    for page in (reader, wall):
        expect(page.locator("#live")).to_contain_text("火曜の朝に訪ねる。", timeout=12000)
        assert page.evaluate("window.isTheSame")
    assert Axe().run(writer, options={"resultTypes": ["violations"]}).response["violations"] == []

    writer.get_by_label("話し合ったこと").fill("水曜の朝に訪ねる。")
    writer.get_by_label("出された事実").focus()
    expect(writer.locator("[data-state=saved]")).to_be_visible()
    writer.reload()
    expect(writer.get_by_label("話し合ったこと")).to_have_value("水曜の朝に訪ねる。")
    writer.get_by_label("情報の取扱い").fill("返した。")
    click_through(writer.get_by_role("button", name="保存する", exact=True))
    expect(writer.get_by_text("議事録を保存しました。")).to_be_visible()
    assert draft_now(table.world).handling == "返した。"


def test_minutes_that_clash_are_told_and_nothing_typed_is_lost(table):
    world = table.world
    page = table("coordinator", 360)
    page.goto(f"/casework/meetings/{world.item.meeting_id}/items/{world.item.pk}/minutes/")
    write(world, world.item, "ほかの画面で書いたこと", seen=1)
    page.get_by_label("話し合ったこと").fill("ここで書いたこと")
    expect(page.get_by_text("ほかの人が先に保存しました。「保存する」を押すと")).to_be_visible(timeout=8000)
    assert draft_now(world).facts == "ほかの画面で書いたこと"
    click_through(page.get_by_role("button", name="保存する", exact=True))
    expect(page.locator("#stands + dl")).to_contain_text("ほかの画面で書いたこと")
    expect(page.get_by_label("話し合ったこと")).to_have_value("ここで書いたこと")
    # Half brought together, it does not take the place of what the colleague wrote.
    page.get_by_label("話し合ったこと").fill("まだ途中")
    page.get_by_label("出された事実").focus()
    page.wait_for_timeout(4000)
    assert draft_now(world).version == 2
    click_through(page.get_by_role("button", name="保存する", exact=True))
    assert (draft_now(world).points, draft_now(world).version) == ("まだ途中", 3)


def test_phrases_are_written_where_the_cursor_stood_and_kept(table):
    world, page = table.world, table("coordinator", 1280)
    page.goto(f"/casework/meetings/{world.item.meeting_id}/items/{world.item.pk}/minutes/")
    talked, dissent = page.get_by_label("話し合ったこと"), page.get_by_label("留保・反対の意見")
    phrases = page.locator("[data-phrases]")

    talked.fill("火曜に訪ねる。")
    talked.press("End")
    talked.press_sequentially(";;")
    assert phrases.evaluate("box => box.open")
    page.keyboard.press("Enter")  # the first button has the cursor
    expect(talked).to_have_value("火曜に訪ねる。反対や留保の意見はなかった。")
    dissent.click()
    with page.expect_response(lambda answer: "預かって".encode() in (answer.request.post_data_buffer or b"")):
        phrases.get_by_role("button", name="本人のことばは").click()
        expect(dissent).to_have_value("本人のことばは、担当者が預かって伝えた。")
    draft = draft_now(world)
    assert draft.points == "火曜に訪ねる。反対や留保の意見はなかった。"
    assert draft.reservations == "本人のことばは、担当者が預かって伝えた。"
