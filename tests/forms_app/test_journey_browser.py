"""The citizen's way in Chromium, at the width of a phone and of a desk, with and without script."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from forms_app.submissions.models import Answer
from permissions.walls.context import acting_for

from . import conftest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STORY = "家賃が払えません。髙﨑𠮷\ufa19葛\U000e0100"


@pytest.fixture
def published() -> Any:
    office = conftest.make_office()
    conftest.publish(conftest.demo.new_form(office.center, office.center), office.editor)
    return office


def check_page(page: Any) -> None:
    """No fault that axe knows, and nothing that scrolls sideways."""
    found = Axe().run(page)
    assert [violation["id"] for violation in found.response["violations"]] == [], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 1280])
def test_consultation_from_form_to_status_with_script(page_at, published, width):
    page = page_at(width)
    page.goto("/forms/soudan/")
    check_page(page)
    page.click("button[value=check]")
    page.wait_for_selector("#errors")
    assert page.title().startswith("入力を確認：")
    assert page.evaluate("document.activeElement.id") == "errors"
    check_page(page)

    notice = page.locator("[data-urgent]")
    page.fill("#id_story", "もう死にたい")
    assert notice.is_visible()
    page.fill("#id_story", STORY)
    assert not notice.is_visible()
    page.check("input[value=food]")
    assert notice.is_visible()
    page.click("button[value=check]")
    page.wait_for_selector("button[value=send]")
    check_page(page)
    page.click("button[value=send]")
    page.wait_for_url("**/receipt/")
    check_page(page)
    code, phrase = page.locator(".m-receipt__code").all_inner_texts()
    page.reload()
    assert page.locator(".m-receipt__code").all_inner_texts() == [code, phrase]

    page.goto("/status/")
    check_page(page)
    page.fill("#id_code", code)
    page.fill("#id_phrase", phrase)
    page.click("main form button")
    page.wait_for_url("**/status/thread/")
    check_page(page)
    assert page.locator("h1").inner_text() == "いまのようす"
    with acting_for(published.reception):
        assert Answer.objects.get(key="story").value == STORY


def test_consultation_without_script_goes_back_and_sends_once(page_at, published):
    page = page_at(360, javascript=False)
    page.goto("/forms/soudan/")
    page.fill("#id_story", STORY)
    page.click("button[value=check]")
    page.click("button[value=edit]")
    assert page.input_value("#id_story") == STORY
    page.click("button[value=check]")
    page.click("button[value=send]")
    first = page.locator(".m-receipt__code").all_inner_texts()
    page.goto("/forms/soudan/receipt/")
    assert page.locator(".m-receipt__code").all_inner_texts() == first
    with acting_for(published.reception):
        assert Answer.objects.filter(key="story").count() == 1
