"""domain.md 10.C in Chromium, from the form (D0) to the proposal of coordination (D10): ミホン家, handed over and back.

Checks 2 (the interpreter), 3 (the thread and its clocks), 5 (the employer's name) and 6 (one contact, by the web).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone, translation
from django.utils.translation import gettext

from forms_app.status.promise import is_working_day
from tests.browser import click_through

from .screen import Screen, run_worker
from .steps import (
    agree,
    answer,
    beside,
    look_everywhere,
    move_on,
    open_case,
    places_of,
    refer,
    screen_case,
    shown,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOTHER, SON = "アナリン・ミホン", "ケント・ミホン"
EMPLOYER = "みほん弁当工業"
STORY = f"Tatlong buwan na po akong hindi nakakabayad ng upa. やちん 3かげつ はらっていません。しごと {EMPLOYER} よる。"
PHONE = "000-0000-5501"
FRIEND = "友人は同じ会社の人。通訳を頼まず、相談したことも話さない"
INTERPRETER = "見本 通子"
INTERPRETERS = "見本市国際交流協会"
BOOKED = f"タガログ語の通訳（{INTERPRETER}、{INTERPRETERS}）を予約する"
TOLD = f"勤め先は {EMPLOYER}。夜勤。先月の給料がまだ出ていない。"
OWED = "家賃は3か月分。手元に4,000円。"
NO_OATH = "守秘の誓約の記録がありません"
RENT = "家賃3か月の滞納。来月には退去と言われた。"
KEEPS = "通訳の手配と、世帯全体のことはセンターが続ける。"
RENT_MONEY = "家賃 月52,000円、3か月分の滞納"
RETURNED = (
    "仕事中のけがを会社に言わないよう言われている。在留カードの期限が近い。夜勤明けの日は子が学校を休む。"
)
BURN = "工場で手をけがした"
ABSENT = "夜勤明けの日に休む"
JIRITSU, NPO = "見本市 生活自立・仕事相談センター", "NPO法人 みほん子ども食堂"
SECRETS = (EMPLOYER, STORY, PHONE, FRIEND, INTERPRETER, TOLD, BOOKED)


@pytest.fixture
def on_day(ten_o_clock: Callable[[dt.date], None]) -> Callable[[int], None]:
    """Make it ten o'clock of day D+n:  on_day(9)"""
    first = _monday_before_two_plain_weeks()

    def become(day: int) -> None:
        ten_o_clock(first + dt.timedelta(days=day))

    become(0)
    return become


def _monday_before_two_plain_weeks() -> dt.date:
    """Ten working days in a row, so that the days of the story are the same in every year."""
    day = timezone.localdate() + dt.timedelta(days=1)
    while day.weekday() or not all(
        is_working_day(day + dt.timedelta(days=n)) for n in range(12) if n not in (5, 6)
    ):
        day += dt.timedelta(days=1)
    return day


def test_from_the_form_to_flow_2(on_day: Any, city: None, page_at: Any) -> None:
    citizen = Screen(page_at(360))
    code = _write_in_the_language_of_the_form(citizen)
    run_worker()
    center = beside(citizen, page_at(1280))
    contact = _receive(center)
    number, case = open_case(
        center, contact, "ミホンさん世帯", MOTHER, occupation="弁当工場（夜勤）", kind="single_parent"
    )
    _add_son_and_caution(center, case)

    on_day(1)
    _talk_with_interpreter(center, case)
    _interpreter_has_no_account(page_at, center)

    on_day(2)
    referral = _hand_over(center, case)
    on_day(4)
    agency = _answer_late(page_at, center, case, referral, number)
    on_day(9)
    _hand_back(agency, center, case, referral, number)

    on_day(10)
    _propose_coordination(center, case)
    _breakfast_at_the_npo(page_at, center, case, number)
    _counted_once(center, contact)
    _look_up(citizen, code)
    assert citizen.faults == [], "\n".join(citizen.faults)


# --- D0: the form, in the languages it has ------------------------------------------------------------------


def _english(text: str) -> str:
    with translation.override("en"):
        return gettext(text)


