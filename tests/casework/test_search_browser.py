"""The search box, the narrowed list and records of one person at 360 and 1280 pixels, and by keys alone."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from casework.households.actions import change_person, fingerprint
from casework.households.models import Person
from permissions.walls.context import acting_for
from tests.browser import click_through
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def signed_in_at(page_at, settings):
    """The pages as the reception sees them, at a width; two people of two cases have one name."""
    settings.MARUGOTO_REQUIRE_MFA = False
    world = World()
    with acting_for(world.coordinator):
        for home in (world.hazuki, world.tomono):
            person = Person.objects.get(pk=home.mother.pk)
            values = {"name": "髙﨑 はな子", "kana": "たかさき はなこ"}
            change_person(person, values=values, seen=fingerprint(person, list(values)), by=world.coordinator)

    def sign_in(width):
        page = page_at(width)
        page.goto("/accounts/login/")
        page.get_by_label("ユーザー名").fill("reception")
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログインする", exact=True).click()
        page.wait_for_url("**/casework/")
        return page

    sign_in.world = world
    return sign_in


@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_sound_and_never_sideways(signed_in_at, width):
    page, found = signed_in_at(width), []
    home = signed_in_at.world.hazuki
    folder = os.environ.get("SCREENSHOTS", "")

    def look(name):
        found.extend(
            f"{name}: {rule['id']}"
            for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        )
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{name}: sideways")
        if folder:
            page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)

    for name, words in (("found", "高崎"), ("nobody", "無名"), ("short", "高")):
        page.get_by_label("ケースをさがす").fill(words)
        click_through(page.get_by_role("button", name="さがす", exact=True))
        look(name)
    for name, address in (
        ("search", "/casework/search/"),
        ("list", "/casework/cases/?stage=received"),
        ("list-empty", "/casework/cases/?stage=closed"),
        ("same", f"/casework/cases/{home.case.pk}/people/{home.mother.pk}/same/"),
    ):
        page.goto(address)
        look(name)

    assert found == []


def test_slash_leads_to_the_box_but_not_while_somebody_writes_or_composes(signed_in_at):
    page = signed_in_at(1280)
    box = page.get_by_label("ケースをさがす")
    compose = (
        "document.dispatchEvent(new KeyboardEvent('keydown', {key: '/', isComposing: true, bubbles: true}))"
    )

    page.evaluate(compose)
    composed = box.evaluate("box => box === document.activeElement")
    page.keyboard.press("/")
    focused = box.evaluate("box => box === document.activeElement")
    box.press("/")
    typed = box.input_value()
    box.fill("たかさき")
    box.press("Enter")
    page.wait_for_url("**/casework/search/**")
    answer = page.content()
    page.get_by_text("キー操作", exact=True).click()
    page.get_by_role("button", name="キー操作を切る").click()
    expect(page.locator("button", has_text="キー操作を使う")).to_be_attached()
    page.wait_for_load_state()
    page.locator("h1").click()
    page.keyboard.press("/")
    turned_off = box.evaluate("box => box === document.activeElement")

    assert (composed, focused, typed, turned_off) == (False, True, "/", False)
    assert "ふりがな" in answer
    assert "%E3" not in page.url


def test_without_script_the_box_searches_as_well(signed_in_at, page_at):
    page = page_at(360, javascript=False)
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill("reception")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.get_by_label("ケースをさがす").fill("高崎")
    page.get_by_role("button", name="さがす", exact=True).click()

    assert signed_in_at.world.hazuki.case.number in page.content()
