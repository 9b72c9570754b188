"""What happens to a receipt after it was given. Staff actions need the viewer's context (acting_for)."""

from __future__ import annotations

import uuid

from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone

from permissions.audit.actions import record
from permissions.viewer import Viewer
from permissions.walls.context import receipt

from .models import Author, Message, Receipt

STATES = ("read_at", "assigned_at", "contacted_at")


def mark_read(submission_id: uuid.UUID) -> bool:
    """Show the citizen that somebody read it. Returns False when it does not reach who is asking."""
    return _reach("read_at", submission_id)


def mark_assigned(submission_id: uuid.UUID) -> bool:
    """Show the citizen that somebody is in charge; read, too, if that was left out."""
    return _reach("assigned_at", submission_id)


def mark_contacted(submission_id: uuid.UUID) -> bool:
    """Show the citizen that they were contacted; read and in charge, too, if those were left out."""
    return _reach("contacted_at", submission_id)


def send_message(viewer: Viewer, submission_id: uuid.UUID, *, body: str) -> Message:
    """Write to the thread of a submission.

    Raises Receipt.DoesNotExist when it does not reach the viewer. Whoever opens the thread may be somebody
    else than the sender: the caller's form asks that no name or place is in it (domain R-DV-9).
    """
    held = Receipt.objects.get(submissions=submission_id)
    message = Message(
        receipt=held, author=Author.CENTER, body=body, written_at=timezone.now(), written_by=viewer.user
    )
    message.save(force_insert=True)
    record(viewer, "wrote_to_citizen", message)
    return message


def write_reply(reference: str, *, body: str) -> None:
    """Add the citizen's message to the thread of the receipt with this reference hash.

    Raises Receipt.DoesNotExist when there is none.
    """
    with receipt(reference):
        held = Receipt.objects.get(reference_hash=reference)
        reply = Message(receipt=held, author=Author.CITIZEN, body=body, written_at=timezone.now())
        reply.save(force_insert=True)


def _reach(state: str, submission_id: uuid.UUID) -> bool:
    """Set a state and those before it; the first moment counts."""
    now = timezone.now()
    upto = STATES[: STATES.index(state) + 1]
    moments = {name: Coalesce(F(name), now) for name in upto}
    return bool(Receipt.objects.filter(submissions=submission_id).update(**moments))
