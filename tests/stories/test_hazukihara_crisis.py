"""domain.md 10.A in Chromium, D60 to D118: she breaks her hip, he is alone; the food that opens his door; the plan again; his word.

Checks 1 and 3 go on: before D118 he is on no table that needs his consent, afterwards on that of the two agencies he named.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from casework.demo_people import viewer
from tests.browser import click_through

from .hazukihara import (
    ALONG,
    ANSHIN,
    CASE_STUDY,
    CITY,
    DEBTS,
    ENTRUSTED,
    FOOD,
    HIKIKOMORI,
    KAIGO,
    KENKO,
    LAWYER,
    LEGAL,
    MOTHER,
    OF_SON_AGAIN,
    SHAKYO,
    SON,
    Hazukihara,
    days_from_now,
)  # fmt: skip
from .screen import Cast, Screen
from .steps import (
    call_meeting,
    fill_agenda,
    fill_row,
    look_everywhere,
    move_on,
    open_earlier,
    places_of,
    share,
    shown,
    write_minutes,
    write_paper,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WELFARE = "東雲区 社会援護課"
BROKEN = "母が骨折で入院。息子は現金4,000円でひとり"
ALONE = "長男がひとりでいる。手元に4,000円。食べ物がない。"
HOME_AGAIN = "病院から家へ、支えを整えて帰る。"
TRAINS = "息子が、ドア越しに電車の話をした（会話5分）"
HIS_WORD = "電車の人なら、いい。役所はいや。"


def test_from_the_broken_hip_to_his_own_word(
    fiscal_year: Callable[[int], None], city: None, cast: Cast
) -> None:
    home = Hazukihara(fiscal_year).until_she_agreed().until_the_plan().until_all_answered()
    fiscal_year(60)
    story = Story(cast, home)
    story.she_is_in_hospital()
    fiscal_year(62)
    story.food_is_the_way_to_his_door()
    fiscal_year(70)
    story.plan_is_made_again()
    fiscal_year(75)
    story.write_note(SON, "訪問", TRAINS)
    fiscal_year(118)
    story.he_agrees_before_two()
    story.he_may_be_on_the_table_of_those_he_named()
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, and the case with its plan."""

    def __init__(self, cast: Cast, home: Hazukihara) -> None:
        self.at, self.home, self.case = cast.at, home, home.url
        self.of_son, self.of_mother = home.standing

    @property
    def center(self) -> Screen:
        return self.at("coordinator")

    def write_note(self, person: str, method: str, title: str) -> None:
        page = self.center.page
        self.center.go(f"{self.case}notes/add/")
        page.get_by_label(person, exact=True).check()
        page.select_option("[name=method]", label=method)
        page.fill("[name=title]", title)
        page.fill("[name=fact_1]", title)
        page.select_option("[name=fact_1_source]", "observed")
        self.center.press("記録する")
        assert title in self.center.text

    # --- D60 -------------------------------------------------------------------------------------------------

    def she_is_in_hospital(self) -> None:
        """An emergency; she still belongs to the household; the agencies read in their role what is to change."""
        center = self.center
        page = center.page
        self.write_note(MOTHER, "電話", BROKEN)
        move_on(center, self.case, "emergency")
        assert "緊急対応" in page.locator(".m-strip__facts").inner_text()
        center.go(f"{self.case}persons/{self.home.mother.pk}/stays/")
        page.locator("[name=living][value=away]").check()
        page.fill("[name=since_on]", days_from_now(0))
        page.select_option("[name=reason]", label="入院")
        center.press("保存する")

        center.go(f"{self.case}monitoring/")
        page.get_by_label("電話", exact=True).check()
        visit = page.locator("section.m-card", has=page.get_by_role("heading", name="コンロの自動消火"))
        visit.get_by_label("進みぐあい").select_option(label="変更が必要")
        visit.get_by_label("ようす").fill("入院中。訪問は病院へ。")
        page.get_by_label("入院・退院").check()
        page.fill("[name=next_on]", days_from_now(10))
        center.keep("a-monitoring")
        center.press("モニタリングを記録する")
        assert "早めの会議" in center.text or "会議を開くか" in center.text
        agency = self.at("anshin", 360)
        agency.go(self.case)
        assert shown(agency, "入院中。訪問は病院へ。", "入院・退院", "4,000円") == ["入院中。訪問は病院へ。"]

    # --- D62 -------------------------------------------------------------------------------------------------

    def food_is_the_way_to_his_door(self) -> None:
        """Called and held on one day; what is agreed takes the place of D33's, and of nothing of the mother's."""
        center = self.center
        page = center.page
        share(self.center, self.case, SHAKYO, SON, ("基本情報", "役割分担"), "shien_kaigi", "緊急の支援会議")
        meeting = call_meeting(center, "緊急の支援会議", f"{days_from_now(0)}T10:30", place="電話会議")
        members = (f"{KENKO} 見本 健", f"{HIKIKOMORI} 見本 灯", f"{SHAKYO} 見本 結", f"{ENTRUSTED} 見本 調")
        fill_agenda(
            center,
            self.case,
            meeting,
            "shien_kaigi",
            {SON: "長男"},
            members,
            purpose="緊急時の対応",
            words="食べ物をどう届けるか。",
        )
        center.press("議題に加える")
        item = page.url
        write_paper(center, item, "把握している世帯像", ALONE)
        center.go(item)
        center.press("構成員に公開する")
        helper = self.at("shakyo", 360)
        helper.go(item)
        assert shown(helper, ALONE, BROKEN, DEBTS) == [ALONE]
        write_minutes(center, item, facts=ALONE, points="配達を、会うきっかけにする。")
        center.follow("決定を書いて確定する")
        open_earlier(center)
        page.locator(f"[name=supersedes][value='{self.of_son.pk}']").check()
        fill_row(center, "direction-0", about=SON, text="食料の配達で長男に会う。")
        for number, (issue, what, agency, often, until) in enumerate(OF_SON_AGAIN):
            fill_row(center, f"role-{number}", about=SON, agency=agency, issue=issue, what=what, frequency=often,
                     until_on=days_from_now(until) if until else "")  # fmt: skip
        center.press("この内容で確定する")
        assert "議事録を確定しました。" in center.text
        helper.go("/casework/roles/")
        assert FOOD in helper.text
        helper.press("引き受ける")
        move_on(center, self.case, "flow2_active")  # on from where it was
        center.go(f"{self.case}roles/?by=agency")
        assert shown(center, FOOD, ALONG, CASE_STUDY, "手紙と、週1回の玄関先での声かけ") == [
            FOOD,
            ALONG,
            CASE_STUDY,
        ]

    # --- D70 -------------------------------------------------------------------------------------------------

    def plan_is_made_again(self) -> None:
        center = self.center
        page = center.page
        meeting = call_meeting(center, "第7回 地域ケース会議", f"{days_from_now(0)}T10:30")
        both = {MOTHER: "本人", SON: "長男"}
        members = (
            f"{ANSHIN} 見本 安",
            f"{KAIGO} 見本 介",
            "みほん法律相談所 見本 法子",
            f"{ENTRUSTED} 見本 調",
        )
        fill_agenda(center, self.case, meeting, "jusou", both, members, purpose="プランの協議")
        center.press("議題に加える")
        assert f"{SON}さんの同意に、{ANSHIN}への「会議」が入っていません。" in center.text
        page.get_by_label(SON, exact=True).uncheck()  # she is in hospital and still of the household
        center.press("議題に加える")
        item = page.url
        center.press("構成員に公開する")
        write_minutes(center, item, facts="入院中。退院は来月。", points="退院に合わせて支えを組み直す。")
        move_on(center, self.case, "replanning")
        center.go(f"{self.case}plans/write/")
        assert "第1版の次を書く" in center.text
        fill_row(center, "goal-0", text="来月、家に帰る。")
        fill_row(center, "direction-0", text=HOME_AGAIN)
        fill_row(
            center,
            "role-0",
            issue="入院と退院",
            what="退院に向けた要介護認定、住宅改修の相談",
            until_on=days_from_now(30),
        )
        fill_row(center, "role-2", agency=LAWYER, what=LEGAL, until_on=days_from_now(80))
        page.locator("[name=role-3-is_dropped]").check()  # the roof is mended
        center.press("この内容で保存する")
        assert "再プラン" in center.text
        center.follow("前の版と比べる")
        assert shown(center, HOME_AGAIN, "来月、家に帰る。", LEGAL) == [HOME_AGAIN, "来月、家に帰る。", LEGAL]
        center.keep("a-compare")
        page.go_back()
        move_on(center, self.case, "flow2_meeting")
        center.go(f"{self.case}plans/")
        click_through(page.get_by_role("link", name=re.compile("^P-")).first)
        center.follow("会議の決定を記録する")
        chosen = page.locator("[name=supersedes]:checked").evaluate_all(
            "boxes => boxes.map(box => box.value)"
        )
        assert chosen == [str(self.of_mother.pk)]
        center.press("このプランを決定する")
        assert "プランを決定しました。" in center.text, page.locator("main").inner_text()
        move_on(center, self.case, "flow2_active")
        center.go(f"{self.case}roles/?by=agency")
        assert shown(center, LEGAL, FOOD, "雨漏り") == [LEGAL, FOOD]
        assert CITY in center.text

    # --- D118 ------------------------------------------------------------------------------------------------

    def he_agrees_before_two(self) -> None:
        center = self.center
        page = center.page
        center.go(f"{self.case}consents/")
        click_through(page.get_by_role("link", name=re.compile(f"説明と返事を記録する.*{SON}")))
        for point in page.get_by_role("group", name="説明したこと").get_by_role("checkbox").all():
            point.check()
        page.get_by_label("同意する", exact=True).check()
        for agency in (KENKO, HIKIKOMORI):
            page.locator("[name=scope-0-agencies]").and_(page.get_by_label(agency, exact=True)).check()
        for item in ("basic", "health", "roles", "plan", "meeting"):
            page.locator(f"[name=scope-0-items][value={item}]").check()
        page.get_by_text("相手 1", exact=True).click()
        page.select_option("[name=not-0-agency]", label=WELFARE)
        page.get_by_label("本人のことば").fill(HIS_WORD)
        page.locator("[name=method][value=oral]").check()
        center.press("記録する")
        assert "2人の職員" in center.text
        assert page.input_value("[name=own_view]") == HIS_WORD
        page.select_option("[name=witness]", str(viewer("chief").membership.pk))
        center.press("記録する")
        assert shown(center, HIS_WORD, "同意（2機関）", WELFARE) == [HIS_WORD, "同意（2機関）", WELFARE]
        center.keep("a-consents")

    def he_may_be_on_the_table_of_those_he_named(self) -> None:
        center = self.center
        share(
            self.center,
            self.case,
            KENKO,
            SON,
            ("基本情報", "健康", "役割分担", "会議"),
            "consent",
            "D118 口頭の同意（2人）",
        )
        meeting = call_meeting(center, "第12回 地域ケース会議", f"{days_from_now(7)}T10:30")
        members = (f"{KENKO} 見本 健", f"{HIKIKOMORI} 見本 灯", f"{ANSHIN} 見本 安", f"{ENTRUSTED} 見本 調")
        fill_agenda(center, self.case, meeting, "jusou", {SON: "長男"}, members, purpose="支援方針の検討")
        center.press("議題に加える")
        refused = center.page.locator("main").inner_text()
        assert f"{SON}さんの同意に、{ANSHIN}への「会議」が入っていません。" in refused
        assert f"{SON}さんの同意に、{KENKO}" not in refused
        center.page.get_by_role("group", name="構成員").get_by_label(re.compile(f"^{ANSHIN}")).uncheck()
        center.press("議題に加える")
        assert "重層的支援会議" in center.text
        assert "議題に加えました。" in center.text
        # Whoever he did not name learns nothing of his word: neither that he gave one, nor what it says.
        seen = look_everywhere(
            self.at("anshin"), self.case, f"{self.case}consents/", f"{self.case}timeline/", meeting
        )
        assert places_of((HIS_WORD, TRAINS, FOOD, ALONG, SON), seen) == {}
