"""Writing down how a case goes, and when somebody looks again."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.once import made_before
from casework.plans.models import RoleRow
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.tasks.models import TaskEndKind
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Monitoring, MonitoringDate, MonitoringTick, MonitoringTrigger, Tick
from .selectors import current_roles_for, dates_for

# Until then somebody decides whether a meeting is wanted earlier than planned.
EARLY_MEETING_DAYS = 7


@dataclass(frozen=True)
class TickDraft:
    """How one role goes."""

    role: RoleRow
    tick: str
    note: str = ""


@dataclass(frozen=True)
class MonitoringDraft:
    """What was looked at. Days are those of Japan; ``triggers`` are codes of the list meeting_trigger."""

    monitored_on: dt.date
    method: str
    next_on: dt.date
    next_owner: Membership
    has_met: bool = False
    words: str = ""
    ticks: tuple[TickDraft, ...] = ()
    triggers: tuple[str, ...] = ()


def lacking(draft: MonitoringDraft) -> dict[str, str]:
    """Return what stands against it, by field."""
    found: dict[str, str] = {}
    today = timezone.localdate()
    if draft.monitored_on > today:
        found["monitored_on"] = _("確かめた日が、先の日になっています。")
    if draft.next_on <= draft.monitored_on or draft.next_on < today:
        found["next_on"] = _("次のモニタリングの日は、確かめた日よりあとの、今日からの日にしてください。")
    if not draft.ticks and not draft.words.strip():
        found["words"] = _("役割の進みぐあいか、世帯のようすを書いてください。")
    return found


@transaction.atomic
def record_monitoring(
    case: Case, draft: MonitoringDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> Monitoring:
    """Write down how a case goes; the next date takes the place of the open one. The same ``key`` gives the same again.

    Raises NotAllowed for what ``lacking`` says, for a role that does not hold any more, and for a case that is over. With a
    trigger, whoever looks next is asked to decide about an early meeting.
    """
    before: Monitoring | None = made_before(Monitoring, key)
    if before:
        return before
    locked = _open_case(case, by)
    for missing in lacking(draft).values():
        raise NotAllowed(missing)
    _check_ticks(locked, draft, by)
    row = Monitoring(
        id=key or uuid.uuid4(), case=locked, monitored_on=draft.monitored_on, method=draft.method,
        has_met=draft.has_met, words=draft.words.strip(), next_on=draft.next_on, recorded_by=by.membership,
    )  # fmt: skip
    add_all(Monitoring, [row])
    _add_ticks(row, draft.ticks)
    triggers = tuple(dict.fromkeys(draft.triggers))
    for code in triggers:
        MonitoringTrigger(case=locked, monitoring=row, code=code).save(force_insert=True)
    after = {"next_on": draft.next_on.isoformat(), "ticks": len(draft.ticks), "triggers": len(triggers)}
    record_event(by, "monitored", row, case_id=locked.pk, item=Item.PLAN, after=after)
    _set_date(locked, draft.next_on, draft.next_owner, by, ends=TaskEndKind.DONE)
    if triggers:
        due = timezone.localdate() + dt.timedelta(days=EARLY_MEETING_DAYS)
        what = _("早めに会議を開くかを決める")
        add_task(locked, TaskDraft(Label(None, Item.PLAN), what, due, draft.next_owner), by=by)
    return row


@transaction.atomic
def set_next_monitoring(case: Case, *, on: dt.date, owner: Membership, by: Viewer) -> MonitoringDate:
    """Say when somebody looks again, in place of what held. Raises NotAllowed for a day gone by and a case that is over."""
    locked = _open_case(case, by)
    if on < timezone.localdate():
        raise NotAllowed(_("次のモニタリングの日が、過ぎた日になっています。"))
    row = _set_date(locked, on, owner, by, ends=TaskEndKind.DROPPED)
    record_event(
        by, "monitoring_date_set", row, case_id=locked.pk, item=Item.PLAN, after={"on": on.isoformat()}
    )
    return row


@transaction.atomic
def end_monitoring_dates(case: Case, *, words: str, by: Viewer) -> None:
    """Drop the next date of a case: it rests or has ended. Belongs to the caller's transaction."""
    for date in dates_for(by, case):
        end_task(date.task, kind=TaskEndKind.DROPPED, words=words, by=by)


def _open_case(case: Case, by: Viewer) -> Case:
    if not (by.sees_all_cases and by.may("casework.write_note")):
        raise NotAllowed(_("モニタリングを記録する権限がありません。"))
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if locked.stage not in OPEN_STAGES:
        raise NotAllowed(_("このケースは、もう終わっています。"))
    return locked


def _check_ticks(case: Case, draft: MonitoringDraft, by: Viewer) -> None:
    current = {role.row.pk for role in current_roles_for(by, case)}
    if any(tick.role.pk not in current for tick in draft.ticks):
        raise NotAllowed(_("役割が新しい決定で変わりました。画面を開き直して、書き直してください。"))
    if any(tick.tick == Tick.CHANGE and not tick.note.strip() for tick in draft.ticks):
        raise NotAllowed(_("「変更が必要」のときは、何を変えるかを書いてください。"))


def _add_ticks(row: Monitoring, drafts: tuple[TickDraft, ...]) -> None:
    ticks = [
        MonitoringTick(
            monitoring=row, role=draft.role, case_id=row.case_id, person_id=draft.role.person_id,
            item=draft.role.item, monitored_on=row.monitored_on, tick=draft.tick, note=draft.note.strip(),
        )
        for draft in drafts
    ]  # fmt: skip
    add_all(MonitoringTick, ticks)


def _set_date(case: Case, on: dt.date, owner: Membership, by: Viewer, *, ends: str) -> MonitoringDate:
    for open_date in dates_for(by, case):
        words = "" if ends == TaskEndKind.DONE else _("モニタリングの日を決め直した")
        end_task(open_date.task, kind=ends, words=words, by=by)
    draft = TaskDraft(Label(None, Item.PLAN), _("モニタリング"), on, owner)
    row = MonitoringDate(case=case, task=add_task(case, draft, by=by))
    row.save(force_insert=True)
    return row
