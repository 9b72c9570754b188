"""Writing the case itself."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import members_of
from permissions.agencies.models import Agency, Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .guards import refusal_of, sheet_of
from .models import Case, NumberSeries
from .states import FLOW_OF_STAGE, Stage
from .words import stage_label, stages_after


def next_number(series: str) -> str:
    """Return the next number of a series, as ``K-2026-0001``: gapless, counted over the whole city and year."""
    return next_numbers(series, 1)[0]


@transaction.atomic
def next_numbers(series: str, count: int) -> list[str]:
    """Return so many numbers of a series, one after the other; whoever else wants one waits for the caller's transaction."""
    year = timezone.localdate().year
    NumberSeries.objects.bulk_create([NumberSeries(name=series, year=year)], ignore_conflicts=True)
    row = NumberSeries.objects.select_for_update(no_key=True).get(name=series, year=year)
    first = row.last + 1
    row.last += count
    row.save(update_fields=["last"])
    return [f"{series}-{year}-{number:04d}" for number in range(first, row.last + 1)]


@transaction.atomic
def create_case(*, by: Viewer) -> Case:
    """Create a case held by the acting agency of the center. Raises NotAllowed without the role for it."""
    if not by.may("casework.open_case"):
        raise NotAllowed(_("ケースを作る権限がありません。"))
    case = Case(number=next_number("K"), holder=by.agency, worker=by.membership)
    case.save(force_insert=True)
    record_event(by, "case_opened", case, case_id=case.pk, after={"holder": by.agency.pk})
    return case


@transaction.atomic
def move_to_stage(case: Case, *, stage: str, by: Viewer, with_sheet: bool = False) -> None:
    """Move a case to a stage that may follow (states.py) and that the city uses, or out of an emergency to where it was; the flow
    follows the stage.

    Raises NotAllowed if the stage may not follow, also when a colleague was quicker, and where the case lacks what
    the stage rests on, or is written on the way (guards.py; ``with_sheet``: it is).
    """
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    if not with_sheet and (sheet := sheet_of(locked, stage)):
        raise NotAllowed(sheet)
    if stage not in stages_after(locked):
        raise NotAllowed(
            _("「%(now)s」から「%(next)s」へは進めません。")
            % {"now": locked.get_stage_display(), "next": stage_label(stage)}
        )
    if refusal := refusal_of(locked, stage):
        raise NotAllowed(refusal)
    before = {"stage": locked.stage, "flow": locked.flow}
    locked.stage = stage
    locked.flow = FLOW_OF_STAGE.get(Stage(stage), locked.flow)
    locked.save(update_fields=["stage", "flow"])
    record_event(
        by,
        "stage_changed",
        locked,
        case_id=locked.pk,
        before=before,
        after={"stage": stage, "flow": locked.flow},
    )


@transaction.atomic
def hand_over_case(case: Case, *, to: Agency, worker: Membership | None, by: Viewer) -> None:
    """Let another agency hold a case from now on: exactly one does at every moment. ``worker`` belongs to it, or nobody yet.

    Raises NotAllowed without the right to share: who holds a case is an outcome of the center's decisions.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("担当する機関を変える権限がありません。"))
    locked = Case.objects.select_for_update(no_key=True).get(pk=case.pk)
    before = {"holder": locked.holder_id, "worker": locked.worker_id}
    locked.holder, locked.worker = to, worker
    locked.save(update_fields=["holder", "worker"])
    after = {"holder": to.pk, "worker": worker.pk if worker else None}
    record_event(by, "case_handed_over", locked, case_id=locked.pk, before=before, after=after)
    told = [worker.pk] if worker else members_of(to.pk, permission="casework.answer_role")
    notify(NotificationKind.HOLDER, locked, to=told, by=by)
    case.holder, case.worker = to, worker
