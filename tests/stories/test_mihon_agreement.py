"""domain.md 10.C in Chromium, D10 to the end: consent by an interpreter, one meeting of seven agencies, a plan in words she reads.

Checks 1 (her paper), 2 (the interpreter), 3 (the thread of the hand-over), 4 (the residence card) and 5 (the employer's name). What is before
is played by test_mihon.py. Left out: her language has no field, it follows the easy Japanese of each entry and role.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pypdf
import pytest

from tests.browser import click_through

from .hazukihara import CITY, ENTRUSTED, days_from_now
from .mihon import (
    EMPLOYER,
    FRIEND,
    HEARD,
    INSPECTORS,
    INTERPRETER,
    INTERPRETERS,
    MOTHER,
    PHONE,
    RENT_MONEY,
    RETURNED,
    SON,
    TOLD,
    Mihon,
)  # fmt: skip
from .screen import Cast, Screen, strike_the_hour
from .steps import (
    agree,
    assess,
    call_meeting,
    fill_agenda,
    fill_row,
    look_everywhere,
    move_on,
    places_of,
    say_all_went_well,
    search,
    share,
    shown,
    write_minutes,
    write_paper,
)  # fmt: skip

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

JIRITSU, NPO = "見本市 生活自立・仕事相談センター", "NPO法人 みほん子ども食堂"
CHILDREN, SSW = "若木区 こども家庭課", "見本市教育委員会 スクールソーシャルワーカー"
LAWYER, SHAKYO = "みほん法律相談所", "見本市社会福祉協議会"
SEVEN = (JIRITSU, CHILDREN, SSW, INTERPRETERS, INSPECTORS, LAWYER, SHAKYO)
SEATS_OF_SEVEN = (
    f"{JIRITSU} 見本 立", f"{CHILDREN} 見本 育", f"{SSW} 見本 学", f"{INTERPRETERS} 見本 kokusai", f"{INSPECTORS} 見本 rouki",
    f"{LAWYER} 見本 法子", f"{SHAKYO} 見本 結",
)  # fmt: skip
CARD = "在留カードの更新"
WISH, WISH_PLAIN = "家賃を払って、この家でケントと暮らしたい。", "この いえで、ケントと くらしたい。"
WISH_TAGALOG = "Gusto kong manirahan dito kasama si Kent."
FIRST, FIRST_PLAIN = "在留カードの更新を先にする。", "はじめに、ざいりゅうカードを あたらしく します。"
FIRST_TAGALOG = "Una, i-renew natin ang residence card mo."
GOAL, END = (
    "3か月のうちに、給料と家賃のことを決める。",
    "多機関協働を終え、生活自立・仕事相談センターが続ける。",
)
WAGES = f"{EMPLOYER}への未払い賃金の請求を準備する"
INJURY = f"{EMPLOYER}での仕事中のけがの労災を申請する"
ALONG, BREAKFAST = "入管へ同行する", "夜勤明けの日の朝ごはん"
ALONG_PLAIN, ALONG_TAGALOG = "にゅうかんに いっしょに 行きます。", "Sasamahan ka namin sa immigration."
WAGES_PLAIN = "はらわれていない 給料を もらう じゅんびを します。"
OF_ROLES = {ALONG: f"{ALONG_PLAIN}\n{ALONG_TAGALOG}", WAGES: WAGES_PLAIN}
ATTENDANCE, FOOD, RENT = "夜勤明けの日の登校を支える", "食料を届ける", "住居確保給付金の申請、家主との話"
# Person, item, issue, what, agency, until, seat.
ROLES = (
    (MOTHER, "役割分担", "在留", ALONG, INTERPRETERS, 7, "なし"), (MOTHER, "これまでの経過", "賃金", WAGES, LAWYER, 60, "なし"),
    (MOTHER, "これまでの経過", "けが", INJURY, INSPECTORS, 60, "なし"), (MOTHER, "役割分担", "家賃", RENT, JIRITSU, 30, "なし"),
    (SON, "役割分担", "学校", ATTENDANCE, SSW, 0, "なし"), (SON, "役割分担", "学校", BREAKFAST, NPO, 0, "なし"),
    (MOTHER, "役割分担", "食料", FOOD, SHAKYO, 0, "なし"), (MOTHER, "役割分担", "全体", "関係機関をまとめる", CITY, 0, "主担当"),
    (MOTHER, "役割分担", "全体", "通訳と電話する", CITY, 0, "本人との連絡窓口"), (MOTHER, "役割分担", "全体", "夜の電話", CITY, 0, "緊急時の窓口"),
    (MOTHER, "役割分担", "全体", "進みぐあいを確かめる", ENTRUSTED, 0, "進捗確認"),
)  # fmt: skip
SECRETS = (EMPLOYER, "弁当工業", TOLD, FRIEND, PHONE, WAGES, INJURY)


def test_from_her_consent_to_the_end(fiscal_year: Callable[[int], None], city: None, cast: Cast) -> None:
    story = Story(cast, Mihon(fiscal_year))
    story.card_becomes_deadlines(fiscal_year)
    fiscal_year(18)
    story.she_agrees_with_an_interpreter()
    story.seven_agencies_meet()
    story.plan_is_decided()
    story.paper_is_in_words_she_reads()
    story.plan_is_explained_to_her()
    story.employer_is_named_to_two()
    fiscal_year(25)
    story.card_is_renewed()
    fiscal_year(120)
    story.meeting_decides_the_end()
    story.coordination_ends()
    story.thread_is_still_one()
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, and the case that came back."""

    def __init__(self, cast: Cast, home: Mihon) -> None:
        self.at, self.home, self.case = cast.at, home, home.url
        self.number = str(home.case.number)
        self.meeting = self.item = self.plan = self.decision = ""

    @property
    def center(self) -> Screen:
        return self.at("coordinator")

    # --- check 4 ---------------------------------------------------------------------------------------------

    def card_becomes_deadlines(self, on_day: Callable[[int], None]) -> None:
        """Written down once, on D10: 60, 30 and 14 days before D74, and the day itself; each is told the day before."""
        center = self.center
        page = center.page
        center.go(f"{self.case}tasks/add/")
        page.fill("[name=what]", CARD)
        page.fill("[name=due_on]", days_from_now(64))
        page.get_by_label("60日前・30日前・14日前にも期限を入れる").check()
        page.get_by_label(MOTHER, exact=True).check()
        center.press("加える")
        days = {f"{CARD}（60日前）": 4, f"{CARD}（30日前）": 34, f"{CARD}（14日前）": 50}
        for what, ahead in days.items():
            assert what in center.text
            assert days_from_now(ahead) in center.text
        assert [_told(center, what) for what in days] == [0, 0, 0]
        on_day(13)
        strike_the_hour()
        assert [_told(center, what) for what in days] == [1, 0, 0]

    # --- D18 -------------------------------------------------------------------------------------------------

    def she_agrees_with_an_interpreter(self) -> None:
        """Check 2: there for this interview, with an oath; and by the same way for her son, who is asked himself."""
        center = self.center
        page = center.page
        center.go(f"{self.case}notes/add/")
        page.get_by_label(MOTHER, exact=True).check()
        page.select_option("[name=method]", "interview")
        page.fill("[name=title]", "同意の説明（タガログ語）")
        page.fill("[name=fact_1]", "同意書のタガログ語訳を読み合わせた。")
        page.select_option("[name=fact_1_source]", "self")
        page.get_by_text("同席した人 1", exact=True).click()
        page.select_option("[name=attendee_1_role]", "interpreter")
        page.fill("[name=attendee_1_name]", INTERPRETER)
        page.fill("[name=attendee_1_organization]", INTERPRETERS)
        page.fill("[name=attendee_1_oath_on]", days_from_now(0))
        page.select_option("[name=attendee_1_oath_medium]", "written")
        center.press("記録する")
        assert "この回だけの守秘の誓約あり" in center.text
        kept = {"aid": "interpreter", "aid_note": f"タガログ語、{INTERPRETER}", "kept_at": "鍵つき書庫 2段目"}
        agree(center, self.case, MOTHER, SEVEN, ("basic", "roles", "meeting"), **kept)
        agree(center, self.case, MOTHER, (LAWYER, INSPECTORS), ("history",), **kept)
        agree(center, self.case, MOTHER, (INTERPRETERS,), ("plan",), **kept)
        by_her = {"giver": "legal", "giver_name": MOTHER, "own_view": "朝ごはん、たべたい", **kept}
        agree(center, self.case, SON, (*SEVEN, NPO), ("basic", "roles", "meeting"), **by_her)
        for agency, person, items in (
            (INTERPRETERS, MOTHER, ("基本情報", "役割分担", "支援方針")), (LAWYER, MOTHER, ("役割分担", "これまでの経過")),
            (INSPECTORS, MOTHER, ("役割分担", "これまでの経過")), (JIRITSU, MOTHER, ("基本情報", "役割分担")),
            (SHAKYO, MOTHER, ("役割分担",)), (SSW, SON, ("役割分担",)), (NPO, SON, ("基本情報", "役割分担")),
        ):  # fmt: skip
            share(center, self.case, agency, person, items, "consent", "D18 タガログ語の書面")

    def seven_agencies_meet(self) -> None:
        center = self.center
        self.meeting = call_meeting(center, "第8回 支援調整", f"{days_from_now(0)}T10:30")
        people = {MOTHER: "本人", SON: "長男"}
        fill_agenda(
            center,
            self.case,
            self.meeting,
            "jusou",
            people,
            (*SEATS_OF_SEVEN, f"{ENTRUSTED} 見本 調"),
            purpose="プランの協議",
        )
        center.press("議題に加える")
        assert "議題に加えました。" in center.text, center.page.locator("main").inner_text()
        self.item = center.page.url
        write_paper(center, self.item, "把握している世帯像", "夜勤の母と小学4年の長男。家賃3か月の滞納。")
        center.go(self.item)
        center.press("構成員に公開する")
        write_minutes(center, self.item, facts="在留カードの期限まで56日。", points="在留の更新を先にする。")

    def plan_is_decided(self) -> None:
        center = self.center
        page = center.page
        assess(center, self.case, "在留、けがと給料、家賃、子どもの朝が重なっている。")
        move_on(center, self.case, "flow2_plan", "flow2_meeting")
        center.go(f"{self.case}plans/write/")
        for section, text, plain in (
            ("wish", WISH, f"{WISH_PLAIN}\n{WISH_TAGALOG}"), ("direction", FIRST, f"{FIRST_PLAIN}\n{FIRST_TAGALOG}"),
            ("goal", GOAL, "おかねの ことを きめます。\nAyusin natin ang sahod at upa."),
            ("exit", "在留と家賃が決まったとき。", "きまったら、おわりです。"),
        ):  # fmt: skip
            fill_row(center, f"{section}-0", about=MOTHER, text=text, plain=plain)
        for row, (person, item, issue, what, agency, until, seat) in enumerate(ROLES):
            fill_row(
                center, f"role-{row}", about=person, item=item, agency=agency, issue=issue, what=what, seat=seat,
                until_on=days_from_now(until) if until else "", plain=OF_ROLES.get(what, ""),
            )  # fmt: skip
        center.press("この内容で保存する")
        assert "決定するまでに、あと必要なもの" not in center.text, page.locator("main").inner_text()
        self.plan = page.url
        center.follow("会議の決定を記録する")
        center.press("このプランを決定する")
        assert "プランを決定しました。" in center.text, page.locator("main").inner_text()
        center.keep("c-plan")
        self.decision = str(page.get_by_role("link", name="D-").first.get_attribute("href"))
        move_on(center, self.case, "flow2_active")

    # --- check 1 ---------------------------------------------------------------------------------------------

    def paper_is_in_words_she_reads(self) -> None:
        """The easy Japanese and, in lines of their own, what the interpreter typed; not the words of the office; on A4."""
        center = self.center
        center.go(f"{self.plan}plain/?person={self.home.mother.pk}")
        center.keep("c-plain")
        paper = center.page.locator("article").inner_text()
        lines = [line.strip() for line in paper.splitlines()]
        for words in (WISH_PLAIN, WISH_TAGALOG, FIRST_PLAIN, FIRST_TAGALOG):
            assert words in lines
        assert [words for words in (ALONG_PLAIN, ALONG_TAGALOG, WAGES_PLAIN) if words not in paper] == []
        assert [words for words in (WISH, FIRST, ALONG, WAGES, SON, BREAKFAST) if words in paper] == []
        printed = pypdf.PdfReader(io.BytesIO(center.page.pdf(prefer_css_page_size=True, format="A4"))).pages
        text = " ".join(" ".join(page.extract_text().split()) for page in printed)
        assert FIRST_TAGALOG in text
        assert (CARD in text, "印刷" in text, "ログアウト" in text) == (False, False, False)
        center.go(f"{self.plan}plain/?person={self.home.son.pk}")
        paper = center.page.locator("article").inner_text()
        assert (BREAKFAST in paper, EMPLOYER in paper, WISH_PLAIN in paper) == (True, False, False)

    def plan_is_explained_to_her(self) -> None:
        """An adult signs for herself; that it was read to her stands in the plan, and to whom it was not."""
        center = self.center
        center.go(self.plan)
        assert center.text.count("まだ説明していません") == len((MOTHER, SON))
        click_through(center.page.get_by_role("link", name=f"{MOTHER}さんへの説明と返事を記録する"))
        center.page.get_by_label("同意し、利用を申し込む").check()
        center.page.fill("[name=own_view]", "はい。ケントと ここに いたい。")
        center.press("記録する")
        assert "説明と返事を記録しました。" in center.text
        assert center.text.count("まだ説明していません") == 1
        assert "はい。ケントと ここに いたい。" in center.text
        lawyer = self.at("houterasu", 360)
        lawyer.go(self.plan)
        assert shown(lawyer, "説明していません", "はい。ケントと ここに いたい。") == []

    # --- check 5, and 2 once more --------------------------------------------------------------------------------

    def employer_is_named_to_two(self) -> None:
        """Who claims wages and who looks at the injury read the name; the NPO, the welfare council and the association do not."""
        for name, what in (("houterasu", WAGES), ("rouki", INJURY)):
            screen = self.at(name, 360)
            screen.go("/casework/roles/")
            assert what in screen.text
            screen.press("引き受ける")
        for name, own in (("shokudo", BREAKFAST), ("shakyo", FOOD), ("kokusai", ALONG)):
            screen = self.at(name, 360)
            screen.go("/casework/roles/")
            screen.press("引き受ける")
            seen = look_everywhere(
                screen, self.case, "/casework/roles/", f"{self.case}roles/", f"{self.case}plans/", self.plan, f"{self.plan}plain/",
                self.decision, f"{self.case}timeline/?paper=on", f"{self.case}ecomap/", self.meeting, self.item,
            )  # fmt: skip
            assert places_of((own,), seen) != {}
            assert places_of((*SECRETS, RENT_MONEY, INTERPRETER), seen) == {}
            for words in (EMPLOYER, INTERPRETER):
                assert self.number not in search(screen, words).replace(words, "")
        keeper = self.at("sysadmin")
        keeper.go("/accounts/people/")
        assert shown(keeper, "見本 調", INTERPRETER) == ["見本 調"]

    # --- D25 -------------------------------------------------------------------------------------------------

    def card_is_renewed(self) -> None:
        helper = self.at("kokusai")
        helper.go("/casework/roles/")
        click_through(helper.page.get_by_role("link", name="ことばで報告する").first)
        helper.page.get_by_label("結果の報告").check()
        helper.page.fill("[name=text]", "入管へ同行し、更新を申請した。")
        helper.press("この内容で答える")
        center = self.center
        for _each in range(4):
            center.go(self.case)
            click_through(
                center.page.locator("li", has_text=CARD)
                .get_by_role("link", name=re.compile("期限を終える"))
                .first
            )
            center.page.fill("[name=words]", "更新を申請した。")
            center.press("期限を終える")
        center.go("/casework/duties/")
        assert CARD not in center.text
        center.go(f"{self.case}roles/?state=done")
        assert shown(center, ALONG, RENT) == [ALONG]

    # --- the end ---------------------------------------------------------------------------------------------

    def meeting_decides_the_end(self) -> None:
        """With those who go on: the plan was decided on D18, that it is over is decided now."""
        center = self.center
        move_on(center, self.case, "flow2_eval")
        meeting = call_meeting(center, "第12回 支援調整", f"{days_from_now(0)}T10:30")
        members = (f"{JIRITSU} 見本 立", f"{SHAKYO} 見本 結", f"{ENTRUSTED} 見本 調")
        fill_agenda(center, self.case, meeting, "jusou", {MOTHER: "本人"}, members, purpose="終結の判断")
        center.press("議題に加える")
        assert "議題に加えました。" in center.text, center.page.locator("main").inner_text()
        item = center.page.url
        center.press("構成員に公開する")
        write_minutes(
            center,
            item,
            facts="在留カードが更新された。家賃が払えている。",
            points="終結に向けて、窓口を確かめた。",
        )
        center.follow("決定を書いて確定する")
        fill_row(center, "direction-0", about=MOTHER, text=END)
        center.press("この内容で確定する")
        assert "議事録を確定しました。" in center.text, center.page.locator("main").inner_text()

    def coordination_ends(self) -> None:
        center = self.center
        page = center.page
        center.go(f"{self.decision}evaluation/")
        assert shown(center, GOAL, FIRST) == [GOAL]  # its goals, not its directions
        page.select_option("[name=agenda]", index=1)
        say_all_went_well(center)
        page.fill("[name=own_words]", "Salamat po. 家賃が払えて、よく眠れる。")
        page.locator("[name=outcome][value=close]").check()
        center.press("評価を記録する")
        move_on(center, self.case, "closing")
        center.follow("終結シートを書いて終える")
        page.select_option("[name=kind]", label="主担当機関の継続支援へ移行")
        offered = page.locator("[name=decision] option").all_inner_texts()
        assert len(offered) == 2, offered  # the plan is not its own end
        page.select_option("[name=decision]", index=1)
        page.select_option("[name=lead]", label=JIRITSU)
        page.fill("[name=signs]", "家賃が遅れたとき、ケントが続けて休んだとき")
        page.fill("[name=told]", "通訳と電話で、困ったら電話してほしいと伝えた。")
        center.press("ケースを終える")
        assert "ケースを終えました。" in center.text, page.locator("main").inner_text()
        center.keep("c-closed")

    # --- check 3 ---------------------------------------------------------------------------------------------

    def thread_is_still_one(self) -> None:
        """After coordination and its end: one hand-over, with its three answers and the reason; nothing is late."""
        center = self.center
        center.go(f"/casework/referrals/{self.home.referral.pk}/")
        thread = center.page.locator("ol.m-timeline > li").all_inner_texts()
        assert [re.findall("受入可|初回接触済|つなぎ戻し", entry)[0] for entry in thread] == [
            "受入可",
            "初回接触済",
            "つなぎ戻し",
        ]
        assert RETURNED in thread[2]
        assert shown(center, HEARD, "期限切れ") == [HEARD]
        agency = self.at("jiritsu")
        assert places_of((RETURNED, HEARD, RENT_MONEY, *SECRETS), look_everywhere(agency, self.case)) == {}


def _told(screen: Screen, what: str) -> int:
    """Return how often somebody was told of a deadline."""
    screen.go("/casework/notifications/?group=deadline")
    rows = screen.page.locator("tbody tr", has_text="期限が近いか、過ぎています")
    return int(rows.filter(has_text=what).count())
