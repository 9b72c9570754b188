"""Telling people, in the transaction of what happened; and what they do with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Model, QuerySet

from permissions.audit.actions import record
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .kinds import SUBJECTS
from .models import MailChoice, Notification

_COLUMNS = {model.lower(): name for name, model in SUBJECTS.items()}


def notify(kind: str, subject: Model, *, to: Iterable[int], by: Viewer | None = None) -> None:
    """Tell memberships that something happened to ``subject``; not whoever did it. Belongs to the caller's transaction.

    Effects: a row each, and one task that mails those who want it a number and a link (tasks.py).
    """
    _tell(kind, subject, to=to, by=by, mails=True)


def notify_without_mail(kind: str, subject: Model, *, to: Iterable[int], by: Viewer | None = None) -> None:
    """Tell memberships as ``notify`` does, where another mail goes out already."""
    _tell(kind, subject, to=to, by=by, mails=False)


def _tell(kind: str, subject: Model, *, to: Iterable[int], by: Viewer | None, mails: bool) -> None:
    from .tasks import mail_notifications  # noqa: PLC0415 -- the task imports models that import this room

    told = sorted(set(to) - ({by.membership.pk} if by else set()))
    if not told:
        return
    column = _COLUMNS[subject._meta.label_lower]
    rows = [Notification(membership_id=each, kind=kind, **{f"{column}_id": subject.pk}) for each in told]
    Notification.objects.bulk_create(rows)
    if mails:
        mail_notifications.enqueue([[row.membership_id, str(row.pk)] for row in rows])


@transaction.atomic
def mark_read(keys: Iterable[uuid.UUID], *, by: Viewer) -> int:
    """Mark these of one's own as read; return how many were not. A second time, or from another tab, changes nothing."""
    count = _own(keys, by).filter(read_at__isnull=True).update(read_at=ClockNow())
    if count:
        record(by, "notifications_read", None, detail={"count": count})
    return count


@transaction.atomic
def mark_unread(keys: Iterable[uuid.UUID], *, by: Viewer) -> int:
    """Take the mark back; return how many had it."""
    count = _own(keys, by).filter(read_at__isnull=False).update(read_at=None)
    if count:
        record(by, "notifications_unread", None, detail={"count": count})
    return count


def _own(keys: Iterable[uuid.UUID], by: Viewer) -> QuerySet[Notification]:
    return Notification.objects.filter(membership=by.membership, pk__in=list(keys))


@transaction.atomic
def choose_mails(*, is_off: bool, by: Viewer) -> None:
    """Switch one's mails off, or on again. The list goes on as before."""
    row, is_new = MailChoice.objects.get_or_create(membership=by.membership, defaults={"is_off": is_off})
    if not is_new:
        MailChoice.objects.filter(pk=row.pk).update(is_off=is_off)
    record(by, "mails_switched", row, detail={"is_off": is_off})
