"""What a case must have before it enters a stage (domain.md 2.2). The rooms that keep it are below this one: asked by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from permissions.errors import NotAllowed

from .states import OPEN_STAGES, Stage

if TYPE_CHECKING:
    from .models import Case

# What an evaluation has to say for each stage that follows it (evaluation/models.py).
OUTCOMES: dict[str, str] = {
    Stage.CLOSING: "close",
    Stage.REPLANNING: "replan",
    Stage.SUSPENDED: "suspend",
}

SUPPORT = "shien_kaigi"  # MeetingKind.SUPPORT (ordinances/)


def _rows(model: str) -> Any:
    return apps.get_model("casework", model).objects


def looks_again(case: Case, stage: str) -> bool:
    """Return whether a next monitoring date stands (monitoring/)."""
    dates = _rows("MonitoringDate").filter(case=case)
    return bool(dates.filter(task__end__isnull=True).exists())


def looks_again_at_agreement(case: Case, stage: str) -> bool:
    """Return whether a day stands to look again: of the monitoring, or set with what a 支援会議 decided (meetings/)."""
    if looks_again(case, stage):
        return True
    agreed = _rows("Decision").filter(case=case, is_meeting_only=True, end__isnull=True)
    minutes = _rows("Minutes").filter(agenda__in=agreed.values("agenda"), review_on__isnull=False)
    keys = [each.review_key for each in minutes]
    return bool(_rows("Task").filter(case=case, pk__in=keys, end__isnull=True).exists())


def has_plan(case: Case, stage: str) -> bool:
    """Return whether a plan stands that was decided and whose decision was not replaced (planning/)."""
    decided = _rows("PlanDecision").filter(case=case, decision__end__isnull=True)
    return comes_back(case, stage) or bool(decided.exists())


def has_agreed(case: Case, stage: str) -> bool:
    """Return whether something that a 支援会議 decided stands (申合せ)."""
    agreed = _rows("Decision").filter(case=case, is_meeting_only=True, end__isnull=True)
    return comes_back(case, stage) or bool(agreed.exists())


def is_on_agenda(case: Case, stage: str) -> bool:
    """Return whether the case is on the agenda of a meeting (meetings/), not of one from before it last stood here."""
    items = _rows("AgendaItem").filter(case=case, removal__isnull=True)
    left = _rows("CaseEvent").filter(case=case, verb="stage_changed", before__stage=stage)
    since = left.order_by("-at").values_list("at", flat=True).first()
    if since:
        items = items.filter(meeting__held_at__gte=since)
    return comes_back(case, stage) or bool(items.exists())


def has_new_plan(case: Case, stage: str) -> bool:
    """Return whether a version of the plan was written since the case came to be planned anew (planning/).

    A 支援会議 from that day on does without one. An emergency meanwhile begins nothing anew.
    """
    plans = _rows("Plan").filter(case=case)
    support = _rows("AgendaItem").filter(case=case, removal__isnull=True, kind=SUPPORT)
    came = _rows("CaseEvent").filter(case=case, verb="stage_changed", after__stage=Stage.REPLANNING)
    came = came.exclude(before__stage=Stage.EMERGENCY)
    since = came.order_by("-at").values_list("at", flat=True).first()
    if since:
        plans = plans.filter(made_at__gte=since)
        support = support.filter(meeting__held_at__date__gte=timezone.localdate(since))
    return bool(plans.exists() or support.exists())


def comes_back(case: Case, stage: str) -> bool:
    """Return whether a stage is where the case stood before its emergency or its rest: it begins nothing anew."""
    if case.stage == Stage.SUSPENDED:
        rested = _rows("Suspension").filter(case=case).order_by("-decided_at", "-pk")
        return bool(rested.values_list("stage_before", flat=True).first() == stage)
    return stage_before_emergency(case) == stage


def is_assessed(case: Case, stage: str) -> bool:
    """Return whether a version of the assessment was fixed (assessments/)."""
    return bool(_rows("Assessment").filter(case=case).exists())


def is_evaluated(case: Case, stage: str) -> bool:
    """Return whether every decision that holds was evaluated since the case came here, the last time with this outcome.

    One that was made meanwhile in place of none, as the meeting's to end the support, follows from the evaluation: there is nothing to
    evaluate of it yet.
    """
    done = _rows("Evaluation").filter(case=case)
    came = _rows("CaseEvent").filter(case=case, verb="stage_changed", after__stage=Stage.EVALUATION)
    since = came.order_by("-at").values_list("at", flat=True).first()
    standing = _rows("Decision").filter(case=case, end__isnull=True)
    if since:
        done = done.filter(recorded_at__gte=since)
        instead = _rows("DecisionEnd").filter(decision=OuterRef("pk"))
        standing = standing.exclude(~Exists(instead), recorded_at__gt=since)
    if standing.filter(~Exists(done.filter(decision=OuterRef("pk")))).exists():
        return False
    last = done.order_by("-recorded_at").values_list("outcome", flat=True).first()
    return last in (None, OUTCOMES[stage])


# From where ("" for wherever), whereto: what must hold, and what to do where it does not.
Guard = tuple[Callable[["Case", str], bool], str | Promise]
GUARDS: dict[tuple[str, str], tuple[Guard, ...]] = {
    ("", Stage.MEETING): (
        (
            is_on_agenda,
            _("会議付議に進む前に、このケースを会議の議題にしてください。ケースの画面の「会議の議題にする」からできます。"),
        ),
    ),
    ("", Stage.AGREED): (
        (
            has_agreed,
            _("申合せに進むのは、支援会議で決めたことがあるときです。支援会議の議題の画面で議事録を書き、「決定を書いて確定する」から決定してください。"),
        ),
        (
            looks_again_at_agreement,
            _("申合せに進む前に、見直す日を決めてください。支援会議の議事録に「見直しの日」がないときは、ケースの画面の「モニタリング」で、「次のモニタリングの日」として決められます。"),
        ),
    ),
    ("", Stage.ACTIVE): (
        (
            has_plan,
            _("支援実施に進む前に、プランを決定してください。ケースの画面の「支援プランを見る」から決定できます。"),
        ),
        (
            looks_again,
            _("支援実施に進む前に、「次のモニタリングの日」を決めてください。ケースの画面の「モニタリング」で決められます。"),
        ),
    ),
    (Stage.ASSESSMENT, Stage.PLANNING): (
        (
            is_assessed,
            _("アセスメントの版を確定してから、プラン作成に進みます。ケースの画面の「アセスメント」で確定できます。"),
        ),
    ),
    # No four seats here, nor from プラン作成: a 支援会議 needs no plan, and seats are taken at the table. The decision asks for them (planning/).
    (Stage.REPLANNING, Stage.MEETING): (
        (
            has_new_plan,
            _("再プランから会議付議に進む前に、支援プランの新しい版を書いてください。ケースの画面の「支援プランを見る」から書けます。前の版は残ります。支援会議の議題にしたときは、プランがなくても進めます。"),
        ),
    ),
    **{
        (Stage.EVALUATION, stage): (
            (
                is_evaluated,
                _("先に、いま有効な決定をすべて評価してください。進めるのは、評価シートの「これからのこと」で選んだ段階です。"),
            ),
        )
        for stage in OUTCOMES
    },
}  # fmt: skip


def stage_before_emergency(case: Case) -> str:
    """Return where a case stood when its emergency broke out; empty outside one, and for a case that rested: that has a way of its own."""
    if case.stage != Stage.EMERGENCY:
        return ""
    broke_out = _rows("CaseEvent").filter(case=case, verb="stage_changed", after__stage=Stage.EMERGENCY)
    before = broke_out.order_by("-at").values_list("before__stage", flat=True).first()
    return "" if before in (None, Stage.SUSPENDED) else str(before)


def refuse_ended(case: Case) -> None:
    """Raise NotAllowed if a case has ended: nothing is handed over, put on a table or decided in it any more."""
    if type(case).objects.filter(pk=case.pk).exclude(stage__in=OPEN_STAGES).exists():
        raise NotAllowed(
            _("このケースは、もう終わっています。続けるときは、再相談として受け付けてください。")
        )


def refusal_of(case: Case, stage: str) -> str:
    """Return why a case may not enter a stage yet; empty if it may."""
    for key in (("", stage), (case.stage, stage)):
        for holds, words in GUARDS.get(key, ()):
            if not holds(case, stage):
                return str(words)
    return ""


def sheet_of(case: Case, stage: str) -> str:
    """Return what has to be written down on the way to a stage, as a refusal of going without; empty for nothing."""
    if stage == Stage.CLOSED:
        return str(_("ケースを終えるときは、終結シートを書きます。"))
    if stage == Stage.CLOSED_INFO:
        return str(
            _(
                "情報だけをお知らせして終えるときは、「振り分け」の画面で決めます。もう1人の職員と確かめて、その人を選びます。"
            )
        )
    if stage == Stage.SUSPENDED:
        return str(_("中断するときは、理由と見直しの日を書きます。"))
    if case.stage == Stage.SUSPENDED and stage != Stage.EMERGENCY:
        return str(_("中断しているケースは、「中断を終える」から進めます。"))
    return ""
