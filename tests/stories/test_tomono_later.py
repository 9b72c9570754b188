"""domain.md 10.B in Chromium, D41 and D70: somebody asks for the household as an aunt; the mother is relieved, a nurse comes.

Before and beside it: test_tomono.py, test_tomono_meeting.py.
"""

from __future__ import annotations

import re
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from casework.consent.actions import ConsentDraft, record_consent
from casework.demo_hazukihara import EXPLAINED
from casework.demo_people import agency
from casework.plans.actions import DirectionDraft, RoleDraft, decide
from casework.sharing.actions import Label
from permissions.agencies.actions import add_membership, open_agency
from permissions.walls.context import acting_for
from tests.browser import click_through

from .hazukihara import days_from_now
from .screen import PASSWORD, Cast, Screen, run_worker
from .steps import (
    answer_of,
    call_meeting,
    fill_agenda,
    fill_row,
    found_at,
    look_everywhere,
    open_earlier,
    places_of,
    search,
    shown,
    status_of,
    write_minutes,
)  # fmt: skip
from .tomono import COVER, FORMER, HOURS, ILLNESS, KANADE, MIO, MOTHER, PHONE, PLACES, Tomono

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ASKED = "おばと名のる女性。めいの灯野 澪がどこにいるか、学校はどこかを知りたい"
TELL_NOBODY = "話している相手がだれでも、この人の記録があることを伝えないでください。"
OFFERED = "灯野さんのことは、こちらの担当からお電話します。"
SAYS_NOTHING = "どなたのことも、記録があるかどうかからお答えしていません。"
CALLED = "おばと名のる人から電話。何も答えていない。元の夫の知り合いかもしれない。"
NOTHING_FOUND = "に合うケースは、あなたが見られる範囲にはありません"
NURSE, CHILDREN = "みほん訪問看護ステーション", "若木区 こども家庭課"
CITY = "福祉まるごとサポートセンター（市直営）"
TIRED = "母が疲れている。眠れない日がつづく。"
RESPITE = "月2泊、弟を預かり、母が休む"
NURSING = "週1回、電話のあとに区役所の面談室で会い、薬を確かめる"
LISTS = (
    "/casework/", "/casework/cases/", "/casework/referrals/", "/casework/notifications/", "/casework/duties/", "/casework/roles/",
    "/casework/meetings/",
)  # fmt: skip


# --- D41 -------------------------------------------------------------------------------------------------


def test_aunt_on_the_telephone_learns_nothing(
    fiscal_year: Callable[[int], None], city: None, cast: Cast, page_at: Any
) -> None:
    story = Aunt(cast, Tomono(fiscal_year))
    fiscal_year(41)
    story.she_telephones()
    story.reception_is_warned_and_can_neither_tell_nor_join()
    story.she_writes_as_well(Screen(page_at(360), cast.faults))
    story.case_remembers_that_she_called()
    story.household_is_reached_as_before()
    assert cast.faults == [], "\n".join(cast.faults)


