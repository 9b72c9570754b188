"""Writing down what a decision led to."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.issues.models import Issue
from casework.meetings.held import refuse_not_held
from casework.meetings.models import AgendaItem
from casework.once import made_before
from casework.planning.models import PlanPart
from casework.planning.selectors import goals_of
from casework.plans.models import Direction, RoleRow
from casework.plans.selectors import DecisionView, decision_view_for
from casework.sharing.items import Item
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Evaluation, EvaluationChange, EvaluationResult, EvaluationRole, Happened, Result


@dataclass(frozen=True)
class ResultDraft:
    """What became of a goal of the plan, of a direction where there is no plan, or of an issue."""

    of: PlanPart | Direction | Issue
    result: str
    words: str = ""


@dataclass(frozen=True)
class RoleResultDraft:
    """Whether a role was done."""

    role: RoleRow
    happened: str
    hindered: str = ""


@dataclass(frozen=True)
class EvaluationDraft:
    """The evaluation of one decision. ``changes`` are codes of the list change; days are those of Japan."""

    decision_id: uuid.UUID
    evaluated_on: dt.date
    own_words: str
    outcome: str
    results: tuple[ResultDraft, ...] = ()
    roles: tuple[RoleResultDraft, ...] = ()
    changes: tuple[str, ...] = ()
    remaining: str = ""
    cooperation: str = ""
    meeting: str = ""
    agenda: AgendaItem | None = None


@transaction.atomic
def record_evaluation(
    case: Case, draft: EvaluationDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Evaluation:
    """Write down what a decision led to: of each goal of its plan (each direction without a plan) and each role. The same
    ``key`` gives the same again.

    Raises NotAllowed for a decision that was superseded, for a goal or role left out, for a meeting that was not held about this
    case, and where words are missing. The stage stays: which may follow now is asked of it (cases/guards.py).
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("評価を記録する権限がありません。"))
    before: Evaluation | None = made_before(Evaluation, key)
    if before:
        return before
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if locked.stage not in OPEN_STAGES:
        raise NotAllowed(_("このケースは、もう終わっています。"))
    if draft.evaluated_on > timezone.localdate():
        raise NotAllowed(_("評価した日が、先の日になっています。"))
    if not draft.own_words.strip():
        raise NotAllowed(_("本人のことばを書いてください。聞けなかったときは、その理由を書いてください。"))
    if draft.agenda:
        refuse_not_held(locked, draft.agenda, by)
    _check_whole(draft, decision_view_for(by, locked, draft.decision_id), by)
    row = Evaluation(
        id=key or uuid.uuid4(), case=locked, decision_id=draft.decision_id, evaluated_on=draft.evaluated_on,
        own_words=draft.own_words.strip(), remaining=draft.remaining.strip(), cooperation=draft.cooperation.strip(),
        outcome=draft.outcome, meeting=draft.meeting.strip(), agenda=draft.agenda, recorded_by=by.membership,
    )  # fmt: skip
    add_all(Evaluation, [row])
    add_all(EvaluationResult, [_result(row, each) for each in draft.results])
    add_all(EvaluationRole, [_role(row, each) for each in draft.roles])
    for code in dict.fromkeys(draft.changes):
        EvaluationChange(case=locked, evaluation=row, code=code).save(force_insert=True)
    after = {"outcome": draft.outcome, "decision": str(draft.decision_id)}
    record_event(by, "evaluated", row, case_id=locked.pk, item=Item.PLAN, after=after)
    return row


def _check_whole(draft: EvaluationDraft, view: DecisionView | None, by: Viewer) -> None:
    """Raise NotAllowed unless every goal and role of a decision that holds is spoken of, in words where needed."""
    if view is None or not view.is_current:
        raise NotAllowed(_("この決定は、新しい決定に置き換えられました。新しい決定を評価してください。"))
    goals = goals_of(by, view.decision)
    aims: Sequence[PlanPart | Direction] = view.directions if goals is None else goals
    evaluated = {each.of for each in draft.results if not isinstance(each.of, Issue)}
    issues = [each.of for each in draft.results if isinstance(each.of, Issue)]
    roles = {each.role.pk for each in draft.roles}
    is_whole = evaluated == set(aims) and roles == {r.row.pk for r in view.roles}
    if not is_whole or any(issue.case_id != view.decision.case_id for issue in issues):
        raise NotAllowed(_("すべての目標（プランのない決定では支援方針）と役割を評価してください。"))
    if any(each.result != Result.MET and not each.words.strip() for each in draft.results):
        raise NotAllowed(_("「達成」のほかは、くわしいことを書いてください。"))
    if any(each.happened == Happened.NO and not each.hindered.strip() for each in draft.roles):
        raise NotAllowed(_("できなかった役割には、妨げになったことを書いてください。"))


def _label(row: Any) -> dict[str, Any]:
    return {"case_id": row.case_id, "person_id": row.person_id, "item": row.item}


def _result(row: Evaluation, draft: ResultDraft) -> EvaluationResult:
    of = draft.of
    names = {Direction: "direction", PlanPart: "part", Issue: "issue"}
    return EvaluationResult(
        evaluation=row, evaluated_on=row.evaluated_on, result=draft.result, words=draft.words.strip(),
        is_sealed=isinstance(of, Issue) and of.is_sealed, **{names[type(of)]: of}, **_label(of),
    )  # fmt: skip


def _role(row: Evaluation, draft: RoleResultDraft) -> EvaluationRole:
    return EvaluationRole(
        evaluation=row, role=draft.role, evaluated_on=row.evaluated_on, happened=draft.happened,
        hindered=draft.hindered.strip(), **_label(draft.role),
    )  # fmt: skip
