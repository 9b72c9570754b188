"""Letting a case rest until a day, and letting it go on."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.cases.words import offered_stages
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.meetings.held import refuse_not_held
from casework.meetings.models import AgendaItem
from casework.monitoring.actions import end_monitoring_dates, set_next_monitoring
from casework.once import made_before
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.tasks.models import Task, TaskEndKind
from casework.tasks.selectors import open_tasks_for
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Suspension, SuspensionEnd
from .selectors import suspension_of, ways_on


@dataclass(frozen=True)
class SuspensionDraft:
    """Why a case rests and until when somebody looks again. ``reason`` is a code of the list suspend_reason."""

    reason: str
    review_on: dt.date
    reviewer: Membership
    words: str = ""
    decided_in: str = ""
    agenda: AgendaItem | None = None


def lacking(by: Viewer, draft: SuspensionDraft) -> dict[str, str]:
    """Return what stands against it, by field."""
    found: dict[str, str] = {}
    if draft.review_on <= timezone.localdate():
        found["review_on"] = _("見直しの日は、明日からあとの日にしてください。")
    if by.role != "chief" and not (draft.agenda or draft.decided_in.strip()):
        found["decided_in"] = _("中断は、センター長か会議が決めます。どの会議で決めたかを書いてください。")
    return found


@transaction.atomic
def suspend_case(
    case: Case, draft: SuspensionDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Suspension:
    """Let a case rest, or rest on until another day. The same ``key`` gives the same again.

    Raises NotAllowed where ``lacking`` says so, for a meeting that was not held about this case, and where the stage may not rest now. Effects: the review becomes a task in place of
    the one before; the next monitoring is dropped.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("中断を決める権限がありません。"))
    before: Suspension | None = made_before(Suspension, key)
    if before:
        return before
    for missing in lacking(by, draft).values():
        raise NotAllowed(missing)
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if draft.agenda:
        refuse_not_held(locked, draft.agenda, by)
    resting = suspension_of(by, locked)
    if resting:
        _end_review(resting.task, by)
    stage = locked.stage
    if stage != Stage.SUSPENDED:
        move_to_stage(locked, stage=Stage.SUSPENDED, by=by, with_sheet=True)
    end_monitoring_dates(locked, words=_("ケースが中断した"), by=by)
    what = TaskDraft(Label(None, Item.PLAN), _("中断の見直し"), draft.review_on, draft.reviewer)
    row = Suspension(
        id=key or uuid.uuid4(), case=locked, stage_before=_stage_before(stage, resting), reason=draft.reason,
        words=draft.words.strip(), review_on=draft.review_on, task=add_task(locked, what, by=by),
        is_chiefs=by.role == "chief", agenda=draft.agenda, decided_in=draft.decided_in.strip(), decided_by=by.membership,
    )  # fmt: skip
    add_all(Suspension, [row])
    after = {"reason": draft.reason, "review_on": draft.review_on.isoformat()}
    record_event(by, "case_suspended", row, case_id=locked.pk, item=Item.PLAN, after=after)
    return row


def _stage_before(stage: str, resting: Suspension | None) -> str:
    """A case that rested before reasons were kept begins anew with the first talk."""
    if stage != Stage.SUSPENDED:
        return stage
    return resting.stage_before if resting else Stage.INTAKE


@transaction.atomic
def resume_case(
    case: Case, *, stage: str, words: str, by: Viewer, next_on: dt.date | None = None, next_owner: Membership | None = None
) -> None:  # fmt: skip
    """Let a case go on where it was, or talk about its end. ``next_on`` and ``next_owner``: the next monitoring, which support and 申合せ need.

    Raises NotAllowed without a reason, for another stage, and if a colleague was quicker.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("中断を決める権限がありません。"))
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if locked.stage != Stage.SUSPENDED:
        raise NotAllowed(_("このケースは、いま中断していません。"))
    if stage not in ways_on(by, locked) or stage not in offered_stages(locked.stage):
        raise NotAllowed(_("中断の前の段階か、終結判断へ進んでください。"))
    if not words.strip():
        raise NotAllowed(_("理由を書いてください。"))
    resting = suspension_of(by, locked)
    if next_on and next_owner:
        set_next_monitoring(locked, on=next_on, owner=next_owner, by=by)
    move_to_stage(locked, stage=stage, by=by, with_sheet=True)
    if resting:
        _end_review(resting.task, by)
        end = SuspensionEnd(
            suspension=resting, case=locked, stage=stage, words=words.strip(), ended_by=by.membership
        )
        add_all(SuspensionEnd, [end])
    record_event(
        by, "case_resumed", resting or locked, case_id=locked.pk, item=Item.PLAN, after={"stage": stage}
    )


def _end_review(task: Task, by: Viewer) -> None:
    """End the review's task unless somebody has by hand."""
    if open_tasks_for(by).filter(pk=task.pk).exists():
        end_task(task, kind=TaskEndKind.DONE, by=by)
