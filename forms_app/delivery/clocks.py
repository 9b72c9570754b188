"""What the worker does by the clock."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.core.mail import mail_managers
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from forms_app.walls import DELIVER_JOB
from permissions.walls.clock import ClockNow
from permissions.walls.context import clock

from .actions import deliver_row
from .models import OutboxRow
from .selectors import stuck_rows

logger = logging.getLogger(__name__)

AT_ONCE = 200
ALARM_AGAIN_AFTER = dt.timedelta(hours=1)


def retry_stuck() -> None:
    """Try what is due again, then raise the alarm for what is stuck."""
    for outbox_id in _due():
        deliver_row(outbox_id)
    if stuck := _newly_alarming():
        _raise_alarm(stuck)


def _due() -> list[uuid.UUID]:
    with clock(DELIVER_JOB):
        due = OutboxRow.objects.filter(taken_at=None, next_try_at__lte=ClockNow())
        return list(due.order_by("next_try_at").values_list("pk", flat=True)[:AT_ONCE])


def _newly_alarming() -> list[uuid.UUID]:
    """Return the stuck rows that nobody was told about in the last hour, and mark them as told."""
    with clock(DELIVER_JOB):
        quiet = Q(alarmed_at=None) | Q(alarmed_at__lte=ClockNow() - ALARM_AGAIN_AFTER)
        stuck = list(stuck_rows().filter(quiet).values_list("pk", flat=True))
        OutboxRow.objects.filter(pk__in=stuck).update(alarmed_at=timezone.now())
    return stuck


def _raise_alarm(stuck: list[uuid.UUID]) -> None:
    """Tell the log and the managers (settings.MANAGERS); ids only, because mail is read by others."""
    listed = "\n".join(str(outbox_id) for outbox_id in stuck)
    logger.error("%d submissions are stuck in the outbox: %s", len(stuck), listed.replace("\n", " "))
    mail_managers(
        _("相談が受信箱に届いていません（%d件）") % len(stuck),
        _("引き渡し待ちのまま止まっています。相談の内容は失われていません。") + f"\n\n{listed}\n",
        fail_silently=True,
    )
