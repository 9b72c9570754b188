"""A call written down with keys alone, kept from the first letter, on a phone and at the desk."""

import os
import re
import time
import uuid

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from casework.intake.actions import record_contact, take_up_submission, write_without_consent
from casework.intake.models import Contact, ContactDraft
from casework.notices.actions import record_call, record_notice, record_reply
from permissions.walls.context import acting_for, clock
from tests.casework.test_intake import PAYLOAD
from tests.worlds import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "a-long-password-for-tests"
PICTURES = os.environ.get("MARUGOTO_PICTURES", "")


@pytest.fixture
def world(live_server, settings):
    settings.MARUGOTO_REQUIRE_MFA = False
    return World()


@pytest.fixture
def page_of(page_at, live_server, settings):
    """A page at a width, logged in as a viewer of the world."""

    def open_page(viewer, width, **options):
        client = Client()
        client.force_login(viewer.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        page = page_at(width, **options)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return page

    return open_page


def faults(page, name):
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}-{page.viewport_size['width']}.png", full_page=True)
    found = [
        f"{rule['id']}: {rule['nodes'][0]['html'][:100]}"
        for rule in Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return found + (["sideways"] if wide else [])


def contacts(viewer):
    with acting_for(viewer):
        return list(Contact.objects.all())


def drafts(viewer):
    with acting_for(viewer):
        return [draft.data["one_line"][0] for draft in ContactDraft.objects.all()]


# --- sixty seconds (AT-16) ------------------------------------------------------------------------------


def test_call_is_written_down_by_keys_alone_within_sixty_seconds_and_six_questions(world, page_of):
    page = page_of(world.reception, 1280)
    page.goto("/casework/cases/")
    begun = time.monotonic()

    page.keyboard.press("c")
    page.wait_for_url("**/casework/inbox/record/")
    assert page.locator("[data-question]:visible").count() == 6
    tab_to(page, "signs", "none")
    page.keyboard.press("Space")
    tab_to(page, "urgency")
    page.keyboard.press("Space")  # the first, A, is where the arrows begin
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "channel")
    tab_to(page, "route")
    tab_to(page, "speaker")
    page.keyboard.press("ArrowUp")
    tab_to(page, "one_line")
    page.keyboard.type("mail piles up, 80 and 50", delay=60)
    tab_to(page, "reply_to")
    page.keyboard.type("000-0000-1234, mornings", delay=60)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/inbox/[0-9a-f-]{36}/$"))
    seconds = time.monotonic() - begun

    (contact,) = contacts(world.reception)
    assert (contact.one_line, contact.reply_to, contact.urgency, contact.channel) == (
        "mail piles up, 80 and 50",
        "000-0000-1234, mornings",
        "C",
        "phone",
    )
    assert seconds <= 60
    assert drafts(world.reception) == []


def tab_to(page, name, value=""):
    """Press Tab until the control of this name has the focus; no mouse, no script."""
    for _step in range(40):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.name, document.activeElement.value]")
        if here[0] == name and (not value or here[1] == value):
            return
    raise AssertionError(f"{name} is not reached by keys")


def test_key_does_nothing_while_typing_composing_or_switched_off(world, page_of):
    page = page_of(world.reception, 1280)
    page.goto("/casework/inbox/record/")
    page.get_by_label("折り返し先").focus()
    page.keyboard.press("c")
    assert page.get_by_label("折り返し先").input_value() == "c"
    page.goto("/casework/inbox/")
    page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'c', isComposing: true, bubbles: true}))"
    )
    page.keyboard.press("Control+c")
    assert page.url.endswith("/casework/inbox/")

    page.get_by_text("キー操作", exact=True).click()
    page.get_by_role("button", name="キー操作を切る").click()
    expect(page.locator("button", has_text="キー操作を使う")).to_be_attached()
    page.wait_for_load_state()
    page.keyboard.press("c")
    page.wait_for_timeout(300)
    assert page.url.endswith("/casework/inbox/")
    page.get_by_text("キー操作", exact=True).click()
    page.get_by_role("button", name="キー操作を使う").click()
    expect(page.locator("button", has_text="キー操作を切る")).to_be_attached()
    page.wait_for_load_state()
    page.keyboard.press("c")
    page.wait_for_url("**/inbox/record/")


# --- drafts ---------------------------------------------------------------------------------------------


def test_first_letter_is_kept_and_survives_a_closed_browser(world, page_of):
    page = page_of(world.reception, 1280)
    page.goto("/casework/inbox/record/")
    page.get_by_label("ひとことで").press_sequentially("あ")
    expect(page.locator("[data-state=saved]")).to_be_visible()
    assert drafts(world.reception) == ["あ"]
    page.get_by_label("ひとことで").press_sequentially("いう")
    page.get_by_label("折り返し先").focus()
    expect(page.locator("[data-state=saved]")).to_be_visible()
    expect(page.locator("[data-saved-at]").first).to_have_text(re.compile(r"^\d\d:\d\d$"))
    page.context.close()

    again = page_of(world.reception, 360)
    again.goto("/casework/inbox/")
    again.get_by_role("link", name="続きを書く").click()
    expect(again.get_by_label("ひとことで")).to_have_value("あいう")
    again.get_by_role("button", name="記録する").click()
    again.wait_for_url(re.compile(r"/inbox/[0-9a-f-]{36}/$"))

    assert [contact.one_line for contact in contacts(world.reception)] == ["あいう"]
    assert drafts(world.reception) == []


