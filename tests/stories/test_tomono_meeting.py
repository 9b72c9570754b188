"""domain.md 10.B in Chromium, D9 to D180: consent item by item, a meeting, a plan and an evaluation of a household that hides.

Checks 1 and 2 again with the papers of the meeting, the minutes and the plan there; 5 (the cousin), 6 (the agency of the former husband at
a table of the same afternoon) and 7 (the girl's own view). What is before and beside this is played by test_tomono.py; the disclosure request
of D40 is not part of it.
"""

from __future__ import annotations

import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .hazukihara import days_from_now
from .screen import Cast, Screen
from .steps import (
    agree,
    answer_of,
    assess,
    box,
    call_meeting,
    fill_agenda,
    fill_row,
    found_at,
    look_everywhere,
    move_on,
    places_of,
    say_all_went_well,
    search,
    share,
    shown,
    source_of,
    write_minutes,
    write_paper,
)  # fmt: skip
from .tomono import COVER, FORMER, ILLNESS, KANADE, MIO, MOTHER, NEIGHBOUR, PHONE, PLACES, SCHOOLS, Tomono

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JIRITSU, MINAMI = "見本市 生活自立・仕事相談センター", "見本市 生活自立・仕事相談センター 南"
SHOKUDO, CHILDREN = "NPO法人 みほん子ども食堂", "若木区 こども家庭課"
SSW = "見本市教育委員会 スクールソーシャルワーカー"
CITY, ENTRUSTED = (
    "福祉まるごとサポートセンター（市直営）",
    "福祉まるごとサポートセンター（委託・社会福祉法人みほん会）",
)
MOTHERS_WORD = "電話は10時から。家には来ないでほしい。"
OWN_VIEW = "弟のごはんは自分が作りたい。でも美術部には行きたい"
BREAKFAST = "「みお」さんの朝ごはんと宿題の場所。呼び名で迎え、名字は尋ねない"
DAY_CARE, RENT = "弟の放課後等デイサービスの手続き", "家賃の相談。家には行かず、10時から11時に電話する"
ATTENDANCE = "週1回、出席を確かめる"
PICTURE = "長女が弟の世話と食事作りをしている。欠席31日。"
ASKED = "朝、来られる場所があるか。"
THIRD = "80代の母の暮らしをどう支えるか。"
ART_CLUB = "美術部に入りたい。絵を描いている時間がいちばん好き"
COUSIN = "真砂 亮のいとこ。本人の母から聞いた"
NOTHING_FOUND = "に合うケースは、あなたが見られる範囲にはありません"
LISTS = (
    "/casework/", "/casework/cases/", "/casework/referrals/", "/casework/notifications/", "/casework/duties/", "/casework/roles/",
    "/casework/meetings/",
)  # fmt: skip


