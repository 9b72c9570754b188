"""AT-14 (domain.md 10.G) over the months of 10.C (ミホン家, handed back) and of 帆波家, planned anew: counted with a pencil, and as kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.demo_honami import load_honami
from casework.demo_people import agency, viewer
from casework.households.models import Person
from casework.meetings.actions import AgendaDraft, MeetingDraft, call_meeting, open_papers, put_on_agenda
from casework.meetings.minutes import MinutesText, save_minutes
from casework.ordinances.models import MeetingKind
from casework.planning.actions import AtMeeting, PartDraft, PlanDraft, decide_plan, save_plan
from casework.planning.models import Plan, Section
from casework.plans.actions import InPlaceOf, RoleDraft
from casework.plans.models import Decision, Seat
from casework.reports.actions import close_month
from casework.reports.months import Month
from casework.reports.selectors import cells_of, facts_now_for, kept_for
from casework.sharing.actions import Label
from permissions import demo as people_demo
from permissions.viewer import Viewer
from permissions.walls.context import acting_for
from tests.casework.recount import recount

from .mihon import Mihon

pytestmark = pytest.mark.slow

PLANNED_ANEW = 34  # days after the beginning, in the second week of April
BY_HAND = {
    # 帆波家 asks for help in January,
    1: {"contacts": 1, "people_new": 1, "cases_new": 1},
    # and is planned for at a meeting in February.
    2: {"decisions": 1, "plans": 1, "coordination_plans": 1, "roles": 7, "sessions": 1, "discussed": 1, "seats_days": 1},
    3: {},
    # Who was assessed is written down in April. ミホン家 asks, is handed over, handed back, and coordinated.
    4: {
        "contacts": 1, "people_new": 1, "cases_new": 1, "referrals": 1, "returns": 1, "assessments": 1,
        "into_coordination": 2, "coordination_new": 2,
    },
    # 帆波家 is planned for anew.
    5: {"decisions": 1, "plans": 1, "coordination_plans": 1, "roles": 4, "sessions": 1, "discussed": 1},
}  # fmt: skip
# For whom nobody has chosen what comes next, at the end of each month, by the flow of that day. Of 帆波家 all is written down in April: until
# then there is the case and no task, and from then on the next look (モニタリング) is open, also while it is planned anew. Of ミホン家, which is
# being assessed since April, nobody wrote down a task.
# By flow from April on: the stages of 帆波家 were all entered in the one moment of loading, so which came first is nobody's to say.
WITHOUT_NEXT = {4: {"flow2": 1}, 5: {"flow2": 1}}
COUNTED = sorted({code for codes in BY_HAND.values() for code in codes} | {"suspended", "closed"})


def days_to_the_seats(year: int) -> int:
    """Return after how many working days the four seats of 帆波家 were taken: it asked on a Thursday in the middle of January, and they said
    yes at the meeting on the Thursday four weeks later. That is 4 times 5 days, less 建国記念の日 (11 February), which lies between.

    On a Saturday it costs no working day; on a Sunday the Monday after it.
    """
    return 20 - (dt.date(year, 2, 11).weekday() != 5)


def plan_anew(case: Case, by: Viewer) -> None:
    """The second plan, at a second meeting, takes the place of the first."""
    now, today = timezone.localtime(), timezone.localdate()
    father = Person.objects.get(case=case, relation="self")
    first, before = Plan.objects.get(case=case), Decision.objects.get(case=case)
    move_to_stage(case, stage="replanning", by=by)
    told = [PartDraft(Label(father.pk, "plan"), section, "見本") for section in (
        Section.WISH, Section.GOAL, Section.DIRECTION, Section.EXIT,
    )]  # fmt: skip
    seats = zip(Seat, ("jiritsu", "center-itaku", "center-city", "center-itaku"), strict=True)
    roles = [
        RoleDraft(Label(father.pk, "roles"), agency(code), "見本", "見本", seat=seat) for seat, code in seats
    ]
    draft = PlanDraft(today, today, today, told, roles)
    plan = save_plan(case, draft, follows=first, by=by)
    meeting = call_meeting(
        MeetingDraft("第2回", now.replace(hour=9), "見本 長子", by.membership, "会議室"), by=by
    )
    members = (by.membership, viewer("jiritsu").membership)
    item = put_on_agenda(
        meeting,
        case,
        AgendaDraft(MeetingKind.LAYERED, "plan", "", {father.pk: "父"}, members),
        by=by,
    )
    open_papers(item, return_by=now.replace(hour=23), by=by)
    save_minutes(item, MinutesText(points="見本"), seen=0, by=by)
    at = AtMeeting(item, 1, [each.pk for each in members])
    decide_plan(plan, at=at, in_place_of=InPlaceOf([before]), by=by)


def test_months_of_a_hand_back_and_a_plan_anew_are_those_counted_by_hand(
    wearing: Any, fiscal_year: Callable[[int], None]
) -> None:
    people_demo.load()
    load_honami()
    honami = Case.objects.get()
    mihon = Mihon(fiscal_year)
    fiscal_year(PLANNED_ANEW)
    by, chief = viewer("coordinator"), viewer("chief")
    with acting_for(by):
        plan_anew(honami, by)

    this = Month.of(timezone.localdate())
    months = [this]
    while months[0].first_on.month > 1:
        months.insert(0, months[0].before)
    with wearing("app_web"), acting_for(chief):
        counted = {month.first_on.month: cells_of(facts_now_for(chief, month)) for month in months}
        again = {month.first_on.month: recount(month) for month in months}
        for month in months[:-1]:
            assert close_month(month, by=chief) == 1
        kept = {month.first_on.month: [each.cells for each in kept_for(chief, month)] for month in months}

    assert counted == again
    assert kept == {number: [cells] for number, cells in again.items() if number < 5} | {5: []}
    found = {
        number: {code: cells[code, "", ""] for code in COUNTED if cells[code, "", ""]}
        for number, cells in counted.items()
    }
    assert found == BY_HAND
    without_next = {
        number: {
            flow: many for (code, by, flow), many in cells.items() if (code, by) == ("without_next", "flow")
        }
        for number, cells in counted.items()
        if number >= 4
    }
    assert without_next == WITHOUT_NEXT
    assert [cells["without_next", "", ""] for cells in counted.values()] == [1] * 5
    assert counted[2]["seats_days", "days", str(days_to_the_seats(this.first_on.year))] == 1
    april, may, whole = counted[4], counted[5], sum(counted.values(), start=type(counted[4])())
    assert (
        april["returns", "reason", "household_issue"]
        == april["returns", "receiver", str(agency("jiritsu").pk)]
        == april["returns", "flow", "flow1"]  # coordination was chosen afterwards
        == 1
    )
    assert april["into_coordination", "from_flow", "flow1"] == 1  # mihon; 帆波家 came from none
    assert (counted[2]["plans", "plan", "first"], may["plans", "plan", "again"]) == (1, 1)
    assert (counted[2]["decisions", "first", "first"], may["decisions", "first", "again"]) == (1, 1)
    assert may["coordination_open", "", ""] == 2
    assert may["roles_unanswered", "", ""] == 4  # that of the shakyo in the first plan is none any more
    # Ten working days after it was handed over: in April, or in May when the holidays lie between.
    assert whole["first_contact", "met", "yes"] == whole["first_contact", "", ""] == 1
    assert mihon.case.number != honami.number
