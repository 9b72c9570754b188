"""Writing progress notes."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.once import made_before
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Note

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class NoteDraft:
    """What somebody wrote down, and whom and what it is about (the label)."""

    label: Label
    occurred_at: dt.datetime
    method: str
    title: str
    body: str


@transaction.atomic
def write_note(
    case: Case, draft: NoteDraft, *, by: Viewer, corrects: Note | None = None, key: uuid.UUID | None = None
) -> Note:
    """Add a note with its label. A correction names the note it replaces and takes over its label.

    The same ``key`` gives the same note again.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("記録を書く権限がありません。"))
    before: Note | None = made_before(Note, key)
    if before:
        return before
    label = Label(corrects.person_id, corrects.item) if corrects else draft.label
    note = Note(
        id=key or uuid.uuid4(),
        case=case,
        person_id=label.person_id,
        item=label.item,
        occurred_at=draft.occurred_at,
        method=draft.method,
        title=draft.title,
        body=draft.body,
        author=by.membership,
        corrects=corrects,
    )
    note.save(force_insert=True)
    record_event(by, "note_written", note, case_id=case.pk, person_id=label.person_id, item=label.item)
    return note
