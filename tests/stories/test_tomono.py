"""domain.md 10.B in Chromium: the household of 灯野 hides; each who has to do with it sees their part, and no place of it.

Without its meetings, which test_tomono_meeting.py plays, D41 and D70, which test_tomono_later.py does, and its disclosure request. Checks 1, 2, 5, 6, 8 and 9.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import uuid
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from tests.browser import click_through

from .screen import Screen, run_worker
from .steps import answer_of, found_at, say_again_who, search, share, shown, source_of, status_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOTHER, MIO, KANADE, KIYO = "灯野 沙織", "灯野 澪", "灯野 奏", "灯野 キヨ"
FORMER = "真砂 亮"
HOME = "見本市若木区かくれ町4丁目5番6号 見本荘201"
SCHOOLS = ("見本市立はるかぜ中学校", "見本市立はるかぜ小学校")
CLINIC = "かくれ町こころの診療所"
# What of it stands on no page and no paper.
PLACES = ("かくれ町", "見本荘", "はるかぜ", "こころの診療所")
PHONE, HOURS, COVER = "000-0000-4402", "10時から11時だけ", "図書の係"
ILLNESS = "うつ。朝起きられない日がある"
ABSENT = "中学2年生が弟の世話と食事作りをしている。欠席31日"
COUNCIL = "要対協 見本-17（照会番号だけ）"
AGREED = "母が面談で、一つずつ聞いて同意した"
OWN_WORDS = "弟のごはんは自分が作りたい。でも美術部には行きたい"
BREAKFAST = "「みお」さんの朝ごはんと宿題の場所。呼び名で迎え、名字は尋ねない"
RENT = "家賃の相談。家には行かず、10時から11時に電話する"
COUSIN = "真砂 亮のいとこ。本人の母から聞いた"
SSW, CHILDREN = "見本市教育委員会 スクールソーシャルワーカー", "若木区 こども家庭課"
NOTHING_FOUND = "に合うケースは、あなたが見られる範囲にはありません"
LISTS = (
    "/casework/",
    "/casework/cases/",
    "/casework/inbox/?state=case",
    "/casework/notifications/",
    "/casework/duties/",
)
JIRITSU, MINAMI = "見本市 生活自立・仕事相談センター", "見本市 生活自立・仕事相談センター 南"
SHOKUDO = "NPO法人 みほん子ども食堂"


def test_household_in_hiding_from_the_school_to_the_evaluation(
    city: None, page_at: Any, tmp_path: Any, shift_clock: Any
) -> None:
    story = Story(page_at, tmp_path)
    other = story.case_of_the_former_husband()
    story.school_brings_it()
    story.mother_is_called()
    story.household_is_hidden()
    story.measure_is_granted()
    story.children_are_added()
    story.council_has_the_rest()
    story.mother_agrees_and_the_girl_is_heard()
    story.roles_are_given()
    story.cousin_is_shut_out()
    story.agency_of_the_former_husband_learns_nothing(other)
    story.letter_has_no_address_unless_two_open_it(shift_clock)
    story.files_have_no_place()
    story.import_lifts_nothing()

    assert story.faults == [], "\n".join(story.faults)


class Story:
    """Everybody at their screens, and the case."""

    def __init__(self, page_at: Any, folder: Any) -> None:
        self.page_at, self.folder = page_at, folder
        self.faults: list[str] = []
        self.screens: dict[str, Screen] = {}
        self.number = self.case = self.contact = ""

    def at(self, username: str, width: int = 1280) -> Screen:
        """Return the screen of a person, who logs in the first time."""
        if username not in self.screens:
            screen = self.screens[username] = Screen(self.page_at(width))
            screen.faults = self.faults
            screen.login(username)
        return self.screens[username]

    @property
    def center(self) -> Screen:
        return self.at("coordinator2")

    # --- before: the one they hide from is a client, too -------------------------------------------------

    def case_of_the_former_husband(self) -> str:
        reception, coordinator = self.at("reception"), self.at("coordinator")
        contact = _take_call(reception, "仕事を探している。離婚したばかり", "self")
        _take_up(coordinator, contact)
        number, case = _open_case(coordinator, "真砂さん", FORMER)
        share(
            coordinator,
            case,
            JIRITSU,
            FORMER,
            ("基本情報", "役割分担"),
            "law",
            "生活困窮者自立支援法 就労準備支援",
        )
        assert shown(coordinator, "灯野") == []
        jiritsu = self.at("jiritsu", 360)
        jiritsu.follow(number)
        assert shown(jiritsu, FORMER) == [FORMER]
        return number

    # --- D0 to D1: the school's social worker; the mother by telephone, in the hour that is safe ----------------

    def school_brings_it(self) -> None:
        ssw = self.at("ssw", 360)
        page = ssw.page
        ssw.go("/casework/brought/add/")
        for name, words in (
            ("in_charge", "見本学"), ("reply_to", "000-0000-4401（相談室）"), ("one_line", ABSENT),
            ("facts", f"{SCHOOLS[0]}の2年。授業中に眠っている。{SCHOOLS[0]}の先生も心配している。"),
            ("wishes", f"{SCHOOLS[0]}の外で会ってほしい。"),
            ("how_known", "担任の話と本人の話"), ("tried", "母に電話したが、つながらない"), ("next_try", "来週、本人に聞く"),
        ):  # fmt: skip
            page.fill(f"[name={name}]", words)
        page.get_by_label("C 3日以内").check()
        page.locator("[name=has_consent][value=no]").check()
        page.select_option("[name=why]", "fear_of_harm")
        page.select_option("[name=basis]", "youtaikyo")
        ssw.press("センターに送る")
        number = re.search(r"U-[0-9-]+", ssw.text)
        assert number
        center = self.center
        center.follow("受信箱")
        center.follow(number[0])
        self.contact = center.page.url
        assert shown(center, ABSENT, "000-0000-4401", SCHOOLS[0], SSW) == [
            ABSENT,
            "000-0000-4401",
            SCHOOLS[0],
            SSW,
        ]

    def mother_is_called(self) -> None:
        center = self.center
        page = center.page
        _take_up(center, self.contact)
        self.number, self.case = _open_case(center, "灯野さん世帯", MOTHER, kind="single_parent")
        _add_person(center, self.case, MIO, "child", occupation=SCHOOLS[0])
        _card(center, MOTHER, "連絡先を書く")
        for name, words in (
            ("phone", PHONE), ("safe_hours", HOURS), ("cover_name", COVER), ("address", HOME),
            ("caution", "だれも、電話なしに訪ねない。書類は別の区の窓口で手渡し。"),
        ):  # fmt: skip
            page.fill(f"[name={name}]", words)
        page.select_option("[name=sms]", "no")
        page.select_option("[name=post]", "no")
        center.press("保存する")
        _card(center, MOTHER, "健康を書く")
        page.fill("[name=condition]", ILLNESS)
        page.fill("[name=doctor]", CLINIC)
        center.press("保存する")
        _write_note(
            center,
            self.case,
            MOTHER,
            "phone",
            "母に電話（10時15分）",
            "「図書の係」と名のった。話せるのは10時から11時だけ。",
        )
        _write_note(center, self.case, MOTHER, "phone", "住まいのこと", "いまは、かくれ町4-5-6にいる。")
        for words in (
            f"{HOURS}。名のり方は「{COVER}」",
            "✕ 留守番電話",
            "✕ 郵便",
            HOME,
            *SCHOOLS[:1],
            CLINIC,
        ):
            assert words in center.text

    # --- on her word, at once ----------------------------------------------------------------------------

    def household_is_hidden(self) -> None:
        center = self.center
        page = center.page
        center.go(self.case)
        center.follow("住所や居場所を秘匿にする")
        center.follow("この世帯を秘匿にする")
        page.get_by_label(MOTHER, exact=True).check()
        page.fill("#id_words", "本人の電話。元の夫から隠れている。支援措置は手続き中")
        page.fill("[name=threat-0-name]", FORMER)
        page.fill("[name=threat-0-relation]", "元の夫、7か月前に離婚")
        page.select_option("[name=threat-0-agency]", label=JIRITSU)
        center.press("いますぐ秘匿にする")
        assert shown(center, "本人の申し出（仮）", f"{JIRITSU}には、このケースが見えません。") == [
            "本人の申し出（仮）", f"{JIRITSU}には、このケースが見えません。",
        ]  # fmt: skip
        center.go(self.case)
        assert "秘匿中（金庫にあります）" in center.text
        assert "母に電話（10時15分）" in center.text
        assert "秘匿している場所が書かれているため、この記録の内容は見えません。" in center.text
        self.nobody_of_the_center_sees_a_place()

    def nobody_of_the_center_sees_a_place(self) -> None:
        """On every page of the case, in the search, and where the case came from."""
        everywhere = (self.contact, f"{self.contact}edit/", *self._pages(), *LISTS)
        assert self._places_in("coordinator2", everywhere) == []
        for name in ("reception", "chief"):
            assert self._places_in(name, (self.contact, self.case)) == []
        for words in ("かくれ町", "はるかぜ"):
            assert NOTHING_FOUND in search(self.center, words)
        assert self.number in search(self.center, "灯野")

    def _places_in(self, username: str, urls: Iterable[str]) -> list[tuple[str, str]]:
        return found_at(self.at(username), urls, PLACES)

    def _pages(self) -> list[str]:
        rooms = ("", "household/", "relations/", "ecomap/", "concealment/", "consents/", "openings/")
        return [f"{self.case}{room}" for room in rooms]

    def measure_is_granted(self) -> None:
        """It is written beside her own word, ends nothing by its last day, and somebody is reminded of that day."""
        center = self.center
        ends = timezone.localdate() + dt.timedelta(days=55)
        center.go(f"{self.case}concealment/")
        center.follow("根拠を書き直す・延ばす")
        center.page.locator("[name=kind][value=measure]").check()
        center.page.fill("#id_words", "見本市 住民基本台帳事務の支援措置（母と子2人）")
        center.page.fill("[name=ends_on]", ends.isoformat())
        center.press("書き直す")
        assert "措置の終わりまで55日です。" in center.text
        assert shown(center, "前の根拠", "支援措置は手続き中") == ["前の根拠", "支援措置は手続き中"]
        assert self.number in source_of(center, "/casework/duties/?kind=concealment")

    def children_are_added(self) -> None:
        """What is written from now on goes the same way."""
        center = self.center
        _add_person(center, self.case, KANADE, "child", occupation=SCHOOLS[1])
        _add_person(center, self.case, KIYO, "parent", living="apart")
        assert shown(center, MIO, KANADE, KIYO, *PLACES) == [MIO, KANADE, KIYO]
        center.go(f"{self.case}concealment/")
        kept = center.page.locator("#places ~ table tbody tr").all_inner_texts()
        assert [row.split()[:2] + row.split()[2:3] for row in kept if KANADE in row] != []
        assert len(kept) == 4  # the mother's address and clinic, two schools

    # --- D3 to D16: what is registered elsewhere, what she agrees to, who does what -----------------------------

    def council_has_the_rest(self) -> None:
        """The council's number and who is in charge; what is about violence stays there."""
        center = self.center
        share(center, self.case, CHILDREN, MIO, ("基本情報", "経過"), "youtaikyo", COUNCIL)
        _write_note(
            center,
            self.case,
            MIO,
            "agency_contact",
            "こども家庭課に確認",
            "要対協に登録あり。虐待の部分は協議会で扱う。",
        )
        children = self.at("kodomo", 360)
        children.follow(self.number)
        assert shown(children, MIO, "要対協に登録あり", "秘匿中") == [MIO, "要対協に登録あり", "秘匿中"]
        assert shown(children, *PLACES, MOTHER, KANADE, PHONE, COVER, FORMER, ILLNESS, JIRITSU, ABSENT) == []

    def mother_agrees_and_the_girl_is_heard(self) -> None:
        center = self.center
        _consent(
            center,
            self.case,
            MOTHER,
            MINAMI,
            ("basic", "contact", "money", "roles"),
            AGREED,
            not_to=f"{FORMER}とその親族",
        )
        _consent(center, self.case, MIO, SHOKUDO, ("roles",), OWN_WORDS, by=MOTHER)
        mothers, girls = (_section(center, name) for name in (MOTHER, MIO))
        assert (AGREED in mothers, OWN_WORDS in mothers) == (True, False)
        assert (AGREED in girls, OWN_WORDS in girls, f"法定代理人（親権者など）（{MOTHER}）" in girls) == (
            False,
            True,
            True,
        )
        assert "未説明" in _section(center, KANADE)
        share(
            center, self.case, MINAMI, MOTHER, ("基本情報", "連絡先", "役割分担"), "consent", "面談での同意"
        )
        share(center, self.case, SHOKUDO, MIO, ("役割分担",), "consent", "面談での同意")

        minami = self.at("outsider", 360)
        minami.follow(self.number)
        for words in (
            MOTHER,
            PHONE,
            f"{HOURS}。名のり方は「{COVER}」",
            "✕ 留守番電話",
            "✕ 郵便",
            "秘匿中（金庫にあります）",
        ):
            assert words in minami.text
        assert shown(minami, *PLACES, MIO, KANADE, FORMER, ILLNESS, COUNCIL, AGREED, SHOKUDO) == []

    def roles_are_given(self) -> None:
        center = self.center
        page = center.page
        center.go(f"{self.case}decisions/add/")
        page.fill("[name=direction-0-text]", "書類は別の区の窓口で手渡しする")
        for row, (person, agency, issue, what) in enumerate(
            ((MIO, SHOKUDO, "居場所", f"{BREAKFAST}（{SCHOOLS[0]}の近く）"), (MOTHER, MINAMI, "家賃", RENT))
        ):
            if row:
                page.get_by_text(f"役割 {row + 1}", exact=True).click()
            page.select_option(f"[name=role-{row}-about]", label=person)
            page.select_option(f"[name=role-{row}-agency]", label=agency)
            page.fill(f"[name=role-{row}-issue]", issue)
            page.fill(f"[name=role-{row}-what]", what)
        center.press("この内容で決定を記録する")
        assert "秘匿している住所や場所が書かれています" in center.text
        assert page.input_value("[name=role-1-what]") == RENT
        page.fill("[name=role-0-what]", BREAKFAST)
        center.press("この内容で決定を記録する")
        host = self.at("shokudo", 360)
        host.go("/casework/")
        host.follow(self.number)
        assert shown(host, BREAKFAST, "秘匿中") == [BREAKFAST, "秘匿中"]
        assert self._learnt_by_host(host.page.content()) == []
        host.follow("D-")
        host.follow("この役割に答える")
        host.page.get_by_label("引き受けます", exact=True).check()
        host.press("この内容で答える")
        sheet = self._print(host)
        assert "みお" in sheet
        assert self._learnt_by_host(sheet) == []

    def _learnt_by_host(self, source: str) -> list[str]:
        """The first name is in the task; nothing else of the family is anywhere."""
        return [
            word
            for word in (*PLACES, "灯野", "沙織", "奏", RENT, FORMER, PHONE, OWN_WORDS, ABSENT)
            if word in source
        ]

    def _print(self, agency: Screen) -> str:
        agency.order_pdf()
        return self._printed(agency, lambda: agency.page.get_by_role("link", name="PDFを開く").click())

    def _printed(self, screen: Screen, act: Any) -> str:
        with screen.page.expect_download() as download:
            act()
        path = self.folder / f"{uuid.uuid4()}.pdf"
        download.value.save_as(path)
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
        return "".join(text.split())  # a line may end within a word

    # --- D55: a volunteer of the kitchen is a cousin of his ------------------------------------------------------

    def cousin_is_shut_out(self) -> None:
        cousin, host = self.at("shokudo2", 360), self.at("shokudo")
        cousin.follow(self.number)
        decision = cousin.page.get_by_role("link", name="D-").first.get_attribute("href")
        assert BREAKFAST in cousin.text
        chief = self.at("chief")
        chief.go(self.case)
        chief.follow("機関や人に見せないようにする")
        option = chief.page.locator("[name=membership] option", has_text="見本 調理").get_attribute("value")
        chief.page.select_option("[name=membership]", option)
        chief.page.fill("[name=reason]", COUSIN)
        chief.press("禁止する")

        assert found_at(cousin, LISTS, (self.number, BREAKFAST, "D-")) == []
        for url in (self.case, decision, f"{self.case}ecomap/", f"{self.case}relations/"):
            self.is_as_if_there_were_no_case(cousin, url)
        assert NOTHING_FOUND in search(cousin, self.number)
        assert BREAKFAST in source_of(host, self.case)
        self.center.go(self.case)
        assert shown(self.center, "見本 調理", COUSIN) == ["見本 調理", COUSIN]
        assert COUSIN not in source_of(host, self.case)

    def is_as_if_there_were_no_case(self, screen: Screen, url: str) -> None:
        key = self.case.rstrip("/").rpartition("/")[2]
        answer = answer_of(screen, url)
        assert answer[0] in {403, 404}
        assert answer == answer_of(screen, url.replace(key, str(uuid.uuid4())))

    # --- the agency that helps him to find work ---------------------------------------------------------------

    def agency_of_the_former_husband_learns_nothing(self, other: str) -> None:
        center, jiritsu = self.center, self.at("jiritsu")
        center.go(f"{self.case}concealment/")
        assert f"{JIRITSU}は、「{FORMER}」と同じ名前の人の支援にもかかわっています。" in center.text
        center.go(f"{self.case}share/")
        center.page.select_option("[name=agency]", label=JIRITSU)
        center.press("つぎへ")
        assert f"知らせてはいけない相手「{FORMER}」と同じ名前の人の支援にもかかわっています" in center.text

        third = self._matter_of_somebody_else()
        hidden = (*PLACES, "灯野", self.number, PHONE, "同じ名前の人", "秘匿中", self.case)
        assert found_at(jiritsu, LISTS, hidden) == []
        jiritsu.go("/casework/cases/")
        assert shown(jiritsu, other, third) == [other, third]
        for number in (other, third):
            jiritsu.go("/casework/cases/")
            jiritsu.follow(number)
            assert shown(jiritsu, *hidden) == []
        for words in ("灯野", "ともしの", PHONE, self.number, "かくれ町"):
            assert NOTHING_FOUND in search(jiritsu, words)
        for url in self._pages():
            self.is_as_if_there_were_no_case(jiritsu, url)
        refused = self._in_emergency(jiritsu, self.number, MOTHER)
        assert "開けませんでした。" in refused
        assert refused == self._in_emergency(jiritsu, "K-2026-9999", MOTHER)

    def _matter_of_somebody_else(self) -> str:
        center = self.center
        contact = _take_call(center, "80代の母と息子。郵便物がたまっている", "agency")
        _take_up(center, contact)
        number, case = _open_case(center, "葉月原さん世帯", "葉月原 トヨ")
        share(center, case, JIRITSU, "葉月原 トヨ", ("基本情報",), "shien_kaigi", "支援会議 第1号")
        return number

    def _in_emergency(self, agency: Screen, number: str, name: str) -> str:
        agency.go("/casework/emergency/")
        say_again_who(agency)
        agency.page.fill("[name=number]", number)
        agency.page.fill("[name=name]", name)
        agency.page.fill("[name=reason]", "目の前で倒れ、家族に連絡しなければならない")
        agency.press("1時間だけ開く")
        return agency.text

    # --- a letter, and the two who open an address ---------------------------------------------------------------

    def letter_has_no_address_unless_two_open_it(self, shift_clock: Any) -> None:
        reception, center, chief = self.at("reception"), self.center, self.at("chief")
        letter = self._letter(reception)
        assert ("見本市生活自立・仕事相談" in letter, SHOKUDO.replace(" ", "") in letter) == (True, False)
        assert [word for word in PLACES if word in letter] == []

        reception.go(f"{self.case}concealment/")
        reception.follow("見たいと申し出る")
        reception.page.get_by_label("住所", exact=True).check()
        reception.page.fill("[name=reason]", "引っ越しに付きそうため")
        reception.press("申し出る")
        assert reception.page.get_by_role("button", name="10分だけ開く").count() == 0
        assert HOME not in reception.page.content()
        center.go(f"/accounts/reauthenticate/?next={urlsplit(self.case).path}concealment/")
        say_again_who(center)
        center.press("10分だけ開く")
        assert [
            screen for screen in (center, chief) if HOME in source_of(screen, f"{self.case}concealment/")
        ] == []
        reception.go(f"{self.case}concealment/")
        reception.follow("いま見られます")
        say_again_who(reception)
        opened = reception.page.url
        assert HOME in reception.text
        assert [status_of(screen, opened) for screen in (center, chief)] == [404, 404]
        letter = self._letter(reception)
        assert [word for word in PLACES if word in letter] == []

        shift_clock(dt.timedelta(minutes=11))
        assert status_of(reception, opened) == 404

    def _letter(self, screen: Screen) -> str:
        """Make the letter about her team: by hand, as nothing else is offered."""
        page = screen.page
        screen.go(f"{self.case}consents/")
        click_through(page.get_by_role("link", name=re.compile(f"支援チームのお知らせ.*{MOTHER}")))
        screen.look()
        assert page.locator("[name=means]").evaluate_all("all => all.map(one => one.value)") == ["handed"]
        assert "秘匿中の世帯には使いません" in screen.text
        return self._printed(screen, page.get_by_role("button", name="手紙を作る（PDF）").click)

    # --- what leaves the house as a file --------------------------------------------------------------------

    def files_have_no_place(self) -> None:
        center = self.center
        center.go(self.case)
        center.follow("D-")
        sheet = self._print(center)
        assert "家賃の相談" in sheet
        assert [word for word in PLACES if word in sheet] == []
        privacy = self.at("privacy")
        privacy.go("/audit/log/")
        log = self._download(privacy, "この条件の記録をCSVで書き出す")
        assert len(list(csv.reader(io.StringIO(log)))) > 100
        assert [word for word in (*PLACES, "灯野", PHONE) if word in log] == []
        for name in ("chief", "reception"):
            assert self._places_in(name, self._pages()) == []
        for name in ("kodomo", "outsider", "shokudo"):
            urls = (
                self.case,
                f"{self.case}relations/",
                f"{self.case}ecomap/",
                "/casework/",
                "/casework/notifications/",
            )
            assert self._places_in(name, urls) == []
        assert self._places_in("ssw", ("/casework/", "/casework/brought/")) == []

    # --- a ledger made before she hid ---------------------------------------------------------------------------

    def import_lifts_nothing(self) -> None:
        """Neither her concealment ends, nor does a second case put her address beside it, whatever is ticked."""
        chief = self.at("chief")
        page = chief.page
        self._read_ledger(
            ("番号", "氏名", "電話番号", "住所", "秘匿"),
            ("S-1", MOTHER, PHONE, HOME, "いいえ"),
            ("S-2", "海野 たか", "", "見本市あおば町1-2-3", "いいえ"),
            ("S-3", FORMER, "", "", "いいえ"),
        )
        held = page.locator("tbody tr", has_text="S-1").inner_text()
        assert f"居場所を秘匿している人と、同じ人かもしれません：{self.number}" in held
        page.get_by_label("似た人がいる行も取り込む").check()
        chief.press("取り込む")
        run_worker()
        chief.go(page.url)
        links = {
            number: page.locator("tbody tr", has_text=number).locator("a").count()
            for number in ("S-1", "S-2", "S-3")
        }
        assert links == {"S-1": 0, "S-2": 1, "S-3": 1}
        chief.go(f"/accounts/reauthenticate/?next={urlsplit(page.url).path}")
        say_again_who(chief)
        table = self._download(chief, "確かめた結果（CSV）")
        assert [word for word in (*PLACES, PHONE) if word in table] == []

        assert NOTHING_FOUND not in search(chief, "あおば町")
        for screen in (chief, self.center, self.at("reception")):
            assert NOTHING_FOUND in search(screen, "かくれ町")
            found = search(screen, MOTHER)
            assert (self.number in found, "1件見つかりました" in found) == (True, True)
            assert "住民票などのDV等支援措置" in source_of(screen, f"{self.case}concealment/")
            assert found_at(screen, [self.case], PLACES) == []

    def _read_ledger(self, *rows: tuple[str, ...]) -> None:
        chief = self.at("chief")
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        file = {"name": "daicho.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode("utf-8-sig")}
        chief.go("/casework/registers/")
        chief.page.fill("[name=name]", "前の相談台帳")
        chief.page.set_input_files("[name=file]", file)
        chief.press("読みこむ")
        chief.press("保存して確かめる")
        run_worker()
        chief.go(chief.page.url)

    def _download(self, screen: Screen, button: str) -> str:
        with screen.page.expect_download() as download:
            screen.page.get_by_role("button", name=button).click()
        path = self.folder / f"{uuid.uuid4()}.csv"
        download.value.save_as(path)
        return str(path.read_text(encoding="utf-8-sig"))


def _take_call(center: Screen, words: str, speaker: str) -> str:
    page = center.page
    center.go("/casework/inbox/record/")
    page.locator(f"[name=speaker][value={speaker}]").check()
    page.get_by_label("C 3日以内").check()
    page.get_by_label("ひとことで").fill(words)
    center.press("記録する")
    return str(page.url)


def _take_up(center: Screen, contact: str) -> None:
    center.go(contact)
    take = center.page.get_by_role("button", name="この相談を受ける")
    if take.is_visible():
        center.page.get_by_label("C 3日以内").first.check()
        center.press("この相談を受ける")


def _open_case(center: Screen, household: str, name: str, kind: str = "unknown") -> tuple[str, str]:
    page = center.page
    center.follow("ケースにする")
    page.fill("[name=household_name]", household)
    page.select_option("[name=household_kind]", kind)
    page.fill("[name=name]", name)
    center.press("ケースを作る")
    return str(page.locator("h1").inner_text()), str(page.url)


def _add_person(
    center: Screen, case: str, name: str, relation: str, *, occupation: str = "", living: str = "together"
) -> None:
    page = center.page
    center.go(case)
    center.follow("世帯の人・家族を加える")
    page.fill("[name=name]", name)
    page.select_option("[name=relation]", relation)
    page.fill("[name=occupation]", occupation)
    page.locator(f"[name=living][value={living}]").check()
    center.press("保存する")


def _card(center: Screen, person: str, link: str) -> None:
    card = center.page.locator("li.m-card", has=center.page.get_by_role("heading", name=person))
    click_through(card.get_by_role("link", name=link))
    center.look()


def _write_note(
    center: Screen, case: str, person: str, method: str, title: str, text: str, item: str = "history"
) -> None:
    page = center.page
    center.go(f"{case}notes/add/")
    page.get_by_label(person, exact=True).check()
    page.locator(f"[name=item][value={item}]").check()
    page.select_option("[name=method]", method)
    page.fill("[name=title]", title)
    page.fill("[name=fact_1]", text)
    page.select_option("[name=fact_1_source]", "self")
    center.press("記録する")


def _consent(
    center: Screen,
    case: str,
    person: str,
    agency: str,
    items: tuple[str, ...],
    words: str,
    *,
    by: str = "",
    not_to: str = "",
) -> None:
    page = center.page
    center.go(f"{case}consents/")
    click_through(page.get_by_role("link", name=re.compile(f"説明と返事を記録する.*{person}")))
    for point in page.get_by_role("group", name="説明したこと").get_by_role("checkbox").all():
        point.check()
    page.get_by_label("同意する", exact=True).check()
    page.locator("[name=scope-0-agencies]").and_(page.get_by_label(agency, exact=True)).check()
    for item in items:
        page.locator(f"[name=scope-0-items][value={item}]").check()
    if not_to:
        page.get_by_text("相手 1", exact=True).click()
        page.fill("[name=not-0-words]", not_to)
    if by:
        page.locator("[name=giver][value=legal]").check()
        page.fill("[name=giver_name]", by)
    page.get_by_label("本人のことば").fill(words)
    page.get_by_label("書面の保管場所").fill("鍵つき書庫 2段目")
    center.press("記録する")


def _section(center: Screen, person: str) -> str:
    """Return what the page of consents says about one person."""
    heading = center.page.get_by_role("heading", name=person, level=2)
    return str(center.page.locator("section.m-card", has=heading).inner_text())