def _write_in_the_language_of_the_form(citizen: Screen) -> tuple[str, str]:
    page = citizen.page
    citizen.go("/soudan/")
    citizen.press("English")
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_label("自分のこと").first.check()
    page.get_by_label("家賃やローンの支払いのこと").check()
    page.fill("[name=story]", STORY)
    page.get_by_label("若木区").check()
    page.fill("[name=name-name]", MOTHER)
    page.locator("[name=contact-methods][value=phone]").check()
    page.fill("[name=contact-phone]", PHONE)
    page.get_by_label("外国語の通訳").check()
    citizen.press(_english("書いたことを確かめる"))
    assert STORY in citizen.text
    citizen.press(_english("この内容で送る"))
    code, phrase = page.locator(".m-receipt__code").all_inner_texts()
    return code.strip(), " ".join(phrase.split())


def _receive(center: Screen) -> str:
    page = center.page
    center.login("coordinator")
    center.follow("受信箱")
    click_through(page.get_by_role("link", name=re.compile("^U-")))
    center.look()
    for words in (STORY, "外国語の通訳", "・ことば：English", "本人（電話・メール等）", "ウェブ"):
        assert words in center.text
    page.get_by_label("C 3日以内").check()
    center.press("この相談を受ける")
    return str(page.url)


def _add_son_and_caution(center: Screen, case: str) -> None:
    page = center.page
    center.go(case)
    center.follow("世帯の人・家族を加える")
    page.fill("[name=name]", SON)
    page.select_option("[name=relation]", "child")
    page.fill("[name=age_about]", "9")
    center.press("保存する")
    _write_item(center, case, MOTHER, "連絡先を書く", phone=PHONE, caution=FRIEND)
    _write_item(center, case, MOTHER, "お金を書く", situation=RENT_MONEY)


def _write_item(center: Screen, case: str, person: str, link: str, **fields: str) -> None:
    center.go(case)
    card = center.page.locator("li.m-card", has=center.page.get_by_role("heading", name=person))
    click_through(card.get_by_role("link", name=link))
    for field, value in fields.items():
        center.page.fill(f"[name={field}]", value)
    center.press("保存する")


# --- D1: an interpreter from outside, not the friend (check 2) -------------------------------------------------


def _talk_with_interpreter(center: Screen, case: str) -> None:
    """Booked as something to do, then the interview itself, for the center alone; what it said of money in a note of its own."""
    page = center.page
    center.go(f"{case}tasks/add/")
    page.fill("[name=what]", BOOKED)
    page.fill("[name=due_on]", timezone.localdate().isoformat())
    page.get_by_label(MOTHER, exact=True).check()
    center.press("加える")
    assert BOOKED in center.text

    for item, told in (("history", TOLD), ("money", OWED)):
        center.go(f"{case}notes/add/")
        page.get_by_label(MOTHER, exact=True).check()
        page.locator(f"[name=item][value={item}]").check()
        page.select_option("[name=method]", "interview")
        page.fill("[name=title]", "初回面談")
        page.fill("[name=fact_1]", told)
        page.select_option("[name=fact_1_source]", "self")
        page.get_by_text("同席した人 1", exact=True).click()
        page.select_option("[name=attendee_1_role]", "interpreter")
        page.fill("[name=attendee_1_name]", INTERPRETER)
        page.fill("[name=attendee_1_organization]", INTERPRETERS)
        page.fill("[name=attendee_1_oath_on]", timezone.localdate().isoformat())
        page.select_option("[name=attendee_1_oath_medium]", "written")
        center.press("記録する")
        assert told in center.text
    there = f"同席：{INTERPRETER}（通訳、{INTERPRETERS}） この回だけの守秘の誓約あり（{timezone.localdate()}、書面）"
    assert [" ".join(each.split()) for each in page.locator("[data-attendees] li").all_inner_texts()] == [
        there
    ] * 2
    assert shown(center, NO_OATH) == []
    center.follow("期限を終える")
    center.press("期限を終える")
    assert shown(center, BOOKED) == []


def _interpreter_has_no_account(page_at: Any, center: Screen) -> None:
    """Named in the notes, and nobody who could log in: neither among the accounts nor in what can be invited."""
    keeper = beside(center, page_at(1280))
    keeper.login("sysadmin")
    keeper.go("/accounts/people/")
    assert "見本 調" in keeper.text
    assert shown(keeper, INTERPRETER, INTERPRETER.replace(" ", ""), "国際交流協会") == []
    keeper.go("/accounts/agencies/")
    assert JIRITSU in keeper.text
    assert shown(keeper, INTERPRETER, "国際交流協会") == []


