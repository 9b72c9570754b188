"""Writing progress notes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.concealment.guard import add_all
from casework.events import record_event
from casework.once import made_before
from casework.seen import only_one
from casework.sharing.actions import Label
from casework.tasks.actions import TaskDraft, add_task
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Attendee, Note, NoteParagraph

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class ParagraphDraft:
    """One paragraph: what it is, from whom it comes (models.ParagraphKind, ParagraphSource), and the words."""

    kind: str
    source: str
    text: str


@dataclass(frozen=True)
class AttendeeDraft:
    """Somebody from outside who was there, and their oath: both of day and medium, or neither."""

    role: str
    name: str
    organization: str = ""
    relation: str = ""
    oath_on: dt.date | None = None
    oath_medium: str = ""


@dataclass(frozen=True)
class NextStep:
    """What somebody has to do next, and until when (domain.md 1.4): becomes a task with the note's label."""

    what: str
    due_on: dt.date
    owner: Membership


@dataclass(frozen=True)
class NoteDraft:
    """What somebody wrote down, and whom and what it is about (the label)."""

    label: Label
    occurred_at: dt.datetime
    method: str
    title: str
    paragraphs: tuple[ParagraphDraft, ...]
    next_step: NextStep | None = None
    attendees: tuple[AttendeeDraft, ...] = ()
    spoken_with: str = ""


@dataclass(frozen=True)
class CorrectionDraft:
    """What takes the place of a note, and why. Whom and what it is about, when and how stay the note's."""

    title: str
    paragraphs: tuple[ParagraphDraft, ...]
    reason: str
    attendees: tuple[AttendeeDraft, ...] = ()


@transaction.atomic
def write_note(case: Case, draft: NoteDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Note:
    """Add a note with its label, and the task of its next step. The same ``key`` gives the same note again.

    Raises NotAllowed for one without text, and as ``add_task`` does.
    """
    _check(draft.paragraphs, by)
    before: Note | None = made_before(Note, key)
    if before:
        return before
    note = Note(
        id=key or uuid.uuid4(),
        case=case,
        person_id=draft.label.person_id,
        item=draft.label.item,
        occurred_at=draft.occurred_at,
        method=draft.method,
        title=draft.title,
        spoken_with=draft.spoken_with,
        author=by.membership,
    )
    _add(note, draft)
    record_event(
        by,
        "note_written",
        note,
        case_id=case.pk,
        person_id=note.person_id,
        item=note.item,
        after=_who_was_there(draft),
    )
    if draft.next_step:
        step = draft.next_step
        add_task(case, TaskDraft(draft.label, step.what, step.due_on, step.owner), by=by, note=note)
    return note


@transaction.atomic
def correct_note(note: Note, draft: CorrectionDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Note:
    """Add a note that takes the place of another, with its label. The other one stays, and is shown as corrected.

    The same ``key`` gives the same correction again. Raises ChangedMeanwhile with the correction that a colleague
    made first (the database takes one), NotAllowed for one without text or reason.
    """
    _check(draft.paragraphs, by)
    if not draft.reason.strip():
        raise NotAllowed(_("訂正の理由を書いてください。"))
    before: Note | None = made_before(Note, key)
    if before:
        return before
    correction = Note(
        id=key or uuid.uuid4(),
        case_id=note.case_id,
        person_id=note.person_id,
        item=note.item,
        occurred_at=note.occurred_at,
        method=note.method,
        title=draft.title,
        spoken_with=note.spoken_with,
        author=by.membership,
        corrects=note,
        correction_reason=draft.reason,
    )
    with only_one(Note, corrects=note):
        _add(correction, draft)
    record_event(
        by,
        "note_corrected",
        correction,
        case_id=note.case_id,
        person_id=note.person_id,
        item=note.item,
        after={"corrects": str(note.pk), **_who_was_there(draft)},
    )
    return correction


def _check(paragraphs: tuple[ParagraphDraft, ...], by: Viewer) -> None:
    if not by.may("casework.write_note"):
        raise NotAllowed(_("記録を書く権限がありません。"))
    if not paragraphs:
        raise NotAllowed(_("内容を書いてください。"))


def _who_was_there(draft: NoteDraft | CorrectionDraft) -> dict[str, Any]:
    """Return how many, for the history: their names stand in the note alone."""
    return {"attendees": len(draft.attendees)} if draft.attendees else {}


def _add(note: Note, draft: NoteDraft | CorrectionDraft) -> None:
    """Add a note with its paragraphs and who else was there. They carry its label; the database takes none afterwards."""
    note.save(force_insert=True)
    label: dict[str, Any] = {
        "note": note,
        "case_id": note.case_id,
        "person_id": note.person_id,
        "item": note.item,
    }
    said, there = enumerate(draft.paragraphs), enumerate(draft.attendees)
    add_all(NoteParagraph, (NoteParagraph(**label, position=n, **asdict(part)) for n, part in said))
    add_all(Attendee, (Attendee(**label, position=n, **asdict(part)) for n, part in there))
