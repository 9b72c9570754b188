"""Reading states and threads."""

from __future__ import annotations

import uuid

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import SimpleLazyObject

from permissions.viewer import Viewer
from permissions.walls.context import receipt

from .codes import MOST_ATTEMPTS, IssuedReceipt, hash_phrase, issue_receipt, phrase_fits, reference_hash
from .models import Author, Message, Receipt

# What a phrase is compared with when the code is wrong, so that both take as long.
_NO_PHRASE = SimpleLazyObject(lambda: hash_phrase("no such phrase"))


def opened_receipt(code: str, phrase: str) -> Receipt | None:
    """Return the receipt that code and phrase open, or None. A wrong code takes as long as a wrong phrase."""
    wanted = reference_hash(code)
    with receipt(wanted):
        found = Receipt.objects.filter(reference_hash=wanted).first()
    expected = found.phrase_hash if found else str(_NO_PHRASE)
    fits = phrase_fits(phrase, expected)
    return found if found and fits else None


def receipt_of_key(form_id: uuid.UUID, key: str) -> tuple[IssuedReceipt, Receipt] | None:
    """Return the receipt of an idempotency key that was used with a form, or None."""
    for attempt in range(MOST_ATTEMPTS):
        issued = issue_receipt(key, attempt=attempt)
        with receipt(issued.reference_hash):
            found = Receipt.objects.filter(pk=issued.receipt_id, form_id=form_id).first()
        if found:
            return issued, found
    return None


def thread_of(held: Receipt) -> list[Message]:
    """Return the messages of a receipt, oldest first. Needs the context of the receipt, or of a reader."""
    return list(Message.objects.filter(receipt=held).order_by("written_at", "id"))


def waiting_replies_for(viewer: Viewer) -> QuerySet[Receipt]:
    """Return the receipts on which the citizen had the last word, longest waiting first."""
    from forms_app.submissions.selectors import submissions_for  # noqa: PLC0415 -- a room further down

    last = Message.objects.filter(receipt=OuterRef("pk")).order_by("-written_at", "-id")
    reached = submissions_for(viewer).order_by().values("receipt")
    return (
        Receipt.objects.filter(pk__in=reached)
        .annotate(
            last_author=Subquery(last.values("author")[:1]), last_at=Subquery(last.values("written_at")[:1])
        )
        .filter(last_author=Author.CITIZEN)
        .order_by("last_at")
    )


def messages_for(viewer: Viewer, submission_id: uuid.UUID) -> QuerySet[Message]:
    """Return the thread of a submission that reaches the viewer, oldest first; else nothing."""
    from forms_app.submissions.selectors import submissions_for  # noqa: PLC0415 -- a room further down

    reached = submissions_for(viewer).filter(pk=submission_id).order_by()
    return Message.objects.filter(receipt__in=reached.values("receipt")).order_by("written_at", "id")
