"""Which of the three flows is suggested, and why: data and one pure function. Source: domain.md 2.4.

A suggestion with reasons, never an act: what was suggested and what was chosen are both kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Flow, Stage
from casework.cases.words import flow_label, stage_label


class Fact(models.TextChoices):
    """What somebody knows about a case when it is screened."""

    MANY_FIELDS = "many_fields", _("困りごとの分野が2つ以上ある")
    MANY_PEOPLE = "many_people", _("世帯の2人以上に困りごとがある")
    MANY_AGENCIES = "many_agencies", _("3つ以上の機関がかかわっているが、まとめ役がいない")
    ASKED = "asked", _("機関が調整を頼んでいる")
    RETURNED = "returned", _("つなぎ戻しがあった")
    CARER = "carer", _("世話をする子どもがいる、または育児と介護が重なっている")
    NO_SCHEME = "no_scheme", _("使える制度がない")
    ONLY_CENTER = "only_center", _("本人がこのセンターにだけ心を開いている")
    BETWEEN = "between", _("制度のはざまにいる（待機、年齢、診断や在留資格の証明がまだ、など）")
    ONE_FIELD = "one_field", _("困りごとの分野は1つだけ")
    AGENCY_EXISTS = "agency_exists", _("引き受ける機関がある")
    WANTED = "wanted", _("本人がそこへつながることを望んでいる")
    NOBODY_ELSE = "nobody_else", _("世帯のほかの人に困りごとはない")


F = Fact

COORDINATION: tuple[Fact, ...] = (F.MANY_FIELDS, F.MANY_PEOPLE, F.MANY_AGENCIES, F.ASKED, F.RETURNED, F.CARER)
ACCOMPANIMENT: tuple[Fact, ...] = (F.NO_SCHEME, F.ONLY_CENTER, F.BETWEEN)
REFERRAL: tuple[Fact, ...] = (F.ONE_FIELD, F.AGENCY_EXISTS, F.WANTED, F.NOBODY_ELSE)  # all of them

# Where each choice leads.
STAGE_OF_FLOW = {
    Flow.REFERRAL: Stage.REFERRING,
    Flow.COORDINATION: Stage.ASSESSMENT,
    Flow.ACCOMPANIMENT: Stage.ACCOMPANYING,
}
CHOICES: tuple[Stage, ...] = (*STAGE_OF_FLOW.values(), Stage.OUTREACH, Stage.CLOSED_INFO)


def choice_label(stage: str) -> str:
    """Return a choice in the words of whoever chooses: a flow, not the first stage of it."""
    flow = next((flow for flow, first in STAGE_OF_FLOW.items() if first == stage), None)
    return flow_label(flow) if flow else stage_label(stage)


@dataclass(frozen=True)
class Suggestion:
    """A flow and the facts it rests on; without a flow, the facts that are still missing for a referral."""

    flow: str
    reasons: tuple[Fact, ...]

    @property
    def stage(self) -> str:
        return STAGE_OF_FLOW[Flow(self.flow)].value if self.flow else ""

    @property
    def label(self) -> str | Promise:
        return flow_label(self.flow) if self.flow else _("まだ提案できません")

    @property
    def words(self) -> list[str | Promise]:
        return [fact.label for fact in self.reasons]


def suggest(facts: Iterable[str]) -> Suggestion:
    """Return what fits these facts: coordination before accompaniment, and a referral only when all of it holds."""
    known = set(facts)
    for flow, wanted in ((Flow.COORDINATION, COORDINATION), (Flow.ACCOMPANIMENT, ACCOMPANIMENT)):
        if reasons := tuple(fact for fact in wanted if fact in known):
            return Suggestion(flow, reasons)
    if missing := tuple(fact for fact in REFERRAL if fact not in known):
        return Suggestion("", missing)
    return Suggestion(Flow.REFERRAL, REFERRAL)
