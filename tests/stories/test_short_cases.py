"""domain.md 10.F in Chromium: the four short cases, each by the people concerned, and what must be nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from tests.browser import click_through

from .screen import Screen
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

CONSUMER, FOOD, CITY = "見本市 消費生活センター", "見本市社会福祉協議会", "となり市 福祉総合相談課"
GROUND = "書面の同意 説明者 見本 調"


def _record(
    reception: Screen, *, speaker: str, words: str, reply_to: str = "", level: str = "C", **more: str
) -> str:
    """Write down a call, the folded part of the form too where ``more`` asks for it."""
    page = reception.page
    reception.go("/casework/inbox/record/")
    page.get_by_role("group", name="だれから").get_by_label(speaker, exact=True).check()
    page.locator(f"[name=urgency][value={level}]").check()
    page.fill("[name=one_line]", words)
    page.fill("[name=reply_to]", reply_to)
    if more:
        page.get_by_text("くわしく書く").click()
    for name, value in more.items():
        box = page.locator(f"[name={name}]").first
        kind = box.get_attribute("type") or box.evaluate("box => box.tagName")
        if kind == "SELECT":
            box.select_option(value)
        elif kind in ("radio", "checkbox"):
            page.locator(f"[name={name}][value={value}]").check()
        else:
            box.fill(value)
    reception.press("記録する")
    return str(page.url).removesuffix("emergency/")  # where level A leads


# --- F1 -----------------------------------------------------------------------------------------------------


def test_pressure_sale_reaches_the_consumer_center_on_the_same_day(city: None, page_at: Any) -> None:
    center = Screen(page_at(1280))
    center.login("coordinator")
    contact = _record(
        center, speaker="本人", words="ゴルフ会員権を断れずに契約した", reply_to="000-0000-6101", level="B"
    )
    number, case = open_case(center, contact, "木漏さん世帯", "木漏 善治")
    agree(center, case, "木漏 善治", (CONSUMER,), ("basic", "referral"), kept_at="鍵つき書庫 2段目")
    move_on(center, case, "intake", "screening")
    screen_case(center, case, ("one_field", "agency_exists", "wanted", "nobody_else"), "①つなぎ")
    packet = {
        "heard": "電話で会員権をすすめられ、断れなかった。", "issues": "契約を取り消したい",
        "we_keep": "暮らしの相談はセンターが受けつづける。", "evidence": GROUND,
        "answer_by": timezone.localdate().isoformat(),
    }  # fmt: skip
    referral = refer(center, case, CONSUMER, "木漏 善治", packet, ("基本情報",))

    agency = beside(center, page_at(360))
    agency.login("shohi")
    answer(agency, referral, "受入可")
    answer(agency, referral, "初回接触済", words="来所。はがきを一緒に書いた。")

    center.go(referral)
    today = str(timezone.localdate())
    thread = center.page.locator("ol.m-timeline > li").all_inner_texts()
    assert [(today in entry, "受入可" in entry, "初回接触済" in entry) for entry in thread] == [
        (True, True, False), (True, False, True),
    ]  # fmt: skip
    center.go(case)
    assert [
        word in center.page.locator(".m-strip__facts").inner_text() for word in ("つなぎ完了", CONSUMER)
    ] == [True] * 2
    seen = look_everywhere(agency, case)
    assert set(places_of((number, "木漏 善治", CONSUMER), seen)) == {number, "木漏 善治", CONSUMER}
    assert places_of(("000-0000-6101", "断れずに契約した", "木漏さん世帯"), seen) == {}
    stranger = beside(center, page_at(360))
    stranger.login("outsider")
    assert places_of((number, "木漏"), look_everywhere(stranger)) == {}
    assert [stranger.page.goto(address).status for address in (case, referral)] == [404, 404]
    assert center.faults == [], "\n".join(center.faults)


# --- F2 -----------------------------------------------------------------------------------------------------


def test_advice_names_nobody_and_makes_no_case(city: None, page_at: Any) -> None:
    words = "面談を断る家族に、どう声をかけるとよいか"
    center = Screen(page_at(1280))
    center.login("coordinator")
    contact = _record(
        center, speaker="関係機関", words=words, kind="advice", referrer_name="あんしんケアセンター港見"
    )
    assert "だれのことかを言わない助言です" in center.text
    assert center.page.get_by_role("link", name="ケースにする").count() == 0

    page = center.page
    page.goto(f"{contact}case/")
    page.fill("[name=household_name]", "名のらない世帯")
    page.fill("[name=name]", "葉月原 トヨ")
    center.press("ケースを作る")
    assert "ケースになりません" in center.text

    center.go(contact)
    center.press("情報提供で終わりにする")
    assert "情報提供で終わり" in center.text
    for address, empty in (
        ("/casework/cases/", "まだケースがありません"), ("/casework/", "まだケースがありません"),
        ("/casework/duties/", ""), ("/casework/referrals/", ""),
    ):  # fmt: skip
        center.go(address)
        assert empty in center.text
        assert re.findall(r"K-\d{4}-\d{4}|葉月原|名のらない世帯", page.content()) == []
    others = beside(center, page_at(360))
    others.login("anshin2")
    assert places_of((words,), look_everywhere(others)) == {}
    assert others.page.goto(contact).status in (403, 404)
    assert center.faults == [], "\n".join(center.faults)


# --- F3 -----------------------------------------------------------------------------------------------------

NEIGHBOR, NEIGHBOR_PHONE = "村崎さん（となりの部屋）", "000-0000-6301"
CRYING = "見本荘のあたりで、毎晩、子どもが激しく泣いている"


def test_informant_is_nowhere_for_ever(
    city: None, page_at: Any, as_owner: Callable[[], AbstractContextManager[psycopg.Connection]]
) -> None:
    """First written down as usual; when the notice is recorded, who told it goes out of everything, the log too."""
    reception = Screen(page_at(1280))
    reception.login("reception")
    contact = _record(
        reception, speaker="近所・知人", words=CRYING, reply_to=f"{NEIGHBOR_PHONE} {NEIGHBOR}", level="A", signs="abuse",
        referrer_name=NEIGHBOR, referrer_type="other",
    )  # fmt: skip
    assert "110" in reception.text  # level A: whom to call comes first
    reception.go(contact)
    assert shown(reception, NEIGHBOR, NEIGHBOR_PHONE) == [NEIGHBOR, NEIGHBOR_PHONE]

    _call_again(reception)
    _give_notice(reception, contact)
    _answer_of_the_authority(reception)
    _look_for_informant(reception, page_at, contact)
    with as_owner() as owner:
        assert _kept_anywhere(owner, "村崎") == []
        assert _kept_anywhere(owner, NEIGHBOR_PHONE) == []
        assert "casework_contact" in _kept_anywhere(owner, CRYING)  # there is something to find
    assert reception.faults == [], "\n".join(reception.faults)


def _call_again(reception: Screen) -> None:
    """A second call: begun with who calls, put aside, then recorded as one who is not to be named."""
    page = reception.page
    reception.go("/casework/inbox/record/")
    page.fill("[name=one_line]", f"{CRYING}（2回目）")
    page.fill("[name=reply_to]", f"{NEIGHBOR_PHONE} {NEIGHBOR}")
    page.get_by_text("保存しました", exact=False).first.wait_for()  # of itself, while one types
    reception.go("/casework/inbox/")
    reception.follow("続きを書く")
    assert page.locator("[name=reply_to]").input_value() == f"{NEIGHBOR_PHONE} {NEIGHBOR}"
    page.get_by_text("くわしく書く").click()
    page.get_by_label("通報した人を明かさない").check()
    page.locator("[name=urgency][value=C]").check()
    reception.press("記録する")
    assert shown(reception, "明かしません", NEIGHBOR, NEIGHBOR_PHONE) == ["明かしません"]


def _give_notice(reception: Screen, contact: str) -> None:
    page = reception.page
    reception.go(contact)
    reception.follow("緊急対応と通告・通報")
    reception.follow("通告・通報を記録する")
    page.locator("[name=law][value=child]").check()
    page.fill("[name=recipient]", "みほん児童相談所 受付の担当者")
    page.fill("[name=content]", "毎晩21時ごろから1時間ほど、子どもが激しく泣いている。")
    page.get_by_label("通報した人を明かさない").check()
    assert "「ひとことで」と「伝えた内容」にも、その人が分かることを書かないでください" in reception.text
    reception.press("記録する")
    assert "児童虐待防止法6条（通告）" in reception.text


def _answer_of_the_authority(reception: Screen) -> None:
    reception.follow("返事を記録する")
    reception.page.fill("[name=text]", "48時間以内に訪ねて、安全を確かめる。")
    reception.press("記録する")
    assert "48時間以内に訪ねて" in reception.text


def _look_for_informant(reception: Screen, page_at: Any, contact: str) -> None:
    """Everybody's pages: whoever wrote it down, their chief, an agency, and those who read the log."""
    hidden = (NEIGHBOR, "村崎", NEIGHBOR_PHONE, "となりの部屋")
    reception.go(contact)
    assert shown(reception, "明かしません", *hidden) == ["明かしません"]
    reception.go(f"{contact}edit/")
    assert shown(reception, CRYING, *hidden) == [CRYING]
    for field in ("speaker", "route", "reply_to", "referrer_type", "referrer_name"):
        assert reception.page.locator(f"main form [name={field}]").count() == 0
    for name, addresses in (
        ("chief", ("/casework/inbox/", "/casework/inbox/?state=taken", contact, f"{contact}emergency/", "/audit/alarms/")),
        ("jiritsu", ()), ("privacy", ("/audit/log/", "/audit/alarms/")), ("auditor", ("/audit/log/",)),
    ):  # fmt: skip
        reader = beside(reception, page_at(1280))
        reader.login(name)
        seen = look_everywhere(reader, *addresses)
        assert places_of(hidden, seen) == {}
        assert bool(places_of((CRYING,), seen)) == (name == "chief")
        if name in ("privacy", "auditor"):
            assert "通報した人を明かさないようにした" in seen["/audit/log/"]


