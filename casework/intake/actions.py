"""Receiving: from the form, by phone and at the counter; and making a case of a contact."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from casework.cases.actions import create_case, next_number
from casework.cases.models import Case
from casework.codes.lists import NOT_ASKED, UNKNOWN
from casework.codes.selectors import codes_of
from casework.concealment.selectors import standing
from casework.events import record_event
from casework.households.actions import add_person, create_household
from casework.notifications.actions import notify, notify_without_mail
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import center_members, chiefs
from casework.once import made_before
from casework.seen import ChangedMeanwhile
from forms_app.delivery.signals import submission_delivered
from forms_app.status import actions as status
from permissions.agencies.models import Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.my_number import mask_my_numbers
from permissions.viewer import Viewer

from .models import (
    Contact,
    ContactDraft,
    ContactKind,
    ContactState,
    ContactTopic,
    Urgency,
    WithoutConsent,
)
from .replies import refuse_names
from .signs import level_of, raises_check
from .wards import ward_choices

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
    # The submission stays as it was given (forms_app); what casework takes of it holds no My Number.
    given = [{**row, "display": mask_my_numbers(row["display"])} for row in payload["answers"]]
    answers = [
        {"key": row["key"], "label": row["label"], "display": row["display"]}
        for row in given
        if row["display"]
    ]
    speaker = _speaker(payload["answers"])
    contact = Contact(
        number=next_number("U"),
        received_at=parse_datetime(payload["received_at"]) or timezone.now(),
        channel=WEB,
        route=route_of(WEB, speaker),
        speaker=speaker,
        ward=_ward(payload["answers"]),
        one_line=_one_line(given),
        language=payload.get("language", ""),
        answers=answers,
        form_title=payload["form"],
        form_number=payload["version"],
        is_flagged=payload["is_urgent"],
        submission_id=submission_id,
    )
    topics = _topics(payload["answers"])
    contact.is_flagged = contact.is_flagged or raises_check("", topics)
    contact.save(force_insert=True)
    _set_topics(contact, topics, "")
    record(None, "contact_received", contact)
    _tell_of_new(contact)


def take_up_brought(brought: Any, *, referrer_type: str) -> Contact:
    """Make a contact of what an agency brought (bringing/). Belongs to its transaction, in ``clock("take_up_brought")``.

    ``brought`` is unique, so that nothing is taken up twice. Without consent the facts go where only a 支援会議 uses them.
    """
    contact = Contact(
        number=brought.number, received_at=timezone.now(), channel="agency", kind=ContactKind.AGENCY_CASE,
        route="agency", speaker="agency", referrer_type=referrer_type,
        referrer_name=f"{brought.agency.name} {brought.in_charge}"[:120], reply_to=brought.reply_to,
        one_line=brought.one_line, urgency=brought.urgency, answers=_told_by_agency(brought), brought=brought,
        is_flagged=raises_check(brought.one_line, brought.topics),
    )  # fmt: skip
    contact.save(force_insert=True)
    for topic in dict.fromkeys(brought.topics):
        ContactTopic(contact=contact, topic=topic).save(force_insert=True)
    if not brought.has_consent:
        WithoutConsent(
            contact=contact, agency=brought.agency.name[:120], in_charge=brought.in_charge,
            how_known=brought.how_known, why=brought.why, tried=brought.tried, next_try=brought.next_try,
            facts=brought.facts, basis=brought.basis, written_by=brought.brought_by,
        ).save(force_insert=True)  # fmt: skip
    _tell_if_now(contact, by=brought.brought_by)
    _tell_of_new(contact)
    return contact


def _tell_of_new(contact: Contact) -> None:
    """Tell everybody who receives. Of level A the chief has a mail already (_tell_if_now)."""
    receivers = set(center_members(permission="casework.view_inbox"))
    mailed = set(chiefs()) if contact.urgency == Urgency.A else set()
    notify_without_mail(NotificationKind.CONTACT, contact, to=receivers & mailed)
    notify(NotificationKind.CONTACT, contact, to=receivers - mailed)


def _told_by_agency(brought: Any) -> list[dict[str, str]]:
    told = [(name, getattr(brought, name)) for name in ("facts", "wishes", "consent_words")]
    if not brought.has_consent:
        told = [(name, words) for name, words in told if name != "facts"]
    return [
        {"key": name, "label": str(brought._meta.get_field(name).verbose_name), "display": words}
        for name, words in told
        if words
    ]


def _topics(answers: list[dict[str, Any]]) -> list[str]:
    """Return the topics that were ticked. An editor may have written choices of another kind: those stay answers."""
    known = {code.code for code in codes_of("topic")}
    ticked = next((row["value"] for row in answers if row["key"] == "topics"), None)
    return [value for value in ticked if value in known] if isinstance(ticked, list) else []


def _speaker(answers: list[dict[str, Any]]) -> str:
    for row in answers:
        if row["key"] == "who" and isinstance(row["value"], str):
            return SPEAKER_OF_ANSWER.get(row["value"], "other")
    return UNKNOWN


def _ward(answers: list[dict[str, Any]]) -> str:
    """Return the ward that was chosen; empty where it was not asked, or not told."""
    chosen = next((row["value"] for row in answers if row["kind"] == "ward"), None)
    known = {code for code, _words in ward_choices()}
    return chosen if isinstance(chosen, str) and chosen in known else ""


def _one_line(answers: list[dict[str, Any]]) -> str:
    """Return the first line of the story, or the first answer there is."""
    told = [row for row in answers if row["display"].strip()]
    story = next((row for row in told if row["kind"] == "multiline"), told[0] if told else None)
    line = " ".join(story["display"].split()) if story else _("（記入なし）")
    return line if len(line) <= ONE_LINE_LENGTH else line[: ONE_LINE_LENGTH - 1] + "…"


@dataclass(frozen=True)
class Heard:
    """What is written down of one approach. ``route`` empty: as channel and speaker say; ``signs`` as in signs.py."""

    channel: str
    speaker: str
    one_line: str
    received_at: dt.datetime
    reply_to: str = ""
    urgency: str = Urgency.UNCHECKED
    ward: str = ""
    kind: str = ContactKind.CONSULTATION
    route: str = ""
    topics: tuple[str, ...] = ()
    primary_topic: str = ""
    signs: tuple[str, ...] = ()
    referrer_type: str = ""
    referrer_name: str = ""
    is_informant_hidden: bool = False


@transaction.atomic
def record_contact(*, by: Viewer, key: uuid.UUID | None = None, **said: Any) -> Contact:
    """Record a contact by phone, counter, FAX, letter, visit, meeting or another agency (``said``: fields of Heard).

    The same ``key`` gives the same again; the draft under this key goes. Level A tells the chief.
    """
    _allow(by)
    before: Contact | None = made_before(Contact, key)
    if before:
        return before
    heard = Heard(**said)
    level = level_of(heard.signs, heard.urgency)
    hidden = heard.is_informant_hidden
    contact = Contact(
        id=key or uuid.uuid4(),
        number=next_number("U"),
        received_at=heard.received_at,
        channel=heard.channel,
        kind=heard.kind,
        route=NOT_ASKED if hidden else heard.route or route_of(heard.channel, heard.speaker),
        speaker=UNKNOWN if hidden else heard.speaker,
        referrer_type="" if hidden else heard.referrer_type,
        referrer_name="" if hidden else heard.referrer_name,
        reply_to="" if hidden else heard.reply_to,
        is_informant_hidden=hidden,
        ward=heard.ward,
        one_line=heard.one_line,
        urgency=level,
        signs=list(heard.signs),
        checked_at=timezone.now() if heard.signs else None,
        is_flagged=raises_check(heard.one_line, heard.topics),
        state=ContactState.TAKEN,
        taken_by=by.membership,
        taken_at=timezone.now(),
    )
    contact.save(force_insert=True)
    _set_topics(contact, heard.topics, heard.primary_topic)
    ContactDraft.objects.filter(pk=contact.pk).delete()
    record(by, "contact_recorded", contact)
    _tell_if_now(contact, by=by.membership)
    return contact


def route_of(channel: str, speaker: str) -> str:
    """Return the route that channel and speaker say (domain.md 1.3.1); not asked where they say nothing."""
    comes = channel in ("window", "visit")
    if speaker == "self":
        return "self_visit" if comes else "self_remote"
    if speaker in ("family", "neighbor", "friend"):
        return "family_visit" if comes else "family_remote"
    if channel in ("agency", "meeting") or speaker in ("agency", "minsei", "school", "workplace"):
        return "agency"
    return NOT_ASKED


def _set_topics(contact: Contact, topics: Iterable[str], primary: str) -> None:
    wanted = dict.fromkeys([*topics, *([primary] if primary else [])])
    ContactTopic.objects.filter(contact=contact).delete()
    for topic in wanted:
        ContactTopic(contact=contact, topic=topic, is_primary=topic == primary).save(force_insert=True)


def _tell_if_now(contact: Contact, *, by: Membership) -> None:
    """Level A: the chief learns of it with the commit, by a mail with the number and the way there."""
    from .tasks import tell_of_emergency  # noqa: PLC0415 -- the task imports this module

    if contact.urgency == Urgency.A:
        tell_of_emergency.enqueue(str(contact.pk), contact.number, by.pk)


@transaction.atomic
def check_contact(contact: Contact, *, signs: Iterable[str], urgency: str, by: Viewer) -> Contact:
    """Write down what the emergency check found. Level A tells the chief, unless it stood already."""
    _allow(by)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    _check(locked, signs, urgency, by)
    return locked


def _check(locked: Contact, signs: Iterable[str], urgency: str, by: Viewer) -> None:
    before = locked.urgency
    locked.signs = list(signs)
    locked.urgency = level_of(locked.signs, urgency)
    locked.checked_at = timezone.now()
    locked.save(update_fields=["signs", "urgency", "checked_at"])
    record(by, "contact_checked", locked, case=locked.case_id)
    if before != Urgency.A:
        _tell_if_now(locked, by=by.membership)


@transaction.atomic
def take_contact(contact: Contact, *, urgency: str, by: Viewer, signs: Iterable[str] = ()) -> Contact:
    """Take a contact upon oneself, after the emergency check. Raises NotAllowed if a colleague was quicker."""
    _allow(by)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if locked.state != ContactState.NEW:
        raise NotAllowed(_("この相談は、ほかの人が先に受けました。"))
    _check(locked, signs, urgency, by)
    locked.state = ContactState.TAKEN
    locked.taken_by = by.membership
    locked.taken_at = timezone.now()
    locked.save(update_fields=["state", "taken_by", "taken_at"])
    record(by, "contact_taken", locked)
    if locked.submission_id:
        status.mark_assigned(locked.submission_id)
    return locked


CHANGEABLE = (
    "kind",
    "channel",
    "route",
    "speaker",
    "referrer_type",
    "referrer_name",
    "ward",
    "one_line",
    "reply_to",
)


@transaction.atomic
def change_contact(
    contact: Contact, *, values: dict[str, Any], topics: Iterable[str], primary: str, seen: str, by: Viewer
) -> Contact:
    """Complete or mend what was heard. Raises ChangedMeanwhile if a colleague was quicker.

    Raises NotAllowed where it would name somebody: an informant who is hidden, a case as advice, the ward of a concealed household.
    """
    _allow(by)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if seen != mark_of(locked):
        raise ChangedMeanwhile(locked)
    if values["kind"] == ContactKind.ADVICE and locked.case_id:
        raise NotAllowed(_("ケースになった相談は、相談機関支援にできません。"))
    if values["ward"] and keeps_no_ward(locked):
        raise NotAllowed(_("この世帯は秘匿されているので、住んでいる区は残せません。"))
    changed = [name for name in CHANGEABLE if getattr(locked, name) != values[name]]
    if locked.is_informant_hidden:
        changed = [name for name in changed if name not in INFORMANT]
    for name in changed:
        setattr(locked, name, values[name])
    locked.is_flagged = locked.is_flagged or raises_check(locked.one_line, topics)
    locked.save(update_fields=[*changed, "is_flagged"])
    _set_topics(locked, topics, primary)
    record(by, "contact_completed", locked, case=locked.case_id, detail={"fields": changed})
    return locked


def keeps_no_ward(contact: Contact) -> bool:
    """Return whether the ward would tell where a concealed household is (domain.md R-DV-8)."""
    return contact.case_id is not None and standing(contact.case_id).exists()


def mark_of(contact: Contact) -> str:
    """Return a mark of what the form of a contact shows."""
    topics = ContactTopic.objects.filter(contact=contact).order_by("topic")
    shown = [getattr(contact, name) for name in CHANGEABLE]
    shown += [f"{row.topic}{row.is_primary}" for row in topics]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


# The route says "family or acquaintance", so it tells of them, too.
INFORMANT = {
    "speaker": UNKNOWN,
    "route": NOT_ASKED,
    "reply_to": "",
    "referrer_type": "",
    "referrer_name": "",
}


@transaction.atomic
def hide_informant(contact: Contact, *, by: Viewer) -> None:
    """Take out of a contact who told us, for ever. Raises NotAllowed where a form came in: what it says stays there."""
    _allow(by)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if locked.submission_id:
        raise NotAllowed(_("フォームから来た相談では、書いた人を消せません。"))
    for name, nothing in INFORMANT.items():
        setattr(locked, name, nothing)
    locked.is_informant_hidden = True
    locked.save(update_fields=[*INFORMANT, "is_informant_hidden"])
    record(by, "informant_hidden", locked, case=locked.case_id)


@transaction.atomic
def write_without_consent(
    contact: Contact, *, values: dict[str, Any], by: Viewer, key: uuid.UUID | None = None
) -> WithoutConsent:
    """Write down what an agency told of somebody who has not consented. The same ``key`` gives the same again."""
    _allow(by)
    before: WithoutConsent | None = made_before(WithoutConsent, key)
    if before:
        return before
    row = WithoutConsent(id=key or uuid.uuid4(), contact=contact, written_by=by.membership, **values)
    row.save(force_insert=True)
    record(by, "without_consent_recorded", row, case=contact.case_id)
    return row


# --- drafts -------------------------------------------------------------------------------------------


@transaction.atomic
def save_draft(key: uuid.UUID, *, data: dict[str, Any], revision: int, by: Viewer) -> ContactDraft | None:
    """Keep what somebody is writing, under the key of the contact to be; None if that is recorded or not ours.

    ``revision`` is the one that was shown. Where another tab has saved since, the text becomes a draft of its own: a
    second text is kept beside the first, never over it. Only the first saving leaves a row in the log: it says that
    there is a draft, and the later ones would say so every three seconds.
    """
    _allow(by)
    if made_before(Contact, key):
        return None
    draft = ContactDraft.objects.select_for_update(no_key=True).filter(pk=key).first()
    if draft is not None and draft.revision == revision:
        draft.data, draft.revision, draft.saved_at = data, revision + 1, timezone.now()
        draft.save(update_fields=["data", "revision", "saved_at"])
        return draft
    draft = ContactDraft(
        id=uuid.uuid4() if draft else key, author=by.membership, data=data, saved_at=timezone.now()
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        return None  # the key is a colleague's draft, which we do not see
    record(by, "draft_begun", draft)
    return draft


@transaction.atomic
def drop_draft(draft: ContactDraft, *, by: Viewer) -> None:
    """Throw a draft away."""
    ContactDraft.objects.filter(pk=draft.pk).delete()
    record(by, "draft_dropped", draft)


def drop_abandoned_drafts() -> int:
    """Throw away every draft nobody has saved for thirty days; return how many. Runs in ``clock("sweep_drafts")``.

    Its walls show the job those and no other: whoever has left cannot throw their own away.
    """
    drafts = list(ContactDraft.objects.only("pk"))
    for draft in drafts:
        drop = ContactDraft.objects.filter(pk=draft.pk).delete()
        if drop[0]:
            record(None, "draft_dropped", draft)
    return len(drafts)


def _allow(by: Viewer) -> None:
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))


# --- what becomes of it -------------------------------------------------------------------------------


@transaction.atomic
def open_case(
    contact: Contact, *, household_name: str, household_kind: str, person: dict[str, Any], by: Viewer
) -> Case:
    """Make a case with its household and first person of a contact. Raises NotAllowed if there is one already."""
    _check_may_become_case(Contact.objects.select_for_update(no_key=True).get(pk=contact.pk))
    case = create_case(by=by)
    create_household(case, name=household_name, kind=household_kind, by=by)
    add_person(case, values=person, by=by)
    give_case(contact, case, by=by)
    return case


def _check_may_become_case(locked: Contact) -> None:
    if locked.state in (ContactState.CASE, ContactState.CLOSED):
        raise NotAllowed(_("この相談は、すでにケースになったか、終わっています。"))
    if locked.kind == ContactKind.ADVICE:
        raise NotAllowed(_("相談機関支援は、だれのことかを言わない助言なので、ケースになりません。"))


@transaction.atomic
def give_case(contact: Contact, case: Case, *, by: Viewer) -> None:
    """Say that a new case was made of a contact. Raises NotAllowed if there is one already."""
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    _check_may_become_case(locked)
    locked.state = ContactState.CASE
    locked.case = case
    locked.save(update_fields=["state", "case"])
    record_event(by, "contact_became_case", locked, case_id=case.pk, after={"contact": locked.number})
    if locked.submission_id:
        status.mark_assigned(locked.submission_id)


@transaction.atomic
def close_contact(contact: Contact, *, by: Viewer) -> None:
    """End a contact with information alone."""
    _allow(by)
    locked = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if locked.state in (ContactState.CASE, ContactState.CLOSED):
        raise NotAllowed(_("この相談は、すでにケースになったか、終わっています。"))
    locked.state = ContactState.CLOSED
    locked.save(update_fields=["state"])
    record(by, "contact_closed", locked)


@transaction.atomic
def reply_to_citizen(contact: Contact, *, body: str, by: Viewer) -> None:
    """Write to the citizen's status page.

    Raises NotAllowed if nothing came by form (there is no page then), and for names and places (R-DV-9).
    """
    _allow(by)
    if contact.submission_id is None:
        raise NotAllowed(_("この相談はフォームから来たものではないので、返事のページがありません。"))
    refuse_names(contact, body, by=by)
    status.send_message(by, contact.submission_id, body=body)
    status.mark_contacted(contact.submission_id)
    record(by, "contact_replied", contact)
