"""Reading evaluations: all of it for the center, of goals, issues and roles what their labels show for everybody else."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from casework.planning.selectors import goals_for
from casework.rounds import Steps, in_rounds, read
from casework.sharing.items import Item
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import labelled_for
from permissions.audit.actions import Read
from permissions.viewer import Viewer

from .models import Evaluation, EvaluationChange, EvaluationResult, EvaluationRole

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class EvaluationView:
    """One evaluation as one viewer sees it; ``row`` and ``changes`` for the center alone."""

    evaluated_on: dt.date
    results: list[Any] = field(default_factory=list)
    roles: list[Any] = field(default_factory=list)
    row: Evaluation | None = None
    changes: list[EvaluationChange] = field(default_factory=list)

    @property
    def key(self) -> uuid.UUID:
        """Of which evaluation this is; whoever sees nothing but parts of it knows that much from them."""
        key: uuid.UUID = self.row.pk if self.row else (*self.results, *self.roles)[0].evaluation_id
        return key


@in_rounds
def evaluations_for(viewer: Viewer, case: Case) -> Steps[list[EvaluationView]]:
    """Return the evaluations of a case, newest first, each in the content its reader may see."""
    goals = goals_for(viewer).filter(pk=OuterRef("part")).order_by()
    results = labelled_for(viewer, EvaluationResult).filter(Q(part__isnull=True) | Exists(goals), case=case)
    results = results.select_related("direction", "part", "issue")
    if not viewer.sees_all_cases:
        results = results.filter(is_sealed=False)
    roles = labelled_for(viewer, EvaluationRole).filter(case=case).select_related("role__agency")
    asked: list[QuerySet[Any]] = [
        results.order_by("part__position", "direction__position", "pk"),
        roles.order_by("role__position", "pk"),
    ]
    if viewer.sees_all_cases:
        rows = Evaluation.objects.filter(NotBlocked("case"), NotHidden("pk"), case=case)
        asked += [
            rows.select_related("recorded_by__user", "decision", "agenda__meeting").order_by("-recorded_at"),
            EvaluationChange.objects.filter(NotBlocked("case"), case=case).order_by("code"),
        ]
    of_goals, of_roles, *rest = yield asked
    headers, changes = rest or ([], [])
    views = {row.pk: EvaluationView(row.evaluated_on, row=row) for row in headers}
    for result in of_goals:
        views.setdefault(result.evaluation_id, EvaluationView(result.evaluated_on)).results.append(result)
    for role in of_roles:
        views.setdefault(role.evaluation_id, EvaluationView(role.evaluated_on)).roles.append(role)
    for change in changes:
        if change.evaluation_id in views:
            views[change.evaluation_id].changes.append(change)
    return sorted(views.values(), key=lambda view: view.evaluated_on, reverse=True)


def evaluation_view_for(viewer: Viewer, case: Case, evaluation_id: uuid.UUID) -> EvaluationView | None:
    """Return one evaluation in the content its reader may see, or None where nothing of it reaches them."""
    views: list[EvaluationView] = read(evaluations_for.steps(viewer, case))
    return next((view for view in views if view.key == evaluation_id), None)


def reads_of_evaluations(views: list[EvaluationView], case_id: uuid.UUID) -> list[Read]:
    """Return what a page that shows them logs."""
    rows: list[Read] = [(view.row, case_id, None, Item.PLAN) for view in views if view.row]
    parts = [part for view in views for part in (*view.results, *view.roles)]
    return rows + [(part, case_id, part.person_id, part.item) for part in parts]