def test_meeting_plan_and_evaluation_of_a_household_in_hiding(
    fiscal_year: Callable[[int], None], city: None, cast: Cast, tmp_path: Path
) -> None:
    story = Story(cast, Tomono(fiscal_year), tmp_path)
    story.mother_agrees_item_by_item_and_the_girl_is_heard()
    fiscal_year(16)
    story.table_is_set()
    story.papers_tell_no_place()
    story.plan_is_decided()
    story.agency_of_the_former_husband_sits_at_another_table()
    story.nothing_that_was_made_tells_a_place()
    fiscal_year(55)
    story.cousin_is_shut_out()
    fiscal_year(95)
    story.girl_says_what_she_wants()
    fiscal_year(180)
    story.household_is_evaluated()
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, the case in hiding, and the two items of the afternoon."""

    def __init__(self, cast: Cast, home: Tomono, folder: Path) -> None:
        self.at, self.home, self.case, self.folder = cast.at, home, home.url, folder
        self.number = str(home.case.number)
        self.meeting = self.item = self.other = self.plan = self.decision = ""

    @property
    def center(self) -> Screen:
        return self.at("coordinator2")

    # --- D9 --------------------------------------------------------------------------------------------------

    def mother_agrees_item_by_item_and_the_girl_is_heard(self) -> None:
        """Check 7: what the mother says stands with her consent, what the girl says with hers; hers needs her own words."""
        center = self.center
        kept = {"kept_at": "鍵つき書庫 2段目"}
        agree(
            center,
            self.case,
            MOTHER,
            (MINAMI,),
            ("basic", "contact", "money", "roles", "plan", "meeting"),
            own_view=MOTHERS_WORD,
            **kept,
        )
        agree(
            center, self.case, MOTHER, (CHILDREN, SSW, SHOKUDO), ("meeting",), own_view=MOTHERS_WORD, **kept
        )
        by_her = {"giver": "legal", "giver_name": MOTHER, **kept}
        agree(center, self.case, MIO, (CHILDREN, SSW, SHOKUDO, MINAMI), ("roles", "meeting"), **by_her)
        assert "子どもの同意を大人が答えたときは、本人のことばも書いてください。" in center.text
        center.page.fill("[name=own_view]", OWN_VIEW)
        center.press("記録する")
        agree(
            center,
            self.case,
            KANADE,
            (CHILDREN, SSW, SHOKUDO, MINAMI),
            ("roles", "meeting"),
            own_view="（うなずいた）",
            **by_her,
        )
        mothers, girls = (self._section(name) for name in (MOTHER, MIO))
        assert (MOTHERS_WORD in mothers, OWN_VIEW in mothers) == (True, False)
        assert (
            MOTHERS_WORD in girls,
            OWN_VIEW in girls,
            f"法定代理人（親権者など）（{MOTHER}）" in girls,
        ) == (False, True, True)
        center.keep("b-consents")
        for agency, person, items in (
            (MINAMI, MOTHER, ("基本情報", "連絡先", "役割分担")), (SHOKUDO, MIO, ("役割分担",)), (SSW, MIO, ("役割分担",)),
            (CHILDREN, KANADE, ("役割分担",)),
        ):  # fmt: skip
            share(center, self.case, agency, person, items, "consent", "D9 書面の同意")

    def _section(self, person: str) -> str:
        heading = self.center.page.get_by_role("heading", name=person, level=2)
        return str(self.center.page.locator("section.m-card", has=heading).inner_text())

    # --- D16 -------------------------------------------------------------------------------------------------

    def table_is_set(self) -> None:
        """The agency of the former husband is refused at this table; what is held where she lives is, too."""
        center = self.center
        page = center.page
        near = call_meeting(
            center, "第3回 調整の会", f"{days_from_now(0)}T10:30", place=f"{SCHOOLS[1]} 相談室"
        )
        everybody = {MOTHER: "本人", MIO: "長女", KANADE: "弟"}
        members = (
            f"{CHILDREN} 見本 育",
            f"{SSW} 見本 学",
            f"{SHOKUDO} 見本 食美",
            f"{MINAMI} 見本 外",
            f"{CITY} 見本 整",
        )
        fill_agenda(center, self.case, near, "jusou", everybody, members, purpose="プランの協議", words=ASKED)
        center.press("議題に加える")
        assert "秘匿している住所や場所が書かれています" in center.text
        self.meeting = call_meeting(
            center, "第3回 調整の会", f"{days_from_now(0)}T10:30", place="市役所 3階 会議室2"
        )
        fill_agenda(
            center,
            self.case,
            self.meeting,
            "jusou",
            everybody,
            (*members, f"{JIRITSU} 見本 立"),
            purpose="プランの協議",
            words=ASKED,
        )
        center.press("議題に加える")
        assert f"見本 立さん（{JIRITSU}）には、このケースを見せられません。" in center.text
        assert page.input_value("[name=purpose_text]") == ASKED
        box(center, "構成員", f"{JIRITSU} 見本 立").uncheck()
        center.press("議題に加える")
        assert "議題に加えました。" in center.text, page.locator("main").inner_text()
        self.item = page.url

        coordinator = self.at("coordinator")
        third = f"/casework/cases/{self.home.third.pk}/"
        of_third = (f"{JIRITSU} 見本 立", f"{ENTRUSTED} 見本 調")
        fill_agenda(
            coordinator,
            third,
            self.meeting,
            "shien_kaigi",
            {NEIGHBOUR: "本人"},
            of_third,
            purpose="支援方針の検討",
            words=THIRD,
        )
        coordinator.press("議題に加える")
        assert "議題に加えました。" in coordinator.text, coordinator.page.locator("main").inner_text()
        self.other = coordinator.page.url
        coordinator.press("構成員に公開する")

    def papers_tell_no_place(self) -> None:
        center = self.center
        write_paper(center, self.item, "把握している世帯像", f"{PICTURE}{SCHOOLS[1]}の1年生。")
        assert "秘匿している住所や場所が書かれています" in center.text
        center.page.fill("[name=text]", PICTURE)
        center.press("資料を加える")
        write_paper(center, self.item, "各機関へのお願い", ASKED, for_all=True)
        center.go(self.item)
        center.press("構成員に公開する")
        helper = self.at("ssw", 360)
        helper.go(self.item)
        assert shown(helper, PICTURE, ASKED, "長女") == [PICTURE, ASKED, "長女"]
        assert shown(helper, *PLACES, "灯野", FORMER, ILLNESS, PHONE, OWN_VIEW, self.number) == []
        host = self.at("shokudo", 360)
        host.go(self.item)
        assert shown(host, ASKED, PICTURE, "灯野") == [ASKED]
        write_minutes(
            center, self.item, facts=f"{PICTURE}{SCHOOLS[0]}の先生から聞いた。", points="朝の場所を決めた。"
        )
        assert "秘匿している住所や場所が書かれています" in center.text
        assert center.page.input_value("[name=points]") == "朝の場所を決めた。"
        center.page.fill("[name=facts]", PICTURE)
        center.press("保存する")
        assert "議事録を保存しました。" in center.text

    def plan_is_decided(self) -> None:
        center = self.center
        page = center.page
        assess(center, self.case, "母の不調を、14歳の娘が支えている。")
        move_on(center, self.case, "flow2_plan", "flow2_meeting")
        center.go(f"{self.case}plans/write/")
        begun = page.locator("textarea[name^=issue-]").evaluate_all("all => all.map(each => each.value)")
        assert "経済的困窮" in begun
        assert [words for words in begun if "暴力" in words or "DV" in words] == []
        for row, (person, text) in enumerate(((MOTHER, MOTHERS_WORD), (MIO, OWN_VIEW))):
            fill_row(center, f"wish-{row}", about=person, text=text)
        for section, text in (
            ("goal", "朝ごはんを食べて学校へ行く。"),
            ("direction", "電話なしに訪ねない。"),
            ("exit", "澪さんの朝が決まったとき。"),
        ):
            fill_row(center, f"{section}-0", about=MIO, text=text)
        for row, (person, issue, what, agency, seat) in enumerate((
            (MIO, "居場所", f"{BREAKFAST}（{SCHOOLS[0]}の近く）", SHOKUDO, "なし"), (KANADE, "療育", DAY_CARE, CHILDREN, "なし"),
            (MIO, "登校", ATTENDANCE, SSW, "なし"), (MOTHER, "家賃", RENT, MINAMI, "なし"),
            (MOTHER, "全体", "関係機関をまとめる", CITY, "主担当"), (MOTHER, "全体", "10時から11時に電話する", CITY, "本人との連絡窓口"),
            (MOTHER, "全体", "夜の電話を受ける", CITY, "緊急時の窓口"), (MOTHER, "全体", "進みぐあいを確かめる", CITY, "進捗確認"),
        )):  # fmt: skip
            fill_row(center, f"role-{row}", about=person, agency=agency, seat=seat, issue=issue, what=what)
        center.press("この内容で保存する")
        assert "秘匿している住所や場所が書かれています" in center.text
        fill_row(center, "role-0", what=BREAKFAST)
        center.press("この内容で保存する")
        assert "決定するまでに、あと必要なもの" not in center.text, page.locator("main").inner_text()
        self.plan = page.url
        center.keep("b-plan")
        center.follow("会議の決定を記録する")
        center.press("このプランを決定する")
        assert "プランを決定しました。" in center.text, page.locator("main").inner_text()
        self.decision = str(page.get_by_role("link", name="D-").first.get_attribute("href"))
        move_on(center, self.case, "flow2_active")
        host = self.at("shokudo")
        host.go("/casework/roles/")
        assert shown(host, BREAKFAST, "灯野", DAY_CARE, RENT, *PLACES) == [BREAKFAST]
        host.press("引き受ける")

    # --- checks 1, 2 and 6 --------------------------------------------------------------------------------------

    def agency_of_the_former_husband_sits_at_another_table(self) -> None:
        """Its worker reads what it was asked to; not that somebody else's case was on the table that afternoon."""
        jiritsu = self.at("jiritsu", 360)
        jiritsu.go(self.meeting)
        jiritsu.keep("b-other-table")
        assert shown(jiritsu, "議題 2", "議題 1") == ["議題 2"]
        jiritsu.go(self.other)
        assert THIRD in jiritsu.text
        hidden = (
            *PLACES, "灯野", "澪", self.number, PHONE, COVER, PICTURE, ASKED, OWN_VIEW, MOTHERS_WORD, BREAKFAST, DAY_CARE, RENT, CHILDREN,
            SHOKUDO, self.case, "同じ名前の人", "秘匿中",
        )  # fmt: skip
        assert (
            found_at(jiritsu, (*LISTS, self.meeting, self.other, f"{self.meeting}calendar.ics"), hidden) == []
        )
        for words in ("灯野", "ともしの", PHONE, self.number, "かくれ町", "みお", "朝ごはん"):
            assert NOTHING_FOUND in search(jiritsu, words)
        for url in self._pages():
            self.is_as_if_there_were_no_case(jiritsu, url)
        # As if this item had never been: the same answer as for a number that nobody gave.
        assert answer_of(jiritsu, self.item) == answer_of(jiritsu, _another(self.item))

    def _pages(self) -> list[str]:
        plan = self.plan.partition("/casework/")[2]
        rooms = (
            "",
            "plans/",
            "roles/",
            "timeline/",
            "timeline/?paper=on",
            "relations/",
            "ecomap/",
            "consents/",
            "monitoring/",
        )
        return [
            *(f"{self.case}{room}" for room in rooms),
            f"/casework/{plan}",
            f"/casework/{plan}plain/",
            self.decision,
        ]

    def is_as_if_there_were_no_case(self, screen: Screen, url: str) -> None:
        key = str(self.home.case.pk)
        answer = answer_of(screen, url)
        assert answer[0] in {403, 404}
        assert answer == answer_of(screen, url.replace(key, str(uuid.uuid4())))

    def nothing_that_was_made_tells_a_place(self) -> None:
        """On no page, in no PDF of the center or of an agency, in no spreadsheet."""
        center = self.center
        assert (
            found_at(
                center, (*self._pages(), self.item, f"{self.item}copies/", f"{self.item}minutes/"), PLACES
            )
            == []
        )
        center.go(f"{self.item}copies/")
        minutes = self._printed(
            center, center.page.get_by_role("button", name="議事録と決定をPDFにする").click
        )
        center.go(self.decision)
        sheet = self._sheet(center)
        assert ("長女" in minutes, "朝ごはん" in minutes, "家賃の相談" in sheet) == (True, True, True)
        assert [word for word in PLACES if word in minutes + sheet] == []
        host = self.at("shokudo")
        host.go(self.decision)
        of_host = self._sheet(host)
        assert "みお" in of_host
        assert [
            word for word in (*PLACES, "灯野", "沙織", "奏", FORMER, PHONE, "家賃") if word in of_host
        ] == []
        center.go(f"{self.plan}plain/?person={self.home.mio.pk}")
        center.keep("b-plain")
        paper = center.page.locator("article").inner_text()
        assert (OWN_VIEW in paper, MOTHERS_WORD in paper, RENT in paper) == (True, False, False)

    def _sheet(self, screen: Screen) -> str:
        screen.order_pdf()
        return self._printed(screen, lambda: screen.page.get_by_role("link", name="PDFを開く").click())

    def _printed(self, screen: Screen, act: Any) -> str:
        with screen.page.expect_download() as download:
            act()
        path = self.folder / f"{uuid.uuid4()}.pdf"
        download.value.save_as(path)
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        return "".join(text.split())

    # --- D55 -------------------------------------------------------------------------------------------------

    def cousin_is_shut_out(self) -> None:
        """Check 5: a colleague of the kitchen loses the plan and the roles with the case; no later table takes them on; the center sees why."""
        cousin, chief, center = self.at("shokudo2", 360), self.at("chief"), self.center
        assert found_at(cousin, ("/casework/roles/", self.decision), (BREAKFAST,)) != []
        chief.go(self.case)
        chief.follow("機関や人に見せないようにする")
        option = chief.page.locator("[name=membership] option", has_text="見本 調理").get_attribute("value")
        chief.page.select_option("[name=membership]", option)
        chief.page.fill("[name=reason]", COUSIN)
        chief.press("禁止する")
        assert found_at(cousin, LISTS, (self.number, BREAKFAST, "D-")) == []
        for url in self._pages():
            self.is_as_if_there_were_no_case(cousin, url)
        assert BREAKFAST in source_of(self.at("shokudo"), "/casework/roles/")
        meeting = call_meeting(center, "第5回 調整の会", f"{days_from_now(3)}T10:30")
        people, members = {MIO: "長女"}, (f"{SHOKUDO} 見本 調理", f"{CITY} 見本 整")
        fill_agenda(center, self.case, meeting, "jusou", people, members, purpose="支援方針の検討")
        center.press("議題に加える")
        assert f"見本 調理さん（{SHOKUDO}）には、このケースを見せられません。" in center.text
        center.go(self.case)
        assert shown(center, "見本 調理", COUSIN) == ["見本 調理", COUSIN]

    # --- D95 -------------------------------------------------------------------------------------------------

    def girl_says_what_she_wants(self) -> None:
        """In her own words, about her alone: who works with her mother does not read them."""
        center = self.center
        page = center.page
        center.go(f"{self.case}notes/add/")
        page.get_by_label(MIO, exact=True).check()
        page.locator("[name=item][value=history]").check()
        page.select_option("[name=method]", "interview")
        page.fill("[name=title]", "澪さんのことば")
        page.fill("[name=statement_1]", ART_CLUB)
        page.select_option("[name=statement_1_source]", "self")
        center.press("記録する")
        assert ART_CLUB in center.text
        for name in ("outsider", "shokudo", "ssw"):
            seen = look_everywhere(self.at(name, 360), self.case, f"{self.case}timeline/")
            assert places_of((ART_CLUB, OWN_VIEW), seen) == {}

    # --- D180 ------------------------------------------------------------------------------------------------

    def household_is_evaluated(self) -> None:
        center = self.center
        page = center.page
        move_on(center, self.case, "flow2_eval")
        center.go(f"{self.decision}evaluation/")
        page.fill("[name=meeting]", "第9回 調整の会")
        say_all_went_well(center)
        breakfast = page.locator("section.m-card", has=page.get_by_role("heading", name=BREAKFAST))
        breakfast.get_by_label("くわしいこと").fill(f"週4回、{SCHOOLS[0]}へ行く前に寄った。")
        page.get_by_label("就学・復学").check()
        page.fill("[name=own_words]", ART_CLUB)
        page.locator("[name=outcome][value=replan]").check()
        center.press("評価を記録する")
        assert "秘匿している住所や場所が書かれています" in center.text
        breakfast.get_by_label("くわしいこと").fill("週4回、学校へ行く前に寄った。")
        center.press("評価を記録する")
        assert "つぎの段階は「再プラン」です。" in center.text, page.locator("main").inner_text()
        move_on(center, self.case, "replanning")
        host = self.at("shokudo")
        host.go(self.case)
        assert shown(host, "週4回、学校へ行く前に寄った。", ART_CLUB, "就学・復学", "灯野") == [
            "週4回、学校へ行く前に寄った。"
        ]
        jiritsu = self.at("jiritsu")
        assert found_at(jiritsu, (*LISTS, self.meeting), ("灯野", self.number, ART_CLUB, *PLACES)) == []
        assert found_at(center, (*self._pages(), f"{self.case}timeline/?paper=on"), PLACES) == []


def _another(url: str) -> str:
    """Return the address of an item that never was, of the same meeting."""
    head, _items, _rest = url.partition("/items/")
    return f"{head}/items/{uuid.uuid4()}/"
