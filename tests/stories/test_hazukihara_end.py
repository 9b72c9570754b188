"""domain.md 10.A in Chromium, D126 to D300: what was promised is done, the evaluation, the end, and the look back half a year on.

Checks 6 (D0 to D210 on two pages) and 7 (the genogram); 1 and 2 once more at the end.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest

from tests.browser import click_through

from .hazukihara import (
    ALONG,
    ANSHIN,
    CASE_STUDY,
    DAUGHTER,
    DEBT_WAY,
    DEBTS,
    ENTRUSTED,
    FOOD,
    HIKIKOMORI,
    KAIGO,
    KENKO,
    LAWYER,
    LEGAL,
    MOTHER,
    NOT_FOR_THE_NEIGHBOUR,
    SON,
    Hazukihara,
    days_from_now,
)  # fmt: skip
from .screen import Cast, Screen, strike_the_hour
from .steps import (
    call_meeting,
    fill_agenda,
    fill_row,
    look_everywhere,
    move_on,
    places_of,
    say_all_went_well,
    shown,
    write_minutes,
    write_paper,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CARE = "要介護2。通所は週2回。"
END = "多機関協働を終え、母はあんしん、長男はひきこもりセンターが続ける。"
HIS_END = "ひきこもり支援員と健康課が続ける。"
HER_WORDS = "家に帰れてよかった。修一も、ごはんを食べている。"
SIGNS = "郵便物がたまる。夜に大声がする。年金を引き出していない。"
WATCH = "民生委員が週に1回、郵便受けと明かりを見る"

# Whether a line ends at the symbol over a name from above, as one from a parent does.
LINE_ABOVE = """(drawing, name) => {
  const text = [...drawing.querySelectorAll("text")].find(each => each.textContent === name);
  const at = Number(text.getAttribute("x"));
  const symbols = [...drawing.querySelectorAll("path[fill=white]:not([stroke])")].map(each => each.getBBox());
  const top = symbols.find(box => box.x < at && at < box.x + box.width && box.y < text.getAttribute("y")).y;
  return [...drawing.querySelectorAll("path:not([fill])")].some(each => each.isPointInStroke(new DOMPoint(at, top - 4)));
}"""


def test_from_the_promises_kept_to_the_look_back(
    fiscal_year: Callable[[int], None], city: None, cast: Cast, tmp_path: Path
) -> None:
    home = Hazukihara(fiscal_year).until_she_agreed().until_the_plan().until_all_answered()
    home.until_the_plan_again().until_he_agreed()
    fiscal_year(150)
    story = Story(cast, home)
    story.promises_are_kept()
    fiscal_year(182)
    story.meeting_evaluates()
    story.each_decision_is_evaluated()
    story.family_is_drawn()
    fiscal_year(210)
    story.coordination_ends()
    story.whole_way_fits_two_pages()
    story.neighbour_and_daughter_at_the_end()
    story.somebody_looks_back(fiscal_year)
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, and the case with its second plan."""

    def __init__(self, cast: Cast, home: Hazukihara) -> None:
        self.at, self.home, self.case = cast.at, home, home.url
        self.of_son, self.of_mother = home.standing
        self.meeting = self.end = ""

    @property
    def center(self) -> Screen:
        return self.at("coordinator")

    # --- D150 ------------------------------------------------------------------------------------------------

    def promises_are_kept(self) -> None:
        """The nurse reports that the visit took place, the lawyer takes the debts on."""
        nurse = self.at("kenko")
        nurse.go("/casework/roles/")
        row = nurse.page.locator("tr", has_text=CASE_STUDY)
        click_through(row.get_by_role("link", name="ことばで報告する"))
        nurse.page.get_by_label("結果の報告").check()
        nurse.page.fill("[name=text]", "D126に精神科医と訪問した。")
        nurse.press("この内容で答える")
        assert "結果" in nurse.text
        lawyer = self.at("houterasu", 360)
        lawyer.go("/casework/roles/")
        assert shown(lawyer, LEGAL, FOOD) == [LEGAL]
        lawyer.press("引き受ける")
        self.center.go(f"{self.case}roles/?state=done")
        assert shown(self.center, CASE_STUDY, LEGAL) == [CASE_STUDY]

    # --- D182 ------------------------------------------------------------------------------------------------

    def meeting_evaluates(self) -> None:
        """Both on the table of whom they named: one table for her, one for him; and what it decides, before any sheet is written."""
        center = self.center
        page = center.page
        move_on(center, self.case, "flow2_eval")
        self.meeting = call_meeting(center, "第20回 地域ケース会議", f"{days_from_now(0)}T10:30")
        hers = (f"{ANSHIN} 見本 安", f"{KAIGO} 見本 介", f"{LAWYER} 見本 法子", f"{ENTRUSTED} 見本 調")
        his = (f"{KENKO} 見本 健", f"{HIKIKOMORI} 見本 灯", f"{ENTRUSTED} 見本 調")
        both = {MOTHER: "本人", SON: "長男"}
        fill_agenda(center, self.case, self.meeting, "jusou", both, hers, purpose="進捗・成果の評価")
        center.press("議題に加える")
        assert f"{SON}さんの同意に、{ANSHIN}への「会議」が入っていません。" in center.text
        page.get_by_label(SON, exact=True).uncheck()
        center.press("議題に加える")
        of_mother = page.url
        fill_agenda(center, self.case, self.meeting, "jusou", {SON: "長男"}, his, purpose="進捗・成果の評価")
        center.press("議題に加える")
        assert "議題に加えました。" in center.text
        of_son = page.url
        for item, about, facts, end in (
            (of_mother, MOTHER, CARE, END),
            (of_son, SON, "訪問が2回できた。", HIS_END),
        ):
            write_paper(center, item, "いまの取組", facts)
            center.go(item)
            center.press("構成員に公開する")
            write_minutes(center, item, facts=facts, points="終結に向けて、引き継ぎ先を確かめた。")
            center.follow("決定を書いて確定する")
            fill_row(center, "direction-0", about=about, text=end)
            center.press("この内容で確定する")
            assert "議事録を確定しました。" in center.text
            assert "出席" in center.text
        nurse = self.at("kenko")
        nurse.go(self.meeting)
        assert shown(nurse, "議題 1", "議題 2") == ["議題 2"]

    def each_decision_is_evaluated(self) -> None:
        center = self.center
        center.go(self.case)
        center.page.select_option("[name=stage]", "closing")
        center.press("進める")
        assert "いま有効な決定をすべて評価してください" in center.text
        for decision, own in ((self.of_mother, HER_WORDS), (self.of_son, "電車の話ができた。")):
            center.go(f"{self.case}decisions/{decision.pk}/evaluation/")
            self._fill_evaluation(own)
            center.keep("a-evaluation")
            center.press("評価を記録する")
            assert "つぎの段階は「終結判断」です。" in center.text, center.page.locator("main").inner_text()
        center.keep("a-case-evaluated")
        move_on(center, self.case, "closing")
        agency = self.at("anshin", 360)
        agency.go(self.case)
        assert "できた" in agency.text
        assert shown(agency, HER_WORDS, "電車の話ができた。", SON, DEBT_WAY) == []

    def _fill_evaluation(self, own: str) -> None:
        page = self.center.page
        page.fill("[name=meeting]", "第20回 地域ケース会議")
        say_all_went_well(self.center)
        page.get_by_label("介護サービスの利用開始").check()
        page.fill("[name=own_words]", own)
        page.locator("[name=outcome][value=close]").check()

    # --- check 7 ---------------------------------------------------------------------------------------------

    def family_is_drawn(self) -> None:
        """One loop around the two who live together, a line from the mother to each of her children, the daughter outside."""
        center = self.center
        center.go(f"{self.case}relations/")
        drawing = center.page.locator("svg[aria-labelledby~=genogram-title]")
        assert "3人、関係2件。同居は2人です。" in (drawing.locator("desc").text_content() or "")
        loop = drawing.locator("path[stroke-dasharray='7 5'][stroke-width='3']")
        areas = [each.bounding_box() for each in loop.all()]  # of several boxes, joined into one
        inside = {}
        for name in (MOTHER, SON, DAUGHTER):
            box = drawing.locator("text", has_text=name).bounding_box()
            x, y = box["x"] + box["width"] / 2, box["y"] - 20  # of the symbol over the name
            inside[name] = any(
                area["x"] < x < area["x"] + area["width"] and area["y"] < y < area["y"] + area["height"]
                for area in areas
            )
        center.keep("a-genogram")
        assert inside == {MOTHER: True, SON: True, DAUGHTER: False}
        assert {name: drawing.evaluate(LINE_ABOVE, name) for name in (SON, DAUGHTER)} == {
            SON: True,
            DAUGHTER: True,
        }
        center.go(f"{self.case}ecomap/")
        for name in (ANSHIN, KENKO, HIKIKOMORI):
            assert name in center.text

    # --- D210 ------------------------------------------------------------------------------------------------

    def coordination_ends(self) -> None:
        center = self.center
        page = center.page
        center.go(self.case)
        center.follow("終結シートを書いて終える")
        page.select_option("[name=kind]", label="主担当機関の継続支援へ移行")
        offered = page.locator("[name=decision] option").all_inner_texts()
        assert [words for words in offered if MOTHER in words and SON not in words] != []
        page.select_option(
            "[name=decision]", index=next(n for n, words in enumerate(offered) if MOTHER in words)
        )
        page.select_option("[name=lead]", label=ANSHIN)
        page.fill("[name=lead_words]", f"長男：{HIKIKOMORI}")
        page.fill("[name=watch]", WATCH)
        page.fill("[name=watch_until]", _next_march())
        page.fill("[name=follow_up_on]", days_from_now(90))
        page.fill("[name=told]", "母に、困ったときはあんしんへと伝えた。")
        center.press("ケースを終える")
        assert "どうなったらまた相談してほしいかを書いてください。" in center.text
        assert page.input_value("[name=watch]") == WATCH
        page.fill("[name=signs]", SIGNS)
        center.keep("a-closing")
        center.press("ケースを終える")
        assert "ケースを終えました。" in center.text
        for words in (ANSHIN, f"長男：{HIKIKOMORI}", WATCH, SIGNS, days_from_now(90), "共有が続いています"):
            assert words in center.text
        center.keep("a-closed")

    # --- check 6 ---------------------------------------------------------------------------------------------

    def whole_way_fits_two_pages(self) -> None:
        center = self.center
        center.go(f"{self.case}timeline/")
        center.keep("a-timeline")
        center.go(f"{self.case}timeline/?paper=on")
        center.keep("a-timeline-paper")
        pages = pypdf.PdfReader(io.BytesIO(center.page.pdf(prefer_css_page_size=True))).pages
        text = "".join("".join(each.extract_text().split()) for each in pages)
        for words in (
            "母が骨折で入院",
            "息子の口頭の同意を2人で聞いた",
            "健康課と精神科医が訪問",
            "M-",
            "支援方針を決めた（D-",
            "終結",
        ):
            assert "".join(words.split()) in text, words
        assert len(pages) <= 2

    # --- checks 1 and 2 ----------------------------------------------------------------------------------------

    def neighbour_and_daughter_at_the_end(self) -> None:
        neighbour = self.at("minsei", 360)
        seen = look_everywhere(
            neighbour, self.case, "/casework/roles/", f"{self.case}roles/", f"{self.case}plans/", f"{self.case}timeline/?paper=on",
            "/casework/meetings/", self.meeting,
        )  # fmt: skip
        hidden = (*NOT_FOR_THE_NEIGHBOUR, LEGAL, CARE, END, HIS_END, FOOD, ALONG, SON)
        assert places_of(hidden, seen) == {}
        assert places_of((MOTHER,), seen) != {}
        lawyer = self.at("houterasu")
        lawyer.go(self.case)
        assert shown(lawyer, DEBTS, DAUGHTER) == [DEBTS]

    # --- D300 ------------------------------------------------------------------------------------------------

    def somebody_looks_back(self, on_day: Callable[[int], None]) -> None:
        """Until the day comes it is a duty among others; then it is today's, and is told."""
        center = self.center
        on_day(298)
        strike_the_hour()
        center.go("/casework/duties/?due=today")
        assert "終結後の確認" not in center.text
        on_day(300)
        strike_the_hour()
        center.go("/casework/duties/?due=today")
        assert "終結後の確認：その後の様子を聞く" in center.text
        center.go("/casework/notifications/")
        assert "期限が近いか、過ぎています" in center.text
        click_through(
            center.page.locator("tbody tr", has_text="終結後の確認")
            .get_by_role("button", name=re.compile("開く"))
            .first
        )
        assert "終わったケースです。" in center.text
        center.follow("期限を終える")
        center.page.fill("[name=words]", "二人とも変わりなく暮らしている。")
        center.press("期限を終える")
        center.go("/casework/duties/?due=today")
        assert "終結後の確認" not in center.text


def _next_march() -> str:
    """The last day of the fiscal year, in which the whole story lies."""
    year = int(days_from_now(0)[:4])
    return f"{year + 1}-03-31"
