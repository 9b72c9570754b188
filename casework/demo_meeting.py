"""What is ahead for 葉月原家 (domain.md 10.A): a 支援会議 about the son next week, and the next plan, not decided yet. 見本."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.assessments.models import Assessment
from casework.cases.models import Case
from casework.demo_people import date, days_ago, viewer
from casework.households.models import Person
from casework.meetings.actions import (
    AgendaDraft,
    MeetingDraft,
    PrepDraft,
    add_paper,
    answer_prep,
    call_meeting,
    open_papers,
    put_on_agenda,
)
from casework.meetings.minutes import (
    MinutesText,
    Outcome,
    fix_item,
    hand_out,
    save_minutes,
    tick_returned,
)
from casework.meetings.models import AgendaItem, PaperKind
from casework.ordinances.actions import OrdinanceDraft, swear, write_ordinance
from casework.ordinances.models import MeetingKind, Ordinance
from casework.planning.actions import PartDraft, PlanDraft, save_plan
from casework.planning.models import Section
from casework.plans.actions import RoleDraft
from casework.plans.models import Decision, DecisionEnd, RoleRow
from casework.sharing.actions import Label
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

LOADING = dt.timedelta(minutes=2)
TEXT = """第1条　社会福祉法第106条の6第1項の規定により、見本市支援会議を置く。
第2条　会議は、支援に必要な情報の交換と、支援体制の検討を行う。
第3条　構成員は、会議ごとに議長が定める。会議と資料は公開しない。
第4条　構成員と、構成員であった者は、正当な理由なく、会議で知った秘密を漏らしてはならない。
第5条　庶務は、福祉まるごとサポートセンターが行う。"""


def set_rule() -> Ordinance:
    """Write down what a 支援会議 rests on, and let everybody swear who sits in one here."""
    chief = viewer("chief")
    for member in map(viewer, ("coordinator", "anshin", "kenko", "hikikomori")):
        with acting_for(member):
            swear(by=member)
    with acting_for(chief):
        return write_ordinance(
            OrdinanceDraft("見本市支援会議設置要綱", TEXT, (MeetingKind.SUPPORT,), dt.date(2023, 4, 1)),
            by=chief,
        )


@dataclass(frozen=True)
class Held:
    """A 支援会議 that took place: its name, how many days ago, who was talked about in which words, who sat there, what was written."""

    label: str
    days: int
    people: dict[Any, str]
    members: tuple[str, ...]
    picture: str
    points: str


def hold(case: Case, rule: Ordinance, told: Held, outcome: Outcome, *, by: Viewer) -> Decision:
    """Hold a 支援会議 and fix what it decided. Its papers shut as soon as everything is loaded: they were read at the table."""
    members = [viewer(name).membership for name in told.members]
    meeting = call_meeting(
        MeetingDraft(
            told.label, days_ago(told.days, 14), "見本 長子", by.membership, "福祉まるごとサポートセンター 会議室2", ordinance=rule,
        ),
        by=by,
    )  # fmt: skip
    draft = AgendaDraft(
        MeetingKind.SUPPORT, "direction", "だれが、いつ、どう近づくかを決める。", told.people, tuple(members)
    )
    item = put_on_agenda(meeting, case, draft, by=by)
    add_paper(item, kind=PaperKind.PICTURE, text=told.picture, is_for_all=False, by=by)
    open_papers(item, return_by=timezone.now() + LOADING, by=by)
    tick_returned(hand_out(item, members, by=by), by=by)
    save_minutes(item, MinutesText(facts=told.picture, points=told.points), seen=0, by=by)
    _minutes, decision = fix_item(item, outcome, seen=1, present=[seat.pk for seat in members], by=by)
    if decision is None:  # there is none without directions and roles
        raise RuntimeError("no decision")
    return decision


def load_meeting(case: Case, mother: Person, son: Person, assessment: Assessment, rule: Ordinance) -> None:
    """Load a meeting next week whose papers are open, one agency's answer to it, and a draft of the next plan."""
    coordinator, nurse = viewer("coordinator"), viewer("kenko")
    members = [coordinator, nurse, viewer("hikikomori")]
    with acting_for(coordinator):
        item = _item(case, son, rule, members, coordinator)
        _plan(case, mother, assessment, coordinator)
    with acting_for(nurse):
        answer_prep(
            item,
            PrepDraft(
                knows="5年前に一度、母から眠れないという相談があった。",
                can_do="精神科医との事例検討。会えたあとの訪問。",
                cannot_do="同意の前の訪問。会えないうちに病名を見立てること。",
                needs="声かけのときの様子（時間、返事、生活の音）。",
            ),
            answered=0,
            by=nurse,
        )


def _item(case: Case, son: Person, rule: Ordinance, members: list[Viewer], by: Viewer) -> AgendaItem:
    meeting = call_meeting(
        MeetingDraft(
            "第3回 地域ケース会議", days_ago(-7, 14), "見本 長子", by.membership, "福祉まるごとサポートセンター 会議室2",
            ordinance=rule,
        ),
        by=by,
    )  # fmt: skip
    draft = AgendaDraft(
        MeetingKind.SUPPORT, "direction", "長男に会うまでの声かけと、会えたあとの受け止め方を決める。",
        {son.pk: "長男"}, tuple(member.membership for member in members),
    )  # fmt: skip
    item = put_on_agenda(meeting, case, draft, by=by)
    papers = {
        PaperKind.PICTURE: "25年、家から出ていない。夜に起きている。玄関先の手紙は、翌朝にはなくなっている。",
        PaperKind.REQUEST: "それぞれの機関が、いつ、どう声をかけられるかを書いてください。",
    }
    for kind, text in papers.items():
        add_paper(item, kind=kind, text=text, is_for_all=False, by=by)
    open_papers(item, return_by=days_ago(-9, 17), by=by)
    return item


def _plan(case: Case, mother: Person, assessment: Assessment, by: Viewer) -> None:
    """A second plan in the making: what holds is carried over, the wish of the son is still missing."""
    decision = DecisionEnd.objects.get(case=case).decision
    written = (
        (
            Section.WISH,
            "この家で、修一とくらしたい。火事だけは出したくない。",
            "この 家で、修一と くらしたい。",
        ),
        (Section.ISSUE, "ものを忘れる。火の始末。", "わすれることが ふえた。火が しんぱい。"),
        (
            Section.AIM,
            "助けを受けながら、住み慣れた家でくらす。",
            "手つだってもらいながら、この 家で くらす。",
        ),
        (
            Section.GOAL,
            "3か月のうちに、週2回の通いと、コンロの自動消火を始める。",
            "通う 場所を きめて、コンロを なおす。",
        ),
        (
            Section.DIRECTION,
            "介護の支えを入れ、母と息子を別々に支える。",
            "みんなで、べつべつに 手つだいます。",
        ),
        (Section.SELF, "火曜の朝、あんしんケアセンターの人と話す。", "火曜の 朝に、話します。"),
        (
            Section.EXIT,
            "介護の支えが決まり、息子の相談先ができたとき。",
            "助けてくれる 人が きまったら、おわりです。",
        ),
    )
    parts = [PartDraft(Label(mother.pk, "plan"), section, text, plain) for section, text, plain in written]
    roles = [
        RoleDraft.of(row)
        for row in RoleRow.objects.filter(decision=decision).select_related("agency").order_by("position")
    ]
    save_plan(case, PlanDraft(date(0), date(-180), date(-90), parts, roles, assessment), follows=None, by=by)
