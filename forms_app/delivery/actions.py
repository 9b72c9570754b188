"""Handing submissions on, exactly once each."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from forms_app.submissions.models import Submission
from forms_app.walls import DELIVER_JOB
from permissions.hooks import tell
from permissions.walls.context import clock

from .models import OutboxRow
from .payload import payload_of
from .signals import submission_delivered

logger = logging.getLogger(__name__)

LONGEST_WAIT = dt.timedelta(hours=1)


def deliver_row(outbox_id: uuid.UUID | str) -> bool:
    """Hand one submission to the receivers and mark it taken, in one transaction; return whether it was.

    A row that is taken, or that another worker has in hand, is left alone. Without a receiver it stays. A
    receiver that raises costs an attempt; its writes are rolled back and the row waits longer each time.
    """
    with clock(DELIVER_JOB):
        waiting = OutboxRow.objects.select_for_update(skip_locked=True).filter(taken_at=None)
        row = waiting.filter(pk=outbox_id).first()
        if row is None or not (is_read_here() or submission_delivered.has_listeners(Submission)):
            return False
        return _hand_over(row)


def is_read_here() -> bool:
    """Whether the center reads submissions in /forms/inbox/, because no app takes them up."""
    return bool(getattr(settings, "MARUGOTO_FORMS_INBOX", False))


def _hand_over(row: OutboxRow) -> bool:
    related = ("revision", "receipt", "destination_agency")
    submission = Submission.objects.select_related(*related).get(pk=row.submission_id)
    row.attempts += 1
    if is_read_here() or not submission.destination_agency.is_center:
        return _taken(
            row
        )  # its own agency reads it in /forms/inbox/; the center does not (architecture.md 4)
    try:
        with transaction.atomic():
            submission_delivered.send(
                sender=Submission, submission_id=submission.pk, payload=payload_of(submission)
            )
    except Exception as error:  # noqa: BLE001 -- the border to code that we do not know
        _put_off(row, error)
        return False
    return _taken(row)


def _taken(row: OutboxRow) -> bool:
    row.taken_at = timezone.now()
    row.last_error = ""
    row.save(update_fields=["attempts", "taken_at", "last_error"])
    tell("marugoto_submission_received", submission_id=str(row.submission_id))
    return True


def _put_off(row: OutboxRow, error: Exception) -> None:
    """Wait 1, 2, 4 … minutes. Only the kind of the error is kept: its text may hold what somebody wrote."""
    row.last_error = type(error).__name__[:100]
    row.next_try_at = timezone.now() + min(dt.timedelta(minutes=2 ** min(row.attempts - 1, 10)), LONGEST_WAIT)
    row.save(update_fields=["attempts", "last_error", "next_try_at"])
    logger.warning("outbox row %s not delivered, attempt %d: %s", row.pk, row.attempts, row.last_error)
