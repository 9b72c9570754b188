"""domain.md 10.A in Chromium, D33 to D43: who answers for their role, who sees what of the plan, and who keeps silent.

Checks 1 (民生委員), 2 (the daughter) and 5 (未回答). The meetings and the plan of D33 are played by test_hazukihara_agreement.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .hazukihara import (
    CASE_STUDY,
    DAUGHTER,
    DEBT_ROLE,
    DEBT_WAY,
    LETTER,
    NOT_FOR_THE_NEIGHBOUR,
    OF_SON,
    ROLES,
    ROOF_ROLE,
    WATCH_ROLE,
    Hazukihara,
)
from .screen import Cast, Screen, strike_the_hour
from .steps import look_everywhere, places_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_who_sees_what_of_it_and_a_role_nobody_answers(
    fiscal_year: Callable[[int], None], city: None, cast: Cast
) -> None:
    home = Hazukihara(fiscal_year).until_she_agreed().until_the_plan()
    story = Story(cast, home)
    story.agencies_answer()
    story.daughter_is_offered_nothing()
    story.neighbour_never_sees_the_debts()
    story.silence_is_reminded_of(fiscal_year)
    assert cast.faults == [], "\n".join(cast.faults)


class Story:
    """Everybody at their screens, and the case with its plan."""

    def __init__(self, cast: Cast, home: Hazukihara) -> None:
        self.at, self.case = cast.at, home.url
        self.meeting = f"/casework/meetings/{home.meeting.pk}/"
        self.of_mother, self.of_son = (
            f"{self.meeting}items/{item.pk}/" for item in (home.of_mother, home.of_son)
        )
        self.plan = f"{home.url}plans/{home.plan.pk}/"

    @property
    def center(self) -> Screen:
        return self.at("coordinator")

    # --- who answers, who does not, and what each of them sees --------------------------------------------------

    def agencies_answer(self) -> None:
        for name, what, width in (
            ("anshin", "コンロの自動消火", 360),
            ("kenko", CASE_STUDY, 1280),
            ("minsei", WATCH_ROLE, 360),
        ):
            screen = self.at(name, width)
            screen.go("/casework/roles/")
            assert what in screen.text
            screen.press("引き受ける")
            assert "「引き受けます」と記録しました。" in screen.text
        center = self.center
        center.go(f"{self.case}roles/")
        table = center.page.locator("tr", has_text=DEBT_ROLE)
        table.get_by_role("link", name="聞いた回答を記録する").click()
        center.page.get_by_label("条件付きで引き受けます").check()
        center.page.fill("[name=text]", "弁護士の予約が取れてから。")
        center.page.fill("[name=contact_person]", "担当E")
        center.page.get_by_label("電話").check()
        center.press("記録する")

        center.go(f"{self.case}roles/?by=agency")
        rows = center.page.locator("tbody tr").all_inner_texts()
        assert len(rows) == len(ROLES) + len(OF_SON)
        states = {what: _state(rows, what) for what in (ROOF_ROLE, WATCH_ROLE, DEBT_ROLE, CASE_STUDY, LETTER)}
        assert states == {
            ROOF_ROLE: "未回答", WATCH_ROLE: "引き受けます", DEBT_ROLE: "条件付きで引き受けます", CASE_STUDY: "引き受けます",
            LETTER: "未回答",
        }  # fmt: skip
        center.keep("a-role-table")

    # --- check 2 ----------------------------------------------------------------------------------------------

    def daughter_is_offered_nothing(self) -> None:
        """She stands in no list of those who could be told of the debts: no box, no option, no paper."""
        center = self.center
        offered = {}
        for address in (
            f"{self.case}share/",
            f"{self.case}meetings/add/",
            f"{self.of_mother}copies/",
            f"{self.plan}plain/",
        ):
            center.go(address)
            boxes = "label, option, button, a.m-btn"
            offered[address] = [
                words for words in center.page.locator(boxes).all_inner_texts() if DAUGHTER in words
            ]
        assert {address: words for address, words in offered.items() if words} == {}
        center.go(f"{self.case}consents/")
        assert f"{DAUGHTER}（遠方の娘）" in center.text  # the mother's own word stands

    # --- check 1 ----------------------------------------------------------------------------------------------

    def neighbour_never_sees_the_debts(self) -> None:
        neighbour = self.at("minsei")
        neighbour.go("/casework/cases/")
        seen = look_everywhere(
            neighbour, self.case, "/casework/roles/", f"{self.case}roles/", f"{self.case}plans/", self.plan, f"{self.plan}plain/",
            f"{self.case}timeline/", f"{self.case}timeline/?paper=on", "/casework/meetings/", self.meeting, self.of_son,
            self.of_mother, f"{self.case}relations/", f"{self.case}ecomap/",
        )  # fmt: skip
        assert places_of((WATCH_ROLE,), seen)[WATCH_ROLE] != []  # there is something to see
        assert places_of(NOT_FOR_THE_NEIGHBOUR, seen) == {}
        for words in ("285万", "カード", "借金"):
            neighbour.go("/casework/search/")
            neighbour.page.get_by_label("ケースをさがす").fill(words)
            with neighbour.page.expect_navigation():
                neighbour.page.get_by_label("ケースをさがす").press("Enter")
            assert "に合うケースは、あなたが見られる範囲にはありません" in neighbour.text
        helper = self.at("jiritsu")
        helper.go(self.plan)
        assert DEBT_WAY in helper.text  # there is something to hide

    # --- check 5 ----------------------------------------------------------------------------------------------

    def silence_is_reminded_of(self, on_day: Callable[[int], None]) -> None:
        """The roof: on D38 and D43, in between not again, and it stays 未回答."""
        reminded = {}
        for day in (37, 38, 40, 43):
            on_day(day)
            strike_the_hour()
            strike_the_hour()
            reminded[day] = [_reminders(self.at(name, 360)) for name in ("shakyo", "anshin")]
        assert reminded == {37: [0, 0], 38: [1, 0], 40: [1, 0], 43: [2, 0]}
        silent = self.at("shakyo")
        silent.keep("a-reminded")
        silent.go("/casework/roles/")
        assert ROOF_ROLE in silent.text
        assert "未回答" in silent.text
        self.center.go(f"{self.case}roles/?state=unanswered")
        rows = self.center.page.locator("tbody tr").all_inner_texts()
        assert _state(rows, ROOF_ROLE) == "未回答"
        assert _reminders(self.center) > 0


def _state(rows: list[str], what: str) -> str:
    """Return the answer in the row of one role."""
    row = next(row for row in rows if what in row)
    found = re.search("未回答|条件付きで引き受けます|引き受けます|引き受けられません", row)
    return found[0] if found else row


def _reminders(screen: Screen) -> int:
    screen.go("/casework/notifications/")
    return int(screen.page.locator("tbody tr", has_text="役割への回答がまだありません").count())
