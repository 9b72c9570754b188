"""Reading how a case was closed, narrowed by who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.cases.states import Flow
from casework.evaluation.models import Evaluation
from casework.ordinances.models import MeetingKind
from casework.planning.models import PlanDecision
from casework.plans.models import Decision, DecisionEnd
from casework.plans.selectors import DecisionView, standing_decisions_for
from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Closure

if TYPE_CHECKING:
    from casework.cases.models import Case


# The meetings of the law about coordination; in the others the center is alone, or another law is spoken of.
ENDS_COORDINATION = (MeetingKind.LAYERED, MeetingKind.SUPPORT)


@in_rounds
def closure_for(viewer: Viewer, case: Case) -> Steps[Closure | None]:
    """Return the closing sheet of a case, if there is one and it reaches the viewer."""
    rows = labelled_for(viewer, Closure).filter(case=case)
    (found,) = yield [
        rows.select_related("closed_by__user", "closed_by__agency", "lead", "decision", "agenda__meeting")
    ]
    return found[0] if found else None


def decisions_to_end_by(viewer: Viewer, case: Case) -> list[DecisionView]:
    """Return the decisions that hold and by which this case may end, newest first."""
    standing = standing_decisions_for(viewer, case)
    if case.flow != Flow.COORDINATION:
        return standing
    return [view for view in standing if not no_end_of_coordination(view.decision)]


def no_end_of_coordination(decision: Decision) -> str:
    """Return why coordination does not end by this decision; empty if it does (domain.md 1.8).

    A meeting decides the end. The decision of a plan begins something, and one from before the day of the newest evaluation did
    not know it, unless that was made in the same meeting.
    """
    if decision.agenda is None:
        return _(
            "会議の外で決めた決定では、終われません。終わることを会議の議題で決めて、議事録を確定してください。"
        )
    if decision.agenda.kind not in ENDS_COORDINATION:
        return _("多機関協働の終わりは、重層的支援会議か支援会議の議題で決めて、議事録を確定してください。")
    if PlanDecision.objects.filter(decision=decision).exists():
        return _("プランの決定では、終われません。終わることを会議の議題で決めて、議事録を確定してください。")
    if DecisionEnd.objects.filter(ended=decision).exists():
        return _("この決定は、新しい決定に置き換えられました。新しい決定を選んでください。")
    done = Evaluation.objects.filter(case=decision.case_id).select_related("agenda").order_by("-recorded_at")
    newest = done.first()
    if newest is None or newest.evaluated_on <= decision.decided_on or _met_together(newest, decision):
        return ""
    return _(
        "いちばん新しい評価より前の決定です。評価のあとの会議の決定を選ぶか、その会議を選んで、もう一度評価してください。"
    )


def _met_together(evaluation: Evaluation, decision: Decision) -> bool:
    named, decided = evaluation.agenda, decision.agenda
    return bool(named and decided and named.meeting_id == decided.meeting_id)
