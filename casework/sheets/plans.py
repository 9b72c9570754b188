"""What stands on the sheet of a plan (支援プラン, domain.md 1.5), for one reader."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casework.concealment.selectors import has_found_for
from casework.households.models import Household, Person
from casework.households.selectors import name_people
from casework.meetings.models import AgendaItem
from casework.planning.agreements import agreements_for, newest_of
from casework.planning.models import PlanAgreement, PlanConfirmation, PlanDecision
from casework.planning.selectors import PlanView, plan_views_for
from casework.plans.models import Decision, Seat
from permissions.viewer import Viewer

from .content import Label, agenda_of, family_for, labels_printed

if TYPE_CHECKING:
    from casework.cases.models import Case

    from .models import Sheet


@dataclass
class PlanSheet:
    """Everything printed, and the labels it came from."""

    viewer: Viewer
    case: Case
    view: PlanView
    household: Household | None
    people: list[Person]
    unasked: list[Person]  # whose wish it does not hold; for the center alone
    seats: list[tuple[str, str]]
    agreements: list[PlanAgreement]  # for the center alone
    agenda: AgendaItem | None
    labels: list[Label]
    made_at: dt.datetime
    number: str

    @property
    def confirmed(self) -> PlanConfirmation | None:
        """That the city confirmed it; what came back is not said on paper that goes to others."""
        said = self.view.confirmation
        return None if said is None or said.is_returned else said


def has_plan(decision: Decision) -> bool:
    """Return whether a plan was decided by this decision, as far as it reaches whoever asks."""
    return PlanDecision.objects.filter(decision=decision).exists()


def plan_content_for(viewer: Viewer, sheet: Sheet) -> PlanSheet | None:
    """Return what of the decided plan reaches this reader now, or None where nothing does."""
    if sheet.decision_id is None:
        return None
    number = str(sheet.pk)[:8].upper()
    return plan_sheet_for(viewer, sheet.case, sheet.decision_id, made_at=sheet.requested_at, number=number)


def plan_sheet_for(
    viewer: Viewer, case: Case, decision_id: uuid.UUID, *, made_at: dt.datetime, number: str = ""
) -> PlanSheet | None:
    """Return the plan that a decision made the plan, as far as it reaches this reader, or None where nothing does."""
    views = plan_views_for(viewer, case)
    view = next((each for each in views if each.decision and each.decision.pk == decision_id), None)
    if view is None:
        return None
    household, people = family_for(viewer, case)
    rows = name_people(viewer, [*view.parts, *view.roles])
    said = list(newest_of(view.plan, agreements_for(viewer, case)).values())
    return PlanSheet(
        viewer=viewer,
        case=case,
        view=view,
        household=household,
        people=people,
        unasked=_unasked(viewer, case, view, people),
        seats=_seats(viewer, view),
        agreements=said,
        agenda=agenda_of(viewer, view.decision),
        labels=labels_printed(viewer, case, household, people, rows),
        made_at=made_at,
        number=number,
    )


def _unasked(viewer: Viewer, case: Case, view: PlanView, people: list[Any]) -> list[Person]:
    """To an agency a wish that is not written and one that is not shared look alike; so do one that is hidden and none to everybody.

    The paper says of nobody that they were not asked who may have been.
    """
    if not viewer.sees_all_cases or has_found_for(viewer, case, table="PlanPart"):
        return []
    return view.without_wish(person for person in people if person.lives_here)


def _seats(viewer: Viewer, view: PlanView) -> list[tuple[str, str]]:
    """Who cannot see every role must not conclude from an empty seat that nobody sits there."""
    rows = [
        (str(seat.label), "、".join(role.agency.name for role in view.standing if role.seat == seat))
        for seat in Seat
    ]
    return rows if viewer.sees_all_cases else [row for row in rows if row[1]]
