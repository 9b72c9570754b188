"""A member has an item of a 重層的支援会議 on the screen while a consent it rests on is taken back."""

import os

import pytest
from django.utils import timezone

from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.meetings.models import PrepSheet
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for
from tests.browser import click_through
from tests.casework.tables import CANARY, paper, today_item
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
TYPED = "火曜の朝に訪ねると話せる"
SHUT = "この議題は、いまは開かれていません。"


@pytest.fixture
def world(transactional_db, settings):
    settings.MARUGOTO_REQUIRE_MFA = False
    return World()


def signed_in(page, name):
    page.goto("/accounts/login/")
    page.get_by_label("ユーザー名").fill(name)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログインする", exact=True).click()
    page.wait_for_url("**/casework/")
    return page


def take_back_the_sons_consent(world):
    by = world.coordinator
    with acting_for(by):
        consent = Consent.objects.get(person=world.hazuki.son)
        said = {"said_on": timezone.localdate(), "how": "電話で長男から"}
        withdraw_consent(consent, agency=world.anshin, item="meeting", **said, by=by)


def shown(page, name):
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
    return page.locator("body").inner_text()


def test_stale_pages_of_an_item_are_refused_in_plain_words_and_keep_nothing(world, page_at):
    item = today_item(world, world.anshin_worker, kind="jusou", purpose_text=f"{CANARY} 暮らしのこと")
    paper(world, item)
    address = f"/casework/meetings/{item.meeting_id}/items/{item.pk}/"
    read = signed_in(page_at(360), "anshin")
    read.goto(address)
    assert CANARY in read.locator("main").inner_text()
    writing, linked = read.context.new_page(), read.context.new_page()
    writing.goto(address)
    click_through(writing.get_by_role("link", name="自分の機関の準備シートを書く"))
    writing.get_by_label("知っていること").fill(TYPED)
    token = writing.locator("main [name=csrfmiddlewaretoken]").input_value()
    linked.goto(address)

    take_back_the_sons_consent(world)
    answers = {}
    for page in (read, writing, linked):
        page.on("response", lambda got: answers.setdefault((got.request.method, got.url), got.status))
    read.reload()
    click_through(writing.get_by_role("button", name="この内容で送る"))
    click_through(linked.get_by_role("link", name="画面に大きく出す"))
    pages = {
        name: shown(page, f"stale-{name}")
        for name, page in {"reload": read, "send": writing, "link": linked}.items()
    }
    sent = {"headers": {"Referer": read.url}, "form": {"csrfmiddlewaretoken": token}}
    printed = linked.request.post(f"{read.url}print/", **sent)
    home = signed_in(page_at(1280), "coordinator")
    home.goto(address)
    center = shown(home, "stale-center")

    of_item = {(method, url): status for (method, url), status in answers.items() if address in url}
    assert of_item == {
        ("GET", read.url): 404, ("POST", f"{read.url}prep/"): 404, ("GET", f"{read.url}?screen=on"): 404,
    }  # fmt: skip
    assert printed.status == 403
    for name, text in pages.items():
        assert SHUT in text, name
        assert "記録されていません" in text, name
        assert [word for word in (CANARY, TYPED, "本人", "長男", "同意", "葉月原") if word in text] == [], (
            name
        )
    assert "この議題は取り下げられました。構成員には見えません。" in center
    assert "同意が撤回された" in center
    with acting_for(world.chief):
        assert not PrepSheet.objects.exists()
    with acting_for(world.auditor):
        refused = AuditEntry.objects.filter(verb="refused", user_id=world.anshin_worker.user.pk)
        assert sorted(refused.values_list("detail__url_name", flat=True)) == [
            "casework:agenda", "casework:agenda", "casework:agenda_print", "casework:prep_answer",
        ]  # fmt: skip
        assert not AuditEntry.objects.filter(verb="prep_answered").exists()
