"""Receiving what citizens send: the only writer of submissions."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Sequence

import psycopg
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from forms_app.definitions.models import FormRevision
from forms_app.delivery.models import OutboxRow
from forms_app.delivery.tasks import deliver
from forms_app.fields.urgency import is_urgent
from forms_app.status.codes import (
    MOST_ATTEMPTS,
    IssuedReceipt,
    hash_phrase,
    issue_receipt,
    keyed_digest,
)
from forms_app.status.models import Receipt
from permissions.walls.context import receiving

from .given import GivenAnswer
from .models import Answer, Submission

logger = logging.getLogger(__name__)

FIRST_RETRY = dt.timedelta(minutes=1)
SENT_ONCE = "submission_sent_once"


def receive_submission(
    revision: FormRevision,
    answers: Sequence[GivenAnswer],
    *,
    key: str,
    language: str,
    source: str = "web",
) -> IssuedReceipt:
    """Store what a citizen sent and return the receipt, in one transaction with outbox row and task.

    The same ``key`` gives the same receipt; the same content under it is stored once, other content beside it.
    errors   DatabaseError when nothing was stored
    effects  queues the delivery, whose failing harms nothing here
    """
    with receiving(revision.form_id):
        issued = _keep_receipt(revision, key)
        submission = _submission(revision, answers, key=key, language=language, source=source)
        submission.receipt_id = issued.receipt_id
        if _is_new(submission):
            Answer.objects.bulk_create(_rows(submission, answers))
            _queue(submission)
    return issued


def _keep_receipt(revision: FormRevision, key: str) -> IssuedReceipt:
    """Insert the receipt of a key, or find that it is there. Nothing can be read here, only tried."""
    for attempt in range(MOST_ATTEMPTS):
        issued = issue_receipt(key, attempt=attempt)
        row = Receipt(
            pk=issued.receipt_id,
            form_id=revision.form_id,
            destination_agency_id=revision.form.destination_agency_id,
            reference_hash=issued.reference_hash,
            phrase_hash=hash_phrase(issued.phrase),
            hint=issued.hint,
            received_at=timezone.now(),
        )
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if _is_taken(row):
                return issued
            continue  # somebody else's receipt has this code: the next one
        return issued
    raise DatabaseError("no free reference code")


def _is_taken(row: Receipt) -> bool:
    """Return whether a receipt with this row's key exists; one with only the same code does not count."""
    row.reference_hash = uuid.uuid4().hex
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            transaction.set_rollback(True)
    except IntegrityError:
        return True
    return False


def _submission(
    revision: FormRevision, answers: Sequence[GivenAnswer], *, key: str, language: str, source: str
) -> Submission:
    values = {answer.key: answer.value for answer in answers}
    now = timezone.now()
    return Submission(
        form_id=revision.form_id,
        revision=revision,
        destination_agency_id=revision.form.destination_agency_id,
        received_at=now,
        keep_until=timezone.localdate(now) + dt.timedelta(days=revision.form.retention_days),
        language=language,
        source=source,
        is_urgent=is_urgent(revision.questions, values),
        idempotency_hash=keyed_digest("sent", key).hex(),
        content_hash=keyed_digest("content", json.dumps(values, sort_keys=True)).hex(),
    )


def _is_new(submission: Submission) -> bool:
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
    except IntegrityError as error:
        if _broken_constraint(error) != SENT_ONCE:
            raise
        return False
    return True


def _broken_constraint(error: IntegrityError) -> str:
    cause = error.__cause__
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""


def _rows(submission: Submission, answers: Sequence[GivenAnswer]) -> list[Answer]:
    return [
        Answer(
            submission=submission,
            position=position,
            key=answer.key,
            kind=answer.kind,
            label=answer.label,
            value=answer.value,
            display=answer.display,
        )
        for position, answer in enumerate(answers)
    ]


def _queue(submission: Submission) -> None:
    at_once = getattr(settings, "MARUGOTO_DELIVER_AT_ONCE", True)
    row = OutboxRow(
        submission=submission,
        queued_at=submission.received_at,
        next_try_at=submission.received_at + (FIRST_RETRY if at_once else dt.timedelta()),
    )
    row.save(force_insert=True)
    if not at_once:  # a node apart may not queue tasks; retry_stuck on the other side finds the row
        return
    try:
        with transaction.atomic():
            deliver.enqueue(str(row.pk))
    except DatabaseError:
        # The outbox row is enough: retry_stuck takes it up. Nobody is turned away for a task queue.
        logger.exception("delivery of outbox row %s was not queued", row.pk)
