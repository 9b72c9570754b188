"""What stands on the evaluation sheet (評価シート, domain.md 1.7): what one decision led to, for one reader."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils import timezone

from casework.evaluation.models import EvaluationResult
from casework.evaluation.selectors import EvaluationView, evaluation_view_for
from casework.households.models import Household, Person
from casework.households.selectors import name_people
from casework.planning.models import PlanDecision
from casework.plans.models import Decision
from casework.plans.selectors import decisions_for
from casework.sharing.items import Item
from permissions.viewer import Viewer

from .content import Label, family_for, labels_printed

if TYPE_CHECKING:
    from casework.cases.models import Case

    from .models import Sheet


@dataclass
class EvaluationSheet:
    """Everything printed, and the labels it came from. ``decision``: what was evaluated, where that reaches the reader."""

    viewer: Viewer
    case: Case
    view: EvaluationView
    decision: Decision | None
    household: Household | None
    people: list[Person]
    labels: list[Label]
    made_at: dt.datetime
    number: str

    @property
    def met_on(self) -> dt.date | None:
        """The day of the meeting that is named, for the center."""
        agenda = self.view.row.agenda if self.view.row else None
        return timezone.localdate(agenda.meeting.held_at) if agenda else None

    @property
    def goals(self) -> list[EvaluationResult]:
        return [row for row in self.view.results if row.part_id]

    @property
    def directions(self) -> list[EvaluationResult]:
        return [row for row in self.view.results if row.direction_id]

    @property
    def issues(self) -> list[EvaluationResult]:
        return [row for row in self.view.results if row.issue_id]


def evaluation_content_for(viewer: Viewer, sheet: Sheet) -> EvaluationSheet | None:
    """Return what of the evaluation reaches this reader now, or None where nothing does."""
    if sheet.evaluation_id is None:
        return None
    number = str(sheet.pk)[:8].upper()
    return evaluation_sheet_for(
        viewer, sheet.case, sheet.evaluation_id, made_at=sheet.requested_at, number=number
    )


def evaluation_sheet_for(
    viewer: Viewer,
    case: Case,
    evaluation_id: uuid.UUID,
    *,
    made_at: dt.datetime | None = None,
    number: str = "",
) -> EvaluationSheet | None:
    """Return one evaluation as far as it reaches this reader, or None where nothing of it does."""
    view = evaluation_view_for(viewer, case, evaluation_id)
    if view is None:
        return None
    household, people = family_for(viewer, case)
    rows = name_people(viewer, [*view.results, *view.roles])
    labels = set(labels_printed(viewer, case, household, people, rows))
    if view.row:
        labels.add((case.pk, None, Item.PLAN.value))  # the sheet itself
    return EvaluationSheet(
        viewer=viewer,
        case=case,
        view=view,
        decision=_decision(viewer, view),
        household=household,
        people=people,
        labels=sorted(labels, key=str),
        made_at=made_at or timezone.now(),
        number=number,
    )


def _decision(viewer: Viewer, view: EvaluationView) -> Decision | None:
    """Whoever reads what became of an issue alone has heard of no decision."""
    if view.row:
        return view.row.decision
    told = [row.direction for row in view.results if row.direction] + [row.role for row in view.roles]
    plans = {row.part.plan_id for row in view.results if row.part}
    of_plans = PlanDecision.objects.filter(plan__in=plans).values("decision")
    known = Q(pk__in={row.decision_id for row in told}) | Q(pk__in=of_plans)
    return decisions_for(viewer).filter(known).first()