def _kept_anywhere(owner: psycopg.Connection, words: str) -> list[str]:
    """Return the tables of which some row holds these words in any column."""
    tables = owner.execute(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    return [
        name.removeprefix("public.")
        for (name,) in tables
        if owner.execute(
            f"SELECT 1 FROM {name} AS row WHERE row::text LIKE %s LIMIT 1", [f"%{words}%"]
        ).fetchone()
    ]


# --- F4 -----------------------------------------------------------------------------------------------------

MOVER = "雲居 サヨ"
MONEY = "貯金は3万円"


def test_move_to_another_city_is_handed_over_and_closed(city: None, page_at: Any) -> None:
    center = Screen(page_at(1280))
    center.login("coordinator")
    contact = _record(center, speaker="本人", words="食べるものと家賃に困っている", reply_to="000-0000-6401")
    number, case = open_case(center, contact, "雲居さん世帯", MOVER)
    page = center.page
    click_through(page.get_by_role("link", name="お金を書く"))
    page.fill("[name=situation]", MONEY)
    center.press("保存する")
    move_on(center, case, "intake", "screening")
    screen_case(center, case, ("only_center",), "③伴走支援")
    agree(center, case, MOVER, (FOOD, CITY), ("basic", "money", "referral"), kept_at="鍵つき書庫 2段目")
    _share_basic(center, case)
    food = beside(center, page_at(360))
    food.login("shakyo")
    assert set(places_of((MOVER, number), look_everywhere(food, case))) == {MOVER, number}

    move_on(center, case, "flow1_referring")
    packet = {
        "heard": "今月末にとなり市に転居する。", "issues": "仕事さがし", "we_keep": "転居の日まで、食べるものの手配を続ける。",
        "evidence": GROUND,
    }  # fmt: skip
    referral = refer(center, case, CITY, MOVER, packet, ("基本情報", "お金"))
    for kind, words in (("受入可", ""), ("初回接触済", "転居先の近くの窓口で会えた。")):
        _answer_of_the_city(page_at, center, referral, kind, words)
    _close(center, case)
    _stands_closed(center, case, number)
    _sees_nothing(food, case, number)
    assert center.faults == [], "\n".join(center.faults)


def _share_basic(center: Screen, case: str) -> None:
    page = center.page
    center.go(f"{case}share/")
    page.select_option("[name=agency]", label=FOOD)
    center.press("つぎへ")
    page.get_by_role("group", name=MOVER).get_by_label("基本情報").check()
    page.locator("[name=basis][value=consent]").check()
    page.fill("[name=evidence]", GROUND)
    center.press("何が見えるかを確かめる")
    center.press("この内容で共有する")


def _answer_of_the_city(page_at: Any, center: Screen, referral: str, kind: str, words: str) -> None:
    """They have no account: a link for each answer, behind which nothing of the person stands."""
    center.go(f"{referral}card/")
    center.press("返事のリンクだけを作る")
    address = center.page.locator("code").inner_text().strip()
    city = beside(center, page_at(360))
    city.go("/" + address.split("/", 3)[3])
    assert shown(city, MOVER, MONEY, "となり市に転居") == []
    city.page.get_by_label(kind, exact=True).check()
    city.page.fill("main [name=words]", words)
    city.page.fill("[name=contact_person]", "となり市の担当H")
    city.press("返事を送る")
    assert "返事を受け取りました" in city.text
    assert city.page.goto("/" + address.split("/", 3)[3]).status == 404


def _close(center: Screen, case: str) -> None:
    """What happened goes into the record, what was shared ends line by line, then the case is closed."""
    page = center.page
    center.go(f"{case}notes/add/")
    page.get_by_label(MOVER, exact=True).check()
    page.select_option("[name=method]", "phone")
    page.fill("[name=title]", "転出による終結")
    page.fill("[name=fact_1]", "となり市に転居した。新しい窓口の担当者とも話せた。")
    page.select_option("[name=fact_1_source]", "self")
    center.press("記録する")
    ended = 0
    while (rows := page.locator("details", has=page.locator("a[href*='/share/']"))).count():
        rows.first.locator("summary").click()
        click_through(rows.first.get_by_role("link", name=re.compile("^終える")).first)
        page.fill("[name=reason]", "転出による終結")
        center.press("共有を終える")
        ended += 1
    assert ended == 4  # basic to the one; the packet, basic and money to the other
    center.go(case)
    center.follow("終結シートを書いて終える")
    page.select_option("[name=kind]", "moved_handed")
    page.select_option("[name=lead]", label=CITY)
    page.fill("[name=signs]", "新しい窓口と話せなくなったとき")
    center.press("ケースを終える")
    assert "本人に伝えたことを書いてください" in center.text
    page.fill("[name=told]", "これからの窓口を伝えた。")
    center.press("ケースを終える")
    assert "ケースを終えました" in center.text


def _stands_closed(center: Screen, case: str, number: str) -> None:
    center.go(case)
    facts = center.page.locator(".m-strip__facts").inner_text()
    assert "終結" in facts
    assert CITY in facts
    assert center.text.count("いまは何も見えません。") == 2
    assert "転出による終結" in center.text
    words = (
        CITY,
        "新しい窓口と話せなくなったとき",
        "これからの窓口を伝えた。",
        "つなぎ先の初回接触を確かめて",
    )
    assert shown(center, *words) == list(words)
    assert "終結後の確認" in center.text  # in three months
    assert "終わったケースです。" in center.text
    assert "あるとよいもの" not in center.text  # nobody is asked for more of a case that is over
    center.follow("同意を見る・記録する")
    assert shown(center, f"{FOOD}", f"{CITY}", "鍵つき書庫 2段目") == [FOOD, CITY, "鍵つき書庫 2段目"]
    center.go("/casework/cases/")
    assert number in center.text


def _sees_nothing(food: Screen, case: str, number: str) -> None:
    seen = look_everywhere(food)
    assert places_of(("雲居", MONEY, CITY, "転居", "転出"), seen) == {}
    assert food.page.goto(case).status == 404
    assert number not in food.page.content()