class Aunt:
    """The new partner of the former husband, and the receptionist who answers."""

    def __init__(self, cast: Cast, home: Tomono) -> None:
        self.at, self.home, self.case = cast.at, home, home.url
        self.number = str(home.case.number)
        self.contacts: list[str] = []

    @property
    def reception(self) -> Screen:
        return self.at("reception")

    def she_telephones(self) -> None:
        """She wants to be called back about a number that he knows from before."""
        reception = self.reception
        page = reception.page
        reception.go("/casework/inbox/record/")
        page.locator("[name=speaker][value=family]").check()
        page.get_by_label("C 3日以内").check()
        page.get_by_label("ひとことで").fill(ASKED)
        page.get_by_label("折り返し先").fill(f"{PHONE}（めいの母の番号。つながらない）")
        reception.press("記録する")
        self.contacts.append(page.url)

    def reception_is_warned_and_can_neither_tell_nor_join(self) -> None:
        """That the household is known here, the receptionist sees together with the words to tell nobody."""
        reception = self.reception
        page = reception.page
        (contact,) = self.contacts
        known = page.locator(
            "section.m-card", has=page.get_by_role("heading", name="すでにケースがあるかもしれません")
        )
        told = known.inner_text()
        assert [word in told for word in (self.number, MOTHER, "秘匿中", TELL_NOBODY)] == [True] * 4
        reception.keep("b-aunt")
        path = contact.partition("/casework/")[2]
        acts = page.locator(f"form[action*='{path}']").evaluate_all("all => all.map(each => each.action)")
        assert {act.removeprefix(contact) for act in acts} == {"check/", "close/"}
        ways = page.locator(f"a[href*='{path}']").evaluate_all("all => all.map(each => each.href)")
        assert {way.removeprefix(contact) for way in ways} - {""} == {"case/", "edit/", "emergency/"}
        # A contact becomes a case of its own, or that of a household whose case has ended; it never joins one that is open.
        reception.follow("ケースにする")
        assert TELL_NOBODY in reception.text
        reception.follow("前に終わったケースの世帯なら")
        page.fill("[name=number]", self.number)
        reception.press("新しいケースを作る")
        assert "この番号の終わったケースは見つかりません。" in reception.text

        found = search(reception, "灯野 澪")
        assert [word in found for word in (self.number, "秘匿中")] == [True, True]
        reception.go(self.case)
        assert "このケースがあることを、だれにも伝えないでください。" in reception.text
        assert found_at(reception, (contact, f"{contact}case/", self.case, *LISTS), PLACES) == []
        reception.go(contact)
        reception.press("情報提供で終わりにする")
        assert "情報提供で終わった相談です。" in reception.text

    def she_writes_as_well(self, aunt: Screen) -> None:
        """Her status page can name nobody: neither the household nor where it may be."""
        page = aunt.page
        aunt.go("/soudan/")
        page.get_by_label("家族のこと").first.check()
        page.fill("[name=story]", ASKED)
        page.fill("[name=name-name]", MIO)
        page.locator("[name=contact-methods][value=phone]").check()
        page.fill("[name=contact-phone]", "000-0000-4409")
        aunt.press("書いたことを確かめる")
        aunt.press("この内容で送る")
        code, phrase = page.locator(".m-receipt__code").all_inner_texts()
        run_worker()

        reception = self.reception
        desk = reception.page
        reception.follow("受信箱")
        click_through(desk.get_by_role("link", name=re.compile("^U-")).first)
        self.contacts.append(desk.url)
        desk.get_by_label("C 3日以内").check()
        reception.press("この相談を受ける")
        assert TELL_NOBODY in reception.text
        for words in (OFFERED, f"{MIO}さんは元気です。", SAYS_NOTHING):
            desk.get_by_text("相談した人のページに返事を書く").click()
            self._reply(words)
            if words != SAYS_NOTHING:
                assert "氏名、住所、機関の名前は書けません。" in reception.text
                assert desk.input_value("[name=body]") == words
                reception.go(self.contacts[-1])
        assert "返事を、相談した人のページに載せました。" in reception.text

        aunt.go("/status/")
        page.get_by_label("受付番号").fill(code.strip())
        page.get_by_label("合言葉").fill(" ".join(phrase.split()))
        aunt.press("見る")
        assert SAYS_NOTHING in aunt.text
        assert shown(aunt, "灯野", MIO, MOTHER, self.number, "秘匿", PHONE, COVER, "担当者", *PLACES) == []

    def _reply(self, words: str) -> None:
        desk = self.reception.page
        desk.fill("[name=body]", words)
        desk.locator("[name=is_safe]").check()
        self.reception.press("返事を載せる")

    def case_remembers_that_she_called(self) -> None:
        """For the center; who is shown the children, or helps him, reads nothing of it and opens neither contact."""
        reception = self.reception
        page = reception.page
        reception.go(f"{self.case}notes/add/")
        page.get_by_label(MOTHER, exact=True).check()
        page.locator("[name=item][value=history]").check()
        page.select_option("[name=method]", "phone")
        page.fill("[name=title]", "問い合わせの電話")
        page.fill("[name=fact_1]", CALLED)
        page.select_option("[name=fact_1_source]", "observed")
        reception.press("記録する")
        for name in ("coordinator2", "chief"):
            assert found_at(self.at(name), (self.case,), (CALLED,)) == [(self.case, CALLED)]
        former = f"/casework/cases/{self.home.former.pk}/"
        children, jiritsu = self.at("kodomo", 360), self.at("jiritsu", 360)
        for agency_at, open_to in ((children, self.case), (jiritsu, former)):
            seen = look_everywhere(agency_at, open_to, f"{open_to}timeline/", f"{open_to}relations/")
            assert places_of((CALLED, "問い合わせの電話", ASKED, "おばと名のる", *PLACES), seen) == {}
            assert {status_of(agency_at, contact) for contact in self.contacts} <= {403, 404}
        assert places_of(("灯野", self.number), look_everywhere(jiritsu, former)) == {}
        assert answer_of(jiritsu, self.case)[0] == 404

    def household_is_reached_as_before(self) -> None:
        """What somebody on the telephone says changes neither how the mother is reached nor that she hides."""
        center = self.at("coordinator2")
        center.go(self.case)
        for words in (
            f"{HOURS}。名のり方は「{COVER}」",
            "✕ 留守番電話",
            "✕ 郵便",
            "秘匿中（金庫にあります）",
            PHONE,
        ):
            assert words in center.text
        assert shown(center, "000-0000-4409", ASKED, *PLACES) == []
        center.go(f"{self.case}concealment/")
        assert shown(center, "住民票などのDV等支援措置", FORMER, *PLACES) == [
            "住民票などのDV等支援措置",
            FORMER,
        ]