# --- D2 to D9: handed over, late, met, handed back (check 3) --------------------------------------------------------


def _hand_over(center: Screen, case: str) -> str:
    agree(
        center, case, MOTHER, (JIRITSU,), ("basic", "money", "referral"),
        aid="interpreter", aid_note=f"タガログ語、{INTERPRETER}（誓約書あり）", kept_at="鍵つき書庫 2段目",
    )  # fmt: skip
    assert shown(center, "同意（1機関）", "未説明", INTERPRETER) == ["同意（1機関）", "未説明", INTERPRETER]
    move_on(center, case, "intake", "screening")
    screen_case(center, case, ("one_field", "agency_exists", "wanted", "nobody_else"), "①つなぎ")
    packet = {
        "heard": RENT, "issues": "家賃の滞納", "wishes": "いまの家に住みつづけたい", "we_keep": KEEPS,
        "evidence": "書面の同意 説明者 見本 調",
    }  # fmt: skip
    referral = refer(center, case, JIRITSU, MOTHER, packet, ("基本情報", "お金"))
    clocks = center.page.locator("dd", has_text="受領の返事").inner_text().splitlines()
    today = timezone.localdate()
    assert [line for line in clocks if "：" in line] == [
        f"受領の返事：{today + dt.timedelta(days=1)}",
        f"受入の返事：{today + dt.timedelta(days=5)}",
        f"初回接触の報告：{today + dt.timedelta(days=14)}",
    ]
    return referral


def _answer_late(page_at: Any, center: Screen, case: str, referral: str, number: str) -> Screen:
    """Nobody has said anything for two days: both sides see it. Then accepted, and met."""
    center.go("/casework/")
    assert "返事が遅れているつなぎ" in center.text
    agency = beside(center, page_at(360))
    agency.login("jiritsu")
    assert "返事を待っているつなぎ" in agency.text
    for each in (center, agency):
        each.go(referral)
        assert shown(each, RENT, KEEPS, "期限切れ") == [RENT, KEEPS, "期限切れ"]
    before = look_everywhere(agency, referral, case)
    assert places_of((RENT_MONEY, OWED, SON, *SECRETS), before) == {}

    answer(agency, referral, "受入可")
    answer(agency, referral, "初回接触済", words="自宅で会えた")
    after = look_everywhere(agency, referral, case)
    assert set(places_of((MOTHER, RENT_MONEY, RENT, number), after)) == {MOTHER, RENT_MONEY, RENT, number}
    # The interpreter stands on the note about money, which is shared, and on no other.
    assert places_of((OWED, INTERPRETER), after) == {OWED: [case], INTERPRETER: [case]}
    assert after[case].count(INTERPRETER) == 1
    assert places_of(tuple(word for word in (SON, *SECRETS) if word != INTERPRETER), after) == {}
    center.go(case)
    assert shown(center, "つなぎ完了") == ["つなぎ完了"]
    assert center.page.locator(".m-strip__facts").inner_text().count(JIRITSU) == 1
    return agency


def _hand_back(agency: Screen, center: Screen, case: str, referral: str, number: str) -> None:
    answer(agency, referral, "つなぎ戻し", reason="世帯に別課題判明", words=RETURNED)
    assert number in agency.text  # the notice that the sharing ended: a number and the names of items
    gone = look_everywhere(agency)
    assert places_of((MOTHER, "ミホン", RENT, RENT_MONEY, OWED, RETURNED, KEEPS, *SECRETS), gone) == {}
    for address in (referral, case):
        assert agency.page.goto(address).status == 404

    center.go(referral)
    thread = center.page.locator("ol.m-timeline > li").all_inner_texts()
    assert [re.findall("受入可|初回接触済|つなぎ戻し", entry)[0] for entry in thread] == [
        "受入可", "初回接触済", "つなぎ戻し",
    ]  # fmt: skip
    assert "世帯に別課題判明" in thread[2]
    assert RETURNED in thread[2]
    days = [str(timezone.localdate() - dt.timedelta(days=n)) for n in (5, 5, 0)]
    assert [day for day, entry in zip(days, thread, strict=True) if day in entry] == days
    assert shown(center, RENT, "自宅で会えた", "期限切れ") == [
        RENT,
        "自宅で会えた",
    ]  # of one thread; no clock runs
    center.go(case)
    facts = center.page.locator(".m-strip__facts").inner_text()
    assert "つなぎ戻し" in facts
    assert JIRITSU not in facts
    assert "「②多機関協働」がよいか" in center.text