def test_lost_network_is_said_and_made_up_for(world, page_of):
    page = page_of(world.reception, 1280)
    page.goto("/casework/inbox/record/")
    page.route("**/inbox/record/draft/", lambda route: route.abort())
    page.get_by_label("ひとことで").press_sequentially("つながらない")
    expect(page.locator("[data-state=failed]")).to_be_visible()
    page.unroute("**/inbox/record/draft/")

    page.get_by_role("button", name="再試行").click()

    expect(page.locator("[data-state=saved]")).to_be_visible()
    assert drafts(world.reception) == ["つながらない"]


def test_without_script_the_call_is_written_down_too(world, page_of):
    page = page_of(world.reception, 360, javascript=False)
    page.goto("/casework/inbox/record/")
    page.get_by_label("ひとことで").fill("script なし")
    page.get_by_role("button", name="書きかけのまま残す").click()
    expect(page.get_by_label("ひとことで")).to_have_value("script なし")
    page.get_by_role("button", name="記録する").click()
    page.wait_for_url(re.compile(r"/inbox/[0-9a-f-]{36}/$"))

    assert [contact.one_line for contact in contacts(world.reception)] == ["script なし"]


def test_clock_runs_from_the_beginning(world, page_of):
    page = page_of(world.reception, 1280)
    page.goto("/casework/inbox/record/")

    expect(page.locator("[data-clock-time]")).to_have_text("0:02", timeout=5_000)


# --- every screen, by axe --------------------------------------------------------------------------------


@pytest.fixture
def filled(world):
    """A new web contact that is flagged, an agency's case without consent, an emergency with calls and a notice."""
    with clock("deliver_submissions"):
        take_up_submission(object, submission_id=uuid.uuid4(), payload=PAYLOAD)
    now = timezone.now()
    by = world.reception
    with acting_for(by):
        world.web = Contact.objects.get()
        world.brought = record_contact(
            channel="agency", speaker="agency", one_line="母と息子の世帯", received_at=now, by=by,
            kind="agency_case", topics=("care", "debt"), primary_topic="hikikomori_school", urgency="C",
            referrer_type="elderly_hub", referrer_name="あんしん 見本",
        )  # fmt: skip
        write_without_consent(
            world.brought, by=by,
            values={
                "agency": "あんしん", "in_charge": "見本", "how_known": "訪問で", "why": "unreachable",
                "tried": "2回訪問", "next_try": "来週", "facts": "郵便がたまる", "basis": "law",
            },
        )  # fmt: skip
        world.urgent = record_contact(
            channel="phone", speaker="neighbor", one_line="毎晩、子どもの泣き声", received_at=now, by=by,
            signs=("abuse",),
        )  # fmt: skip
        record_call(world.urgent, values={"whom": "police", "called_at": now, "outcome": "向かう"}, by=by)
        notice = record_notice(
            world.urgent, by=by, hides_informant=True,
            values={"law": "child", "recipient": "児童相談所", "noticed_at": now, "content": "泣き声"},
        )  # fmt: skip
        record_reply(notice, values={"replied_at": now, "text": "受理した"}, by=by)
    return world


@pytest.mark.parametrize("width", [360, 1280])
def test_screens_are_sound(filled, page_of, width):
    page, found = page_of(filled.chief, width), {}
    addresses = {
        "record": reverse("casework:contact_record"),
        "inbox": reverse("casework:inbox"),
        "web": reverse("casework:contact", args=[filled.web.pk]),
        "brought": reverse("casework:contact", args=[filled.brought.pk]),
        "edit": reverse("casework:contact_edit", args=[filled.brought.pk]),
        "without-consent": reverse("casework:without_consent", args=[filled.brought.pk]),
        "emergency": reverse("casework:contact_emergency", args=[filled.urgent.pk]),
        "notice": reverse("casework:notice_add", args=[filled.urgent.pk]),
        "code-lists": reverse("casework:code_lists"),
        "code-list": reverse("casework:code_list", args=["channel"]),
        "code-add": reverse("casework:code_add", args=["channel"]),
        "code-edit": reverse("casework:code_edit", args=["channel", "fax"]),
        "code-retire": reverse("casework:code_retire", args=["channel", "fax"]),
    }
    for name, address in addresses.items():
        page.goto(address)
        found[name] = faults(page, name)
    page.goto(addresses["record"])
    page.get_by_role("button", name="記録する").click()
    found["record with a fault"] = faults(page, "record-fault")

    assert found == {name: [] for name in found}
