"""Reading decisions, roles and answers, each narrowed by who asks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.selectors import is_open
from casework.households.selectors import name_people
from casework.rounds import Steps, ask, in_rounds, read, side_by_side
from casework.sharing.models import NotBlocked
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import (
    NEXT_ANSWERS,
    TOUCHES,
    AnswerKind,
    Decision,
    DecisionEnd,
    Direction,
    InCharge,
    RoleAnswer,
    RoleEnd,
    RoleRow,
)

if TYPE_CHECKING:
    from casework.cases.models import Case

MOST_SILENT = 1_000


@dataclass
class AnsweredRole:
    """A role row with its answers, oldest first, as one viewer sees them."""

    row: RoleRow
    answers: list[RoleAnswer] = field(default_factory=list)
    end: RoleEnd | None = None
    ended_by: Decision | None = None  # where the later decision reaches the viewer

    @property
    def is_current(self) -> bool:
        return self.end is None

    @property
    def last(self) -> RoleAnswer | None:
        return self.answers[-1] if self.answers else None

    @property
    def is_unanswered(self) -> bool:
        """Silence is 未回答, never agreement (domain.md 1.6)."""
        return not self.answers

    @property
    def agreement(self) -> RoleAnswer | None:
        """The last answer that says yes or no; reports come after it."""
        said = (AnswerKind.ACCEPTED, AnswerKind.CONDITIONAL, AnswerKind.DECLINED)
        return next((answer for answer in reversed(self.answers) if answer.kind in said), None)

    @property
    def touches(self) -> tuple[str, ...]:
        """What may be said now with one touch, without words."""
        return tuple(kind for kind in TOUCHES if kind in self.next_answers)

    @property
    def is_overdue(self) -> bool:
        """Its day is past, and nobody has reported a result or said no."""
        last = self.last.kind if self.last else ""
        until = self.row.until_on
        return bool(until and until < timezone.localdate()) and last not in (
            AnswerKind.RESULT,
            AnswerKind.DECLINED,
        )

    @property
    def in_charge(self) -> InCharge:
        """Who does it at the agency and who stands in, as last said: by an answer, else by the decision."""
        for answer in reversed(self.answers):
            own = "" if answer.is_told else answer.contact_person
            if answer.worker or answer.deputy or own:
                return InCharge(answer.worker or own, answer.deputy)
        return InCharge(self.row.worker, self.row.deputy)

    @property
    def worker(self) -> str:
        return self.in_charge.worker

    @property
    def deputy(self) -> str:
        return self.in_charge.deputy

    @property
    def next_answers(self) -> tuple[str, ...]:
        return NEXT_ANSWERS[self.answers[-1].kind if self.answers else ""] if self.is_current else ()


@dataclass
class DecisionView:
    """A decision as one viewer sees it: the directions and roles whose label reaches them."""

    decision: Decision
    directions: list[Direction]
    roles: list[AnsweredRole]
    is_current: bool
    superseded_by: Decision | None  # where the later decision reaches the viewer

    @property
    def people(self) -> set[uuid.UUID]:
        """Whom it is about, as far as they are single people."""
        rows = (*self.directions, *(role.row for role in self.roles))
        return {row.person_id for row in rows if row.person_id}


def decisions_for(viewer: Viewer) -> QuerySet[Decision]:
    """Return the decisions of which this viewer sees a direction or a role, unordered."""
    decisions = Decision.objects.all()
    directions = labelled_for(viewer, Direction).filter(decision=OuterRef("pk"))
    roles = labelled_for(viewer, RoleRow).filter(decision=OuterRef("pk"))
    return decisions.filter(Exists(directions) | Exists(roles))


@in_rounds
def decision_views_for(viewer: Viewer, case: Case) -> Steps[list[DecisionView]]:
    """Return the decisions of a case, newest first, each in the content its reader may see."""
    decisions = decisions_for(viewer).select_related("decided_by__user", "decided_by__agency")
    views: list[DecisionView] = yield from _views(
        viewer, decisions.order_by("-recorded_at", "-number"), case=case
    )
    return views


def decision_view_for(viewer: Viewer, case: Case, decision_id: uuid.UUID) -> DecisionView | None:
    """Return one decision as the viewer sees it, or None."""
    found = decisions_for(viewer).filter(pk=decision_id).select_related("decided_by__agency")
    return next(iter(read(_views(viewer, found, case=case))), None)


def _views(viewer: Viewer, which: QuerySet[Decision], *, case: Case) -> Steps[list[DecisionView]]:
    of_case = Q(case=case)
    (decisions, found, ends, known), answered = yield from side_by_side(
        ask(
            which.filter(of_case),
            labelled_for(viewer, Direction).filter(of_case).order_by("position"),
            DecisionEnd.objects.filter(NotBlocked("case"), of_case),
            decisions_for(viewer).filter(of_case),
        ),
        answered_roles_for.steps(viewer, of_case),
    )
    directions, roles = defaultdict(list), defaultdict(list)
    for direction in found:
        directions[direction.decision_id].append(direction)
    for role in answered:
        roles[role.row.decision_id].append(role)
    later = {row.pk: row for row in known}
    ended = {row.ended_id: later.get(row.decision_id) for row in ends}
    for role in answered:
        role.ended_by = later.get(role.end.decision_id) if role.end else None
    return [
        DecisionView(each, directions[each.pk], roles[each.pk], each.pk not in ended, ended.get(each.pk))
        for each in decisions
    ]


def standing_decisions_for(viewer: Viewer, case: Case) -> list[DecisionView]:
    """Return the decisions of a case that stand, newest first, each in the content its reader may see."""
    return [view for view in decision_views_for(viewer, case) if view.is_current]


def named_decisions(viewer: Viewer, views: Iterable[DecisionView]) -> list[Decision]:
    """Return the decisions, each with ``words`` that tell it from the others where one is chosen: number, day, about whom."""
    shown = list(views)
    rows: list[list[Any]] = [[*view.directions, *(role.row for role in view.roles)] for view in shown]
    name_people(viewer, [row for of_one in rows for row in of_one])
    for view, of_one in zip(shown, rows, strict=True):
        decision: Any = view.decision
        names = _("・").join(dict.fromkeys(row.who for row in of_one))
        told = {"number": decision.number, "day": f"{decision.decided_on:%Y-%m-%d}", "names": names}
        decision.words = _("%(number)s（%(day)s %(names)s）") % told
    return [view.decision for view in shown]


@in_rounds
def answered_roles_for(viewer: Viewer, which: Q) -> Steps[list[AnsweredRole]]:
    """Return role rows with their answers, in the order of the decision; may be empty."""
    (rows,) = yield [
        labelled_for(viewer, RoleRow)
        .filter(which)
        .select_related("agency", "decision", "case")
        .order_by("decision__recorded_at", "position", "pk")
    ]
    answers = defaultdict(list)
    found = labelled_for(viewer, RoleAnswer).filter(role__in=rows).select_related("answered_by__user")
    said, over = yield [found.order_by("sequence"), labelled_for(viewer, RoleEnd).filter(role__in=rows)]
    for answer in said:
        answers[answer.role_id].append(answer)
    ends = {row.role_id: row for row in over}
    return [AnsweredRole(row, answers[row.pk], ends.get(row.pk)) for row in rows]


def has_ended(viewer: Viewer, role: str = "pk") -> Exists:
    """Return the condition that the role at ``role`` stands no more."""
    return Exists(labelled_for(viewer, RoleEnd).filter(role=OuterRef(role)))


def role_for(viewer: Viewer, case: Case, role_id: uuid.UUID) -> AnsweredRole | None:
    """Return one role of a case as the viewer sees it, or None."""
    return next(iter(answered_roles_for(viewer, Q(case=case, pk=role_id))), None)


def waiting_roles_for(viewer: Viewer) -> list[AnsweredRole]:
    """Return the acting agency's current roles without an answer, oldest first; at most 50."""
    return _unanswered(viewer, Q(agency=viewer.agency), most=50)


def unanswered_roles_for(viewer: Viewer) -> list[AnsweredRole]:
    """Return the current roles without an answer in open cases, oldest first; at most MOST_SILENT."""
    return _unanswered(viewer, is_open("case__"), most=MOST_SILENT)


def _unanswered(viewer: Viewer, which: Q, *, most: int) -> list[AnsweredRole]:
    answered = labelled_for(viewer, RoleAnswer).filter(role=OuterRef("pk"))
    rows = (
        labelled_for(viewer, RoleRow)
        .filter(which, ~Exists(answered), ~has_ended(viewer))
        .values_list("pk", flat=True)
        .order_by("decision__recorded_at", "position")[:most]
    )
    return answered_roles_for(viewer, Q(pk__in=list(rows)))
