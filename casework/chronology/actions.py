"""Writing a chronology: an agency what it knows, the center also what it was told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import ProgrammingError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.concealment.actions import look_through_after
from casework.events import record_event
from casework.once import made_before, wait_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from casework.sharing.selectors import reaches
from forms_app.fields.era import PartialDate
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import FIRST_YEAR, ITEMS, ChronologyEntry
from .selectors import correction_for, may_correct

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class EntryDraft:
    """When it was, to the month or the year, and what."""

    when: PartialDate
    text: str
    is_void: bool = False


@transaction.atomic
def write_entry(
    case: Case, label: Label, draft: EntryDraft, *, source: Agency, by: Viewer, key: uuid.UUID | None = None
) -> ChronologyEntry:
    """Write down what happened. The same ``key`` gives the same entry again.

    Raises NotAllowed outside the labels and the source for which the viewer may write.
    """
    _check(draft, by)
    if label.item not in ITEMS:
        raise NotAllowed(_("この内容の種類は、年表では選べません。"))
    if not by.sees_all_cases and source.pk != by.agency.pk:
        raise NotAllowed(_("あなたの機関が知っていることだけを書けます。"))
    before: ChronologyEntry | None = made_before(ChronologyEntry, key)
    if before:
        return before
    row = ChronologyEntry(
        id=key or uuid.uuid4(), case=case, person_id=label.person_id, item=label.item, source=source
    )
    return _write(row, draft, by)


@transaction.atomic
def correct_entry(
    entry: ChronologyEntry, draft: EntryDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> ChronologyEntry:
    """Put an entry in the place of one that was wrong, or take it back. The earlier row stays in the record.

    The same ``key`` gives the same entry again. Raises ChangedMeanwhile with a colleague's correction.
    """
    _check(draft, by)
    if not may_correct(by, entry):
        raise NotAllowed(_("直せるのは、あなたの機関が書いたできごとだけです。"))
    before: ChronologyEntry | None = made_before(ChronologyEntry, key)
    if before:
        return before
    wait_for(entry.pk)
    quicker = correction_for(by, entry)
    if quicker:
        raise ChangedMeanwhile(quicker)
    row = ChronologyEntry(
        id=key or uuid.uuid4(), case_id=entry.case_id, person_id=entry.person_id, item=entry.item,
        source_id=entry.source_id, corrects=entry,
    )  # fmt: skip
    return _write(row, draft, by)


def _check(draft: EntryDraft, by: Viewer) -> None:
    if not by.may("casework.assess"):
        raise NotAllowed(_("年表を書く権限がありません。"))
    if draft.when.year < FIRST_YEAR or draft.when.first_day > timezone.localdate():
        raise NotAllowed(_("今日までの年月を書いてください。"))
    if not draft.text.strip():
        raise NotAllowed(_("できごとを書いてください。"))


def _write(row: ChronologyEntry, draft: EntryDraft, by: Viewer) -> ChronologyEntry:
    row.year, row.month = draft.when.year, draft.when.month
    row.text, row.is_void, row.written_by = draft.text.strip(), draft.is_void, by.membership
    try:
        with transaction.atomic():  # the line may end between the two as well
            row.save(force_insert=True)
            record_event(
                by, "chronology_written", row, case_id=row.case_id, person_id=row.person_id, item=row.item,
                after={"year": row.year, "corrects": str(row.corrects_id or ""), "is_void": row.is_void},
            )  # fmt: skip
    except ProgrammingError as error:
        if reaches(by, case_id=row.case_id, person_id=row.person_id, item=row.item):
            raise
        raise NotAllowed(
            _("この項目は、いま、あなたの機関に共有されていません。書くときは、センターに相談してください。")
        ) from error
    look_through_after(row.case_id, by)
    return row