# --- D70 -------------------------------------------------------------------------------------------------


def test_respite_and_a_nurse_who_is_not_told_the_address(
    fiscal_year: Callable[[int], None], city: None, cast: Cast, tmp_path: Path
) -> None:
    home = Tomono(fiscal_year)
    _decide_on_day_16(home)
    _open_the_nurses_agency()
    fiscal_year(70)
    _agree_to_two_more(home)
    story = Relief(cast, home, tmp_path)
    story.table_decides_in_place_of_the_first_decision()
    story.agencies_answer()
    story.neither_is_told_where()
    assert cast.faults == [], "\n".join(cast.faults)


def _decide_on_day_16(home: Tomono) -> None:
    home.on_day(16)
    about = Label(home.mother.pk, "roles")
    role = RoleDraft(about, agency("center-city"), "全体", "10時から11時に電話する", "contact")
    direction = DirectionDraft(Label(home.mother.pk, "plan"), "電話なしに訪ねない。")
    with acting_for(home.by):
        decide(home.case, decided_on=timezone.localdate(), directions=[direction], roles=[role], by=home.by)


def _open_the_nurses_agency() -> None:
    made = open_agency(code="kango", name=NURSE, kind="hospital", legal_type="private")
    user = get_user_model().objects.create_user("kango", password=PASSWORD, last_name="見本", first_name="看")
    add_membership(user=user, agency=made, role="agency_staff")


def _agree_to_two_more(home: Tomono) -> None:
    """The mother for herself, to the nurse and as far as the meeting to こども家庭課; for the boy, who nods."""
    of_mother = [
        *((item, "kango") for item in ("basic", "contact", "health", "roles", "plan", "meeting")),
        ("meeting", "kodomo-wakagi"),
    ]
    of_boy = [(item, code) for item in ("roles", "meeting") for code in ("kango", "kodomo-wakagi")]
    by_her: dict[str, Any] = {"giver": "legal", "giver_name": MOTHER}
    with acting_for(home.by):
        for person, scopes, words, more in (
            (home.mother, of_mother, "少し眠りたい。", {}),
            (home.kanade, of_boy, "（うなずいた）", by_her),
        ):
            named = tuple((agency(code), item) for item, code in scopes)
            draft = ConsentDraft(
                "given", timezone.localdate(), EXPLAINED, scopes=named, kept_at="鍵つき書庫 2段目", own_view=words, **more
            )  # fmt: skip
            record_consent(home.case, person, draft, by=home.by)
        items = ("basic", "contact", "health", "roles", "plan")
        home.share("kango", home.mother, items, "consent", "D70 書面の同意")
        home.share("kodomo-wakagi", home.kanade, ("roles",), "consent", "D70 書面の同意")


