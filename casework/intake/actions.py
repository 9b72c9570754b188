"""Receiving: from the form, by phone and at the counter; and making a case of a contact."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.cases.actions import create_case, next_number
from casework.cases.models import Case
from casework.codes.lists import UNKNOWN
from casework.events import record_event
from casework.households.actions import add_person, create_household
from casework.once import made_before
from forms_app.delivery.signals import submission_delivered
from forms_app.status import actions as status
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Contact, ContactState

# What the form's "who is writing" answers mean here.
SPEAKER_OF_ANSWER = {
    "self": "self",
    "family": "family",
    "neighbor": "neighbor",
    "minsei": "minsei",
    "supporter": "agency",
}
WEB = "web"
ONE_LINE_LENGTH = 60


@receiver(submission_delivered)
def take_up_submission(
    sender: type, *, submission_id: uuid.UUID, payload: dict[str, Any], **kwargs: Any
) -> None:
    """Make a contact of a submission. Runs in the transaction that marks the outbox row as taken.

    ``submission_id`` is unique, so a second delivery fails whole instead of making a second contact.
    """
    answers = [
        {"key": row["key"], "label": row["label"], "display": row["display"]}
        for row in payload["answers"]
        if row["display"]
    ]
    contact = Contact(
        number=next_number("U"),
        received_at=parse_datetime(payload["received_at"]) or timezone.now(),
        channel=WEB,
        speaker=_speaker(payload["answers"]),
        one_line=_one_line(payload["answers"]),
        language=payload.get("language", ""),
        answers=answers,
        form_title=payload["form"],
        form_number=payload["version"],
        is_flagged=payload["is_urgent"],
        submission_id=submission_id,
    )
    contact.save(force_insert=True)
    record(None, "contact_received", contact)


def _speaker(answers: list[dict[str, Any]]) -> str:
    for row in answers:
        if row["key"] == "who" and isinstance(row["value"], str):
            return SPEAKER_OF_ANSWER.get(row["value"], "other")
    return UNKNOWN


def _one_line(answers: list[dict[str, Any]]) -> str:
    """Return the first line of the story, or the first answer there is."""
    told = [row for row in answers if row["display"].strip()]
    story = next((row for row in told if row["kind"] == "multiline"), told[0] if told else None)
    line = " ".join(story["display"].split()) if story else _("（記入なし）")
    return line if len(line) <= ONE_LINE_LENGTH else line[: ONE_LINE_LENGTH - 1] + "…"


@transaction.atomic
def record_contact(
    *,
    channel: str,
    speaker: str,
    one_line: str,
    reply_to: str,
    urgency: str,
    received_at: dt.datetime,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> Contact:
    """Record a contact by phone, counter, FAX, letter, visit or meeting. The same ``key`` gives the same again."""
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))
    before: Contact | None = made_before(Contact, key)
    if before:
        return before
    contact = Contact(
        id=key or uuid.uuid4(),
        number=next_number("U"),
        received_at=received_at,
        channel=channel,
        speaker=speaker,
        one_line=one_line,
        reply_to=reply_to,
        urgency=urgency,
        state=ContactState.TAKEN,
        taken_by=by.membership,
        taken_at=timezone.now(),
    )
    contact.save(force_insert=True)
    record(by, "contact_recorded", contact)
    return contact


@transaction.atomic
def take_contact(contact: Contact, *, urgency: str, by: Viewer) -> Contact:
    """Take a contact upon oneself. Raises NotAllowed if a colleague was quicker."""
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    if locked.state != ContactState.NEW:
        raise NotAllowed(_("この相談は、ほかの人が先に受けました。"))
    locked.state = ContactState.TAKEN
    locked.urgency = urgency
    locked.taken_by = by.membership
    locked.taken_at = timezone.now()
    locked.save(update_fields=["state", "urgency", "taken_by", "taken_at"])
    record(by, "contact_taken", locked)
    if locked.submission_id:
        status.mark_assigned(locked.submission_id)
    return locked


@transaction.atomic
def open_case(
    contact: Contact, *, household_name: str, household_kind: str, person: dict[str, Any], by: Viewer
) -> Case:
    """Make a case with its household and first person of a contact. Raises NotAllowed if there is one already."""
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    if locked.state in (ContactState.CASE, ContactState.CLOSED):
        raise NotAllowed(_("この相談は、すでにケースになったか、終わっています。"))
    case = create_case(by=by)
    create_household(case, name=household_name, kind=household_kind, by=by)
    add_person(case, values=person, by=by)
    locked.state = ContactState.CASE
    locked.case = case
    locked.save(update_fields=["state", "case"])
    record_event(by, "contact_became_case", locked, case_id=case.pk, after={"contact": locked.number})
    if locked.submission_id:
        status.mark_assigned(locked.submission_id)
    return case


@transaction.atomic
def close_contact(contact: Contact, *, by: Viewer) -> None:
    """End a contact with information alone."""
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))
    locked = Contact.objects.select_for_update().get(pk=contact.pk)
    if locked.state in (ContactState.CASE, ContactState.CLOSED):
        raise NotAllowed(_("この相談は、すでにケースになったか、終わっています。"))
    locked.state = ContactState.CLOSED
    locked.save(update_fields=["state"])
    record(by, "contact_closed", locked)


@transaction.atomic
def reply_to_citizen(contact: Contact, *, body: str, by: Viewer) -> None:
    """Write to the citizen's status page. Raises NotAllowed if nothing came by form (there is no page then)."""
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))
    if contact.submission_id is None:
        raise NotAllowed(_("この相談はフォームから来たものではないので、返事のページがありません。"))
    status.send_message(by, contact.submission_id, body=body)
    status.mark_contacted(contact.submission_id)
    record(by, "contact_replied", contact)
