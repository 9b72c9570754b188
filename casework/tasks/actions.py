"""Writing down what has to be done until when, and that it was."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.concealment.guard import add_all
from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.once import made_before
from casework.sharing.actions import Label
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Task, TaskEnd, TaskEndKind
from .selectors import may_own

if TYPE_CHECKING:
    from casework.cases.models import Case


# How many days before a day that takes preparing somebody is reminded of it (domain.md 10.C: a residence card).
AHEAD_DAYS = (60, 30, 14)
MOST_WORDS = 185  # so that the days fit beside them


@dataclass(frozen=True)
class TaskDraft:
    """What has to be done until when by whom; the label says whom and what it is about. Days are those of Japan."""

    label: Label
    what: str
    due_on: dt.date
    owner: Membership


@transaction.atomic
def add_task(
    case: Case, draft: TaskDraft, *, by: Viewer, note: Any = None, key: uuid.UUID | None = None
) -> Task:
    """Write down a next action. The same ``key`` gives the same task again. Its owner is told.

    Raises NotAllowed for one that says nothing, and for an owner without the center's duty or who must not see the case.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("期限を書く権限がありません。"))
    before: Task | None = made_before(Task, key)
    if before:
        return before
    if not draft.what.strip():
        raise NotAllowed(_("することを書いてください。"))
    if not may_own(draft.owner):
        raise NotAllowed(_("この人には頼めません。センターの職員から選んでください。"))
    task = Task(
        id=key or uuid.uuid4(),
        case=case,
        person_id=draft.label.person_id,
        item=draft.label.item,
        what=draft.what.strip(),
        due_on=draft.due_on,
        owner=draft.owner,
        note=note,
        made_by=by.membership,
    )
    add_all(Task, [task])
    after = {"due_on": draft.due_on.isoformat(), "owner": draft.owner.pk}
    record_event(
        by, "task_added", task, case_id=case.pk, person_id=task.person_id, item=task.item, after=after
    )
    notify(NotificationKind.TASK, task, to=[draft.owner.pk], by=by)
    return task


@transaction.atomic
def add_task_ahead(case: Case, draft: TaskDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Task:
    """Write down a day that takes preparing, as a residence card's: the day itself, and a task each of AHEAD_DAYS before it.

    Those that are past are left out. The same ``key`` gives the same tasks again. Raises as ``add_task`` does.
    """
    today = timezone.localdate()
    for days in AHEAD_DAYS:
        due_on = draft.due_on - dt.timedelta(days=days)
        if due_on > today:
            what = _("%(what)s（%(days)d日前）") % {"what": draft.what.strip()[:MOST_WORDS], "days": days}
            step = replace(draft, what=what, due_on=due_on)
            add_task(case, step, by=by, key=uuid.uuid5(key, str(days)) if key else None)
    return add_task(case, draft, by=by, key=key)


@transaction.atomic
def end_task(task: Task, *, kind: str, words: str = "", by: Viewer) -> TaskEnd:
    """Say that a task was done, or dropped and why. Raises NotAllowed if it has ended already."""
    if not by.may("casework.write_note"):
        raise NotAllowed(_("期限を終える権限がありません。"))
    if kind == TaskEndKind.DROPPED and not words.strip():
        raise NotAllowed(_("やめる理由を書いてください。"))
    end = TaskEnd(
        task=task,
        case_id=task.case_id,
        person_id=task.person_id,
        item=task.item,
        kind=kind,
        words=words.strip(),
        ended_by=by.membership,
    )
    try:
        with transaction.atomic():
            add_all(TaskEnd, [end])
    except IntegrityError as error:
        raise NotAllowed(_("この期限は、ほかの人が先に終えました。")) from error
    record_event(
        by,
        "task_ended",
        end,
        case_id=task.case_id,
        person_id=task.person_id,
        item=task.item,
        after={"kind": kind},
    )
    return end