class Relief:
    """The center, the nurse and こども家庭課 at their screens."""

    def __init__(self, cast: Cast, home: Tomono, folder: Path) -> None:
        self.at, self.case, self.folder = cast.at, home.url, folder
        self.number = str(home.case.number)
        self.item = self.decision = ""

    @property
    def center(self) -> Screen:
        return self.at("coordinator2")

    @property
    def nurse(self) -> Screen:
        return self.at("kango", 360)

    def table_decides_in_place_of_the_first_decision(self) -> None:
        """What is decided there is looked through for a place, as every text is; what was typed stays."""
        center = self.center
        page = center.page
        meeting = call_meeting(center, "第5回 調整の会", f"{days_from_now(0)}T10:30")
        members = (f"{NURSE} 見本 看", f"{CHILDREN} 見本 育", f"{CITY} 見本 整")
        people = {MOTHER: "本人", KANADE: "弟"}
        fill_agenda(
            center, self.case, meeting, "jusou", people, members, purpose="支援方針の検討", words=TIRED
        )
        center.press("議題に加える")
        assert "議題に加えました。" in center.text, page.locator("main").inner_text()
        self.item = page.url
        center.press("構成員に公開する")
        write_minutes(center, self.item, facts=TIRED, points="母が休める夜をつくる。")
        center.follow("決定を書いて確定する")
        open_earlier(center)
        page.locator("[name=supersedes]").last.check()
        fill_row(center, "direction-0", about=MOTHER, text="母が休めるようにする。会う場所は電話で決める。")
        fill_row(
            center,
            "role-0",
            about=MOTHER,
            agency=NURSE,
            issue="眠れない",
            what=f"{NURSING}（かくれ町4-5-6には行かない）",
        )
        fill_row(center, "role-1", about=KANADE, agency=CHILDREN, issue="母の休息", what=RESPITE)
        center.press("この内容で確定する")
        assert "秘匿している住所や場所が書かれています" in center.text, page.locator("main").inner_text()
        assert page.input_value("[name=role-1-what]") == RESPITE
        fill_row(center, "role-0", what=NURSING)
        center.press("この内容で確定する")
        assert "議事録を確定しました。" in center.text, page.locator("main").inner_text()
        center.go(self.case)
        self.decision = str(page.get_by_role("link", name="D-").first.get_attribute("href"))
        center.go(f"{self.case}roles/?by=agency")
        assert shown(center, NURSING, RESPITE, "10時から11時に電話する") == [NURSING, RESPITE]

    def agencies_answer(self) -> None:
        for screen, own, others in (
            (self.nurse, NURSING, RESPITE),
            (self.at("kodomo", 360), RESPITE, NURSING),
        ):
            screen.go("/casework/roles/")
            assert shown(screen, own, others) == [own]
            screen.press("引き受ける")
        self.center.go(self.decision)
        assert self.center.text.count("引き受け") >= 2
        assert "未回答" not in self.center.text

    def neither_is_told_where(self) -> None:
        """On no page, in no paper; how the mother is reached the nurse is told, as she may come on a call alone."""
        nurse, children = self.nurse, self.at("kodomo", 360)
        rooms = (
            "",
            "timeline/",
            "timeline/?paper=on",
            "relations/",
            "ecomap/",
            "roles/",
            "assessment/",
            "chronology/",
        )
        pages = (*LISTS, *(f"{self.case}{room}" for room in rooms), self.decision, self.item)
        of_all = (*PLACES, FORMER, "秘匿を")
        assert found_at(nurse, pages, (*of_all, MIO, RESPITE)) == []
        assert found_at(children, pages, (*of_all, ILLNESS, PHONE, COVER)) == []
        nurse.go(self.case)
        for words in (
            f"{HOURS}。名のり方は「{COVER}」",
            "✕ 留守番電話",
            "✕ 郵便",
            "秘匿中（金庫にあります）",
            ILLNESS,
        ):
            assert words in nurse.text
        nurse.keep("b-nurse")
        for words in ("かくれ町", "見本荘", "はるかぜ"):
            assert NOTHING_FOUND in search(nurse, words)
        assert status_of(nurse, f"{self.case}concealment/") in {403, 404}
        nurse.go(self.decision)
        sheet = self._sheet(nurse)
        assert ("薬を確かめる" in sheet, [word for word in (*PLACES, FORMER, "澪") if word in sheet]) == (
            True,
            [],
        )
        assert (
            found_at(
                self.at("jiritsu"), (*LISTS, self.item), ("灯野", self.number, NURSING, RESPITE, *PLACES)
            )
            == []
        )

    def _sheet(self, screen: Screen) -> str:
        screen.order_pdf()
        with screen.page.expect_download() as download:
            screen.page.get_by_role("link", name="PDFを開く").click()
        path = self.folder / f"{uuid.uuid4()}.pdf"
        download.value.save_as(path)
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        return "".join(text.split())
