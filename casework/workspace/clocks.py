"""Jobs of the worker's clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db.models import F
from django.utils import timezone

from casework.accompanying.selectors import silent_cases_for
from casework.assessments.asking import open_requests_for
from casework.assessments.models import AssessmentRequest
from casework.closing.actions import leave_ends_of_watches
from casework.codes.settings import count_of
from casework.consent.models import Consent
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.models import Notification
from casework.plans.models import RoleRow
from casework.plans.selectors import MOST_SILENT, unanswered_roles_for
from casework.sharing.items import Item
from casework.sharing.selectors import lines_reaching
from casework.tasks.models import Task
from permissions.agencies.models import Membership
from permissions.agencies.selectors import viewer_for_membership
from permissions.agencies.years import today
from permissions.roles import ROLES
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow
from permissions.walls.context import acting_for

from .duties import TALK_DAYS, Duty, DutyFilter, DutyKind, duties_for
from .promises import declined_roles_for, overdue_roles_for

# How many days before: a consent is asked for anew with time to spare.
BEGUN_WITHIN = dt.timedelta(days=3)
DAYS_BEFORE = {DutyKind.TASK: 1, DutyKind.ROLE: 3, DutyKind.CONSENT: 14, DutyKind.ASSESSMENT: 3}
MODELS: dict[DutyKind, tuple[type[Any], str]] = {
    DutyKind.TASK: (Task, "task"),
    DutyKind.ROLE: (RoleRow, "role"),
    DutyKind.CONSENT: (Consent, "consent"),
    DutyKind.ASSESSMENT: (AssessmentRequest, "request"),
}


def remind_deadlines() -> None:
    """Tell everybody once of each deadline of theirs that comes near. Asked in their own name, at their own doors."""
    readers = [code for code, role in ROLES.items() if role.reads_cases]
    for key in Membership.objects.live().filter(role__in=readers).order_by("pk").values_list("pk", flat=True):
        viewer = viewer_for_membership(key)
        if viewer is not None:
            with acting_for(viewer):
                _remind(viewer)


def _remind(viewer: Viewer) -> None:
    leave_ends_of_watches(viewer)  # before what has to be done is read
    _tell_of_begun(viewer)
    _remind_of_silence(viewer)
    _remind_of_promises(viewer)
    _remind_of_refusals(viewer)
    _remind_of_requests(viewer)
    _remind_of_talks(viewer)
    for duty in _near(viewer):
        model, column = MODELS[DutyKind(duty.kind)]
        told = Notification.objects.filter(
            membership=viewer.membership, kind=NotificationKind.DEADLINE, **{column: duty.key}
        )
        if not told.exists():
            notify(NotificationKind.DEADLINE, model(pk=duty.key), to=[viewer.membership.pk])


def _tell_of_begun(viewer: Viewer) -> None:
    """Tell of what was shared for a later day, once it has begun."""
    begun = lines_reaching(viewer).filter(
        starts_at__gt=ClockNow() - BEGUN_WITHIN, added_at__lt=F("starts_at")
    )
    for line in begun.exclude(item=Item.REFERRAL).select_related("case"):
        told = Notification.objects.filter(
            membership=viewer.membership, kind=NotificationKind.SHARE, case=line.case, at__gte=line.starts_at
        )
        if not told.exists():
            notify(NotificationKind.SHARE, line.case, to=[viewer.membership.pk])


def _remind_of_silence(viewer: Viewer) -> None:
    """Tell of roles nobody has answered: the agency and who works on the case each few days, in the end the chiefs.

    Silence is never agreement (domain.md 1.6): a role stays 未回答 however often it was reminded of.
    """
    day, every, patience = today(), count_of("role_reminder"), count_of("role_chief")
    for role in unanswered_roles_for(viewer):
        silent = (day - timezone.localtime(role.row.decision.recorded_at).date()).days
        if silent >= every * (1 if _is_concerned(viewer, role.row) else patience + 1):
            _remind_of_role(viewer, role.row, NotificationKind.ROLE_LATE, day=day, every=every)


def _remind_of_promises(viewer: Viewer) -> None:
    """Tell of roles that were taken on until a day, from that day on, as of silence: until a result is reported."""
    day, every, patience = today(), count_of("role_reminder"), count_of("role_chief")
    for row in overdue_roles_for(viewer).select_related("case", "decision")[:MOST_SILENT]:
        late = (day - row.until_on).days
        if _is_concerned(viewer, row) or late >= every * patience:
            _remind_of_role(viewer, row, NotificationKind.ROLE_OVERDUE, day=day, every=every)


def _remind_of_refusals(viewer: Viewer) -> None:
    """Tell who works on a case of roles that nobody takes on, as of silence, until something else was decided."""
    day, every, patience = today(), count_of("role_reminder"), count_of("role_chief")
    if not viewer.sees_all_cases:
        return
    for row in declined_roles_for(viewer).select_related("case", "decision")[:MOST_SILENT]:
        open_days = (day - timezone.localtime(row.last_at).date()).days
        if open_days >= every * (1 if _is_concerned(viewer, row) else patience + 1):
            _remind_of_role(viewer, row, NotificationKind.ROLE_DECLINED, day=day, every=every)


def _remind_of_talks(viewer: Viewer) -> None:
    """Tell who works on a case once of each talk that comes near or is late: since the last one, or ever."""
    for case in silent_cases_for(viewer, within_days=TALK_DAYS).filter(worker=viewer.membership):
        told = Notification.objects.filter(
            membership=viewer.membership, kind=NotificationKind.TALK, case=case.pk
        )
        if case.talked_at:
            told = told.filter(at__gt=case.talked_at)
        if not told.exists():
            notify(NotificationKind.TALK, case, to=[viewer.membership.pk])


def _remind_of_requests(viewer: Viewer) -> None:
    """Tell of parts of an assessment that were asked for until a day that has gone by, as of roles: until they are written."""
    day, every, patience = today(), count_of("role_reminder"), count_of("role_chief")
    for row in open_requests_for(viewer).filter(until_on__lt=day).select_related("case")[:MOST_SILENT]:
        is_asked = row.agency_id == viewer.agency.pk and viewer.may("casework.assess")
        asks = viewer.sees_all_cases and viewer.membership.pk in (row.case.worker_id, row.asked_by_id)
        is_chiefs = viewer.membership.role == "chief" and (day - row.until_on).days >= every * patience
        if is_asked or asks or is_chiefs:
            _remind_again(viewer, row, "request", NotificationKind.ASSESS_LATE, day=day, every=every)


def _is_concerned(viewer: Viewer, row: Any) -> bool:
    """Return whether somebody answers for a role, works on its case, or decided on it."""
    if row.agency_id == viewer.agency.pk and viewer.may("casework.answer_role"):
        return True
    return viewer.sees_all_cases and viewer.membership.pk in (row.case.worker_id, row.decision.decided_by_id)


def _remind_of_role(viewer: Viewer, row: Any, kind: str, *, day: dt.date, every: int) -> None:
    """Tell somebody whom it concerns, and a chief, unless they were told within so many days."""
    if not (_is_concerned(viewer, row) or viewer.membership.role == "chief"):
        return
    _remind_again(viewer, row, "role", kind, day=day, every=every)


def _remind_again(viewer: Viewer, row: Any, column: str, kind: str, *, day: dt.date, every: int) -> None:
    """Tell somebody, unless they were told within so many days."""
    told = Notification.objects.filter(membership=viewer.membership, kind=kind, **{column: row})
    last = told.order_by("-at").values_list("at", flat=True).first()
    if last is None or (day - timezone.localtime(last).date()).days >= every:
        notify(kind, row, to=[viewer.membership.pk])


def _near(viewer: Viewer) -> Iterator[Duty]:
    for kind, days in DAYS_BEFORE.items():
        for duty in duties_for(viewer, DutyFilter(kind=kind)):
            is_mine = duty.is_of(viewer.membership.pk) or (
                kind in (DutyKind.ROLE, DutyKind.ASSESSMENT) and duty.agency == viewer.agency.pk
            )
            if is_mine and duty.days_left is not None and duty.days_left <= days:
                yield duty
