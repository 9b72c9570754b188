"""domain.md 10.A in Chromium, D30 to D33: two meetings of one afternoon, the plan of the mother, and the son's 申合せ.

Check 3 (the son's consent) and 8 (the month's numbers, AT-14); checks 1 and 2 at the tables. What is before is played by test_hazukihara.py, the answers by
test_hazukihara_answers.py. The two rows of the role table that are about the son stand in a decision of their own, since he has not
agreed and a plan may not be about him.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .hazukihara import (
    ANSHIN,
    APPROACH,
    DEBT_WAY,
    DEBTS,
    ENTRUSTED,
    HIKIKOMORI,
    JIRITSU,
    KAIGO,
    KENKO,
    LOANS,
    MINSEI,
    MOTHER,
    NOT_FOR_THE_NEIGHBOUR,
    OF_SON,
    QUIET,
    ROLES,
    SHAKYO,
    SON,
    WISH,
    Hazukihara,
    days_from_now,
)
from .screen import Cast, Screen
from .steps import (
    agree,
    assess,
    call_meeting,
    fill_agenda,
    fill_row,
    move_on,
    open_earlier,
    share,
    shown,
    swear,
    write_minutes,
    write_paper,
)  # fmt: skip

# D0 is in the second week of April: of its days D26 and D33 lie in May, and D0 (the call) and D5 (the first decision) do not.
# D26: the case comes into coordination. D33: one meeting of two items, a decision about the son, the plan in place of the first decision.
BY_HAND = {
    "決定したプラン": ("1", {"初回プラン": "1", "②多機関協働": "1"}),
    "多機関協働のプラン": ("1", {"初回プラン": "1"}),
    "会議を開いた回数": ("1", {"重層的支援会議": "1", "支援会議（社会福祉法106条の6）": "1"}),
    "会議で検討したケース（延べ）": ("2", {"重層的支援会議": "1", "支援会議（社会福祉法106条の6）": "1"}),
    "アセスメント": ("1", {"初めて": "1", "②多機関協働": "1"}),
    "決定": ("2", {"初めて": "1", "見直し": "1"}),
    "多機関協働へつないだ件数": ("1", {"受付・振り分けから": "1"}),
    "新しく始めた多機関協働": ("1", {"同意あり": "1", "民生委員・児童委員": "1"}),
    "支援中の多機関協働（月末）": ("1", {}),
    **dict.fromkeys(
        ("相談受付（延べ）", "新しく相談した人（実人数）", "新しいケース", "新しいケースの課題", "つないだ件数", "中断", "終結", "多機関協働の終結"),
        ("0", {}),
    ),
}  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_two_meetings_of_one_afternoon_and_a_plan(
    fiscal_year: Callable[[int], None], city: None, cast: Cast
) -> None:
    home = Hazukihara(fiscal_year).until_she_agreed()
    fiscal_year(30)
    story = Story(cast, home)
    story.oaths_are_sworn()
    story.son_cannot_be_on_the_table_of_the_layered_meeting()
    story.papers_open()
    fiscal_year(33)
    story.meeting_about_the_son()
    story.plan_of_the_mother()
    story.month_is_as_counted_by_hand()
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, the case, and the two items of the afternoon."""

    def __init__(self, cast: Cast, home: Hazukihara) -> None:
        self.at, self.home, self.case = cast.at, home, home.url
        self.meeting = self.of_mother = self.of_son = self.plan = ""
        (self.first,) = home.standing

    @property
    def center(self) -> Screen:
        return self.at("coordinator")

    # --- D30: on what the meeting rests, and who may be at its table -------------------------------------

    def oaths_are_sworn(self) -> None:
        swear(self.at("minsei", 360))
        for name in (f"{HIKIKOMORI} 見本 灯", f"{ENTRUSTED} 見本 調"):
            self.center.go("/casework/oaths/add/")
            self.center.page.select_option("[name=membership]", label=name)
            self.center.page.fill("[name=kept_at]", "事務室 棚3 誓約書つづり")
            self.center.press("記録する")

    def son_cannot_be_on_the_table_of_the_layered_meeting(self) -> None:
        """Check 3: it says for whom and which agency a consent is missing, and offers the other meeting with all that was typed."""
        center = self.center
        self.meeting = call_meeting(center, "第5回 地域ケース会議", f"{days_from_now(3)}T09:00")
        both = {MOTHER: "本人", SON: "長男"}
        members = (f"{ANSHIN} 見本 安", f"{KAIGO} 見本 介", f"{JIRITSU} 見本 立", f"{ENTRUSTED} 見本 調")
        fill_agenda(
            center,
            self.case,
            self.meeting,
            "jusou",
            both,
            members,
            purpose="プランの協議",
            words="母のこれから",
        )
        center.press("議題に加える")
        assert "一人ひとりの同意が要ります。" in center.text
        for agency in (ANSHIN, KAIGO, JIRITSU):
            assert f"{SON}さんの同意に、{agency}への「会議」が入っていません。" in center.text
            assert f"{MOTHER}さんの同意に、{agency}" not in center.text
        assert center.page.get_by_role("button", name="支援会議として加える").is_visible()
        assert center.page.input_value("[name=purpose_text]") == "母のこれから"
        center.keep("a-refused")
        center.page.get_by_label(SON, exact=True).uncheck()
        center.press("議題に加える")
        assert "重層的支援会議" in center.text
        self.of_mother = center.page.url

        of_son = (f"{KENKO} 見本 健", f"{HIKIKOMORI} 見本 灯", f"{MINSEI} 見本 民江", f"{ENTRUSTED} 見本 調")
        fill_agenda(
            center,
            self.case,
            self.meeting,
            "jusou",
            {SON: "長男"},
            of_son,
            purpose="支援方針の検討",
            words=APPROACH,
        )
        center.press("議題に加える")
        center.press("支援会議として加える")
        assert "支援会議（社会福祉法106条の6）" in center.text
        self.of_son = center.page.url

    def papers_open(self) -> None:
        center = self.center
        write_paper(center, self.of_mother, "把握している世帯像", f"{DEBTS}。{LOANS}")
        write_paper(center, self.of_son, "把握している世帯像", QUIET)
        write_paper(
            center, self.of_son, "各機関へのお願い", "声をかけられる日を書いてください。", for_all=True
        )
        for item in (self.of_mother, self.of_son):
            center.go(item)
            center.press("構成員に公開する")
            assert "資料を公開しました。" in center.text
        center.keep("a-agenda")
        nurse = self.at("kenko")
        nurse.go(self.meeting)
        assert shown(nurse, "議題 2", "議題 1") == ["議題 2"]
        nurse.go(f"{self.of_son}prep/")
        nurse.page.fill("[name=can_do]", "会えたあとの訪問")
        nurse.press("この内容で送る")
        assert shown(nurse, QUIET, "会えたあとの訪問", DEBTS, LOANS) == [QUIET, "会えたあとの訪問"]
        assert nurse.page.goto(self.of_mother).status == 404
        neighbour = self.at("minsei")
        neighbour.go(self.of_son)
        assert shown(neighbour, APPROACH, "声をかけられる日を書いてください。") == [
            APPROACH,
            "声をかけられる日を書いてください。",
        ]
        assert shown(neighbour, *NOT_FOR_THE_NEIGHBOUR, "会えたあとの訪問") == []

    # --- D33: first the son, with the neighbour, then the mother, without -----------------------------------

    def meeting_about_the_son(self) -> None:
        center = self.center
        page = center.page
        share(
            self.center, self.case, HIKIKOMORI, SON, ("基本情報", "役割分担"), "shien_kaigi", "支援会議 第5回"
        )
        write_minutes(
            center,
            self.of_son,
            facts=QUIET,
            points="声かけから始める。",
            reservations="健康課は、同意の前は訪問しない。",
        )
        center.keep("a-minutes")
        center.follow("決定を書いて確定する")
        fill_row(center, "direction-0", about=SON, text="本人のペースを守り、手紙と声かけから始める。")
        for number, (issue, what, agency, often, until) in enumerate(OF_SON):
            fill_row(center, f"role-{number}", about=SON, agency=agency, issue=issue, what=what, frequency=often,
                     until_on=days_from_now(until) if until else "")  # fmt: skip
        open_earlier(center)
        assert page.get_by_role("group", name="前の決定を置き換えますか").locator(
            "label"
        ).all_inner_texts() == [f"{self.first.number}（{self.first.decided_on} {MOTHER}・{SON}）"]
        center.keep("a-fix")
        center.press("この内容で確定する")
        assert "議事録を確定しました。" in center.text
        center.keep("a-minutes-fixed")

    def plan_of_the_mother(self) -> None:
        center = self.center
        assess(center, self.case, "母の体力ともの忘れ、返済、息子の孤立が重なっている。")
        move_on(center, self.case, "flow2_plan")
        self._write_plan()
        for missing in (SHAKYO, MINSEI):
            assert (
                f"{MOTHER}さんの同意に、{missing}への「役割分担」が入っていません。先に同意を記録してください。"
                in center.text
            )
        assert "席が空いています" not in center.text
        center.keep("a-plan-lacking")
        # She is asked once more, for the roof and for the mail.
        agree(center, self.case, MOTHER, (SHAKYO, MINSEI), ("basic", "roles"), kept_at="鍵つき書庫 2段目",
              own_view="屋根と郵便のことなら。借金のことは言わないで。")  # fmt: skip
        for agency in (SHAKYO, MINSEI):
            share(
                self.center, self.case, agency, MOTHER, ("基本情報", "役割分担"), "consent", "D33 書面の同意"
            )
        move_on(center, self.case, "flow2_meeting")
        write_minutes(
            center,
            self.of_mother,
            facts=f"{DEBTS}。転倒が2回。",
            points="家で暮らし続けるための支えを決めた。",
        )
        center.go(self.plan)
        center.follow("会議の決定を記録する")
        assert center.page.locator("[name=agenda] option:checked").inner_text().startswith("M-")
        # It is not about the son: what was decided of him stands until somebody says otherwise.
        first = center.page.locator(f"[name=supersedes][value='{self.first.pk}']")
        assert not first.is_checked()
        open_earlier(center)
        first.check()
        center.keep("a-plan-decide")
        center.press("このプランを決定する")
        assert "プランを決定しました。" in center.text, center.page.locator("main").inner_text()
        center.keep("a-plan")
        move_on(center, self.case, "flow2_active")
        assert "支援実施・モニタリング" in center.page.locator(".m-strip__facts").inner_text()

    # --- check 8 ----------------------------------------------------------------------------------------------

    def month_is_as_counted_by_hand(self) -> None:
        center = self.center
        center.go("/casework/reports/")
        assert "5月の数" in center.text
        center.keep("a-numbers")
        counted = {}
        for row in center.page.locator("main tbody tr").all():
            name, number, _details = row.locator("td").all()
            cells = [each.text_content().split("：") for each in row.locator("li").all()]
            label = name.inner_text().splitlines()[0]
            counted[label] = (
                _number(number.text_content()),
                {cell[0].strip(): _number(cell[1]) for cell in cells},
            )
        assert {label: counted[label] for label in BY_HAND} == BY_HAND

    def _write_plan(self) -> None:
        center = self.center
        center.go(f"{self.case}plans/write/")
        for section, text, plain in (
            ("wish", WISH, "この 家で、修一と くらしたい。"), ("goal", "3か月のうちに、通いの場を決める。", ""),
            ("aim", "助けを受けながら、住み慣れた家でくらす。", ""),
            ("exit", "介護の支えが決まったとき。", "たすけて くれる 人が きまったら、おわりです。"),
        ):  # fmt: skip
            fill_row(center, f"{section}-0", about=MOTHER, text=text, plain=plain)
        # What was agreed and what weighs on whom is offered; what is about the son does not belong here.
        for number in range(4):
            if center.page.input_value(f"[name=issue-{number}-about]") == str(self.home.son.pk):
                fill_row(center, f"issue-{number}", text="")
        for number, (item, text) in enumerate(
            (("支援方針", "介護の支えを入れ、母と息子を別々に支える。"), ("お金", DEBT_WAY))
        ):
            fill_row(center, f"direction-{number}", about=MOTHER, item=item, text=text)
        for number, (issue, what, agency, often, until, seat, item) in enumerate(ROLES):
            fill_row(
                center, f"role-{number}", about=MOTHER, item=item or "役割分担", agency=agency, issue=issue, what=what,
                frequency=often, until_on=days_from_now(until) if until else "", seat=seat or "なし",
            )  # fmt: skip
        center.keep("a-plan-write")
        center.press("この内容で保存する")
        assert "決定するまでに、あと必要なもの" in center.text, center.text
        self.plan = center.page.url


def _number(words: str) -> str:
    """Return the number that a cell shows; what follows it is for the ear."""
    return words.split("：", maxsplit=1)[0].strip()