# --- D10: flow 2 is proposed; the child's breakfast, and an employer whom nobody is told (check 5) ---------------------


def _propose_coordination(center: Screen, case: str) -> None:
    for person, code, words in ((MOTHER, "injury", BURN), (SON, "school_refusal", ABSENT)):
        page = center.page
        center.go(case)
        card = page.locator("li.m-card", has=page.get_by_role("heading", name=person))
        click_through(card.get_by_role("link", name="課題を書く"))
        page.select_option("[name=code]", code)
        page.locator("[name=said_by][value=self]").check()
        page.fill("main [name=words]", words)
        center.press("記録する")
    reasons = screen_case(center, case, (), "②多機関協働")
    assert "つなぎ戻しがあった" in reasons
    assert "世帯の2人以上に困りごとがある" in reasons
    assert "アセスメント" in center.page.locator(".m-strip__facts").inner_text()


def _breakfast_at_the_npo(page_at: Any, center: Screen, case: str, number: str) -> None:
    """The mother consents for both, by the interpreter; the NPO sees who they are, and nothing of the work."""
    kept = {"aid": "interpreter", "aid_note": INTERPRETER, "kept_at": "鍵つき書庫 2段目"}
    agree(center, case, MOTHER, (NPO,), ("basic",), **kept)
    agree(
        center,
        case,
        SON,
        (NPO,),
        ("basic",),
        giver="legal",
        giver_name=MOTHER,
        own_view="朝ごはん、たべたい",
        **kept,
    )
    page = center.page
    center.go(f"{case}share/")
    page.select_option("[name=agency]", label=NPO)
    center.press("つぎへ")
    for name in (MOTHER, SON):
        page.get_by_role("group", name=name).get_by_label("基本情報").check()
    page.locator("[name=basis][value=consent]").check()
    page.fill("[name=evidence]", "書面の同意 説明者 見本 調")
    center.press("何が見えるかを確かめる")
    assert shown(center, "弁当工場（夜勤）", EMPLOYER) == ["弁当工場（夜勤）"]
    center.press("この内容で共有する")

    npo = beside(center, page_at(360))
    npo.login("shokudo")
    npo.follow(number)
    assert shown(npo, MOTHER, SON, "弁当工場（夜勤）") == [MOTHER, SON, "弁当工場（夜勤）"]
    seen = look_everywhere(npo, case, f"{case}relations/", f"{case}ecomap/")
    hidden = (*SECRETS, OWED, RENT, RENT_MONEY, RETURNED, BURN, ABSENT, KEEPS, JIRITSU)
    assert places_of(hidden, seen) == {}
    for words in (EMPLOYER, "弁当工業", INTERPRETER):
        npo.go("/casework/search/")
        npo.page.get_by_label("ケースをさがす").fill(words)
        with npo.page.expect_navigation():
            npo.page.get_by_label("ケースをさがす").press("Enter")
        assert number not in npo.page.locator("main").inner_html()


# --- Check 6 --------------------------------------------------------------------------------------------------


def _counted_once(center: Screen, contact: str) -> None:
    """In each state of the inbox and in all of them: one contact, by the web, from the person themselves."""
    found = {}
    for state in ("new", "taken", "case", "closed"):
        center.go(f"/casework/inbox/?state={state}")
        found[state] = center.page.get_by_role("link", name=re.compile("^U-")).count()
    assert found == {"new": 0, "taken": 0, "case": 1, "closed": 0}
    center.go(contact)
    assert shown(center, "本人（電話・メール等）", "ウェブ") == ["本人（電話・メール等）", "ウェブ"]


def _look_up(citizen: Screen, code: tuple[str, str]) -> None:
    page = citizen.page
    citizen.go("/status/")
    page.get_by_label(_english("受付番号")).fill(code[0])
    page.get_by_label(_english("合言葉")).fill(code[1])
    citizen.press(_english("見る"))
    assert shown(citizen, MOTHER, EMPLOYER, JIRITSU, NPO, INTERPRETER) == []
