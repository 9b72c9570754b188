"""Adding files to a case, looking through them, and taking one away again."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.concealment.guard import PlaceWritten, add_all
from casework.concealment.places import holds_place
from casework.concealment.selectors import digests_of, standing
from casework.events import record_event
from casework.once import made_before
from casework.sharing.actions import Label
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import Taken
from permissions.viewer import Viewer

from .models import CaseFile, FileCheck, FileContent, FileRemoval

if TYPE_CHECKING:
    from casework.cases.models import Case


@transaction.atomic
def add_file(
    case: Case,
    label: Label,
    taken: Taken,
    *,
    title: str,
    has_no_place: bool,
    by: Viewer,
    note: Any = None,
    key: uuid.UUID | None = None,
) -> CaseFile:
    """Keep a file (permissions/uploads) under a label. The same ``key`` gives the same file again.

    ``has_no_place``: whoever adds it says that it does not show where the people of a concealed household are; without that
    word nothing is added to one. Raises NotAllowed then, and PlaceWritten for a text or a title that names such a place.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("資料を加える権限がありません。"))
    before: CaseFile | None = made_before(CaseFile, key)
    if before:
        return before
    file = CaseFile(
        id=key or uuid.uuid4(),
        case=case,
        person_id=label.person_id,
        item=label.item,
        number=next_number("F"),
        title=title.strip(),
        note=note,
    )
    return _keep(file, taken, has_no_place=has_no_place, by=by)


@transaction.atomic
def add_file_of_answer(answer: Any, taken: Taken, *, title: str, has_no_place: bool, by: Viewer) -> CaseFile:
    """Keep what an agency sends together with its answer to a role, under the answer's label. Belongs to the answer's act.

    In a concealed household it is opened by no agency, not by the sender either, until the center has looked through it.
    Raises NotAllowed without the word that it shows no place.
    """
    if not by.may("casework.answer_role"):
        raise NotAllowed(_("資料を加える権限がありません。"))
    # The center's numbers are counted; an agency would read off them how much the center gets.
    file = CaseFile(**_label_of(answer), number=f"A-{answer.pk.hex[:12]}", title=title.strip(), answer=answer)
    return _keep(file, taken, has_no_place=has_no_place, by=by)


def _keep(file: CaseFile, taken: Taken, *, has_no_place: bool, by: Viewer) -> CaseFile:
    _refuse_unseen(file.case, taken, has_no_place=has_no_place)
    file.title = file.title or taken.title or _("資料")
    file.kind, file.size_bytes, file.digest = taken.kind, len(taken.content), taken.digest
    file.added_by = by.membership
    file.save(force_insert=True)
    FileContent(file=file, answer=file.answer, content=taken.content, **_label_of(file)).save(
        force_insert=True
    )
    after = {"number": file.number, "kind": file.kind, "size": file.size_bytes, "sha256": file.digest}
    record_event(by, "file_added", file, after=after, **_label_of(file))
    # Again: meanwhile the household may have hidden (concealment/guard.py).
    if _refuse_unseen(file.case, taken, has_no_place=has_no_place) and by.sees_all_cases:
        FileCheck(file=file, checked_by=by.membership, **_label_of(file)).save(force_insert=True)
    return file


def _refuse_unseen(case: Case, taken: Taken, *, has_no_place: bool) -> bool:
    """Return whether the household is concealed. Raises NotAllowed if so and nobody has looked, PlaceWritten for a text with a place."""
    is_concealed = standing(case.pk).exists()
    if is_concealed and not has_no_place:
        raise NotAllowed(
            _("秘匿している世帯です。住所や居場所が分かるものが写っていないか、確かめてください。")
        )
    _refuse_places_in(case, taken)
    return is_concealed


def _refuse_places_in(case: Case, taken: Taken) -> None:
    if taken.kind != "txt":
        return
    digests = list(digests_of(case.pk))
    if digests and holds_place(taken.content.decode(), digests):
        raise PlaceWritten


@transaction.atomic
def remove_file(file: CaseFile, *, reason: str, by: Viewer) -> FileRemoval:
    """Take a file away: its bytes are deleted, that it was there and why it went stays. Raises NotAllowed if it is gone already."""
    if not by.may("casework.write_note"):
        raise NotAllowed(_("資料を取り除く権限がありません。"))
    if not reason.strip():
        raise NotAllowed(_("取り除く理由を書いてください。"))
    removal = FileRemoval(file=file, reason=reason.strip(), removed_by=by.membership, **_label_of(file))
    try:
        with transaction.atomic():
            add_all(FileRemoval, [removal])
    except IntegrityError as error:
        raise NotAllowed(_("この資料は、ほかの人が先に取り除きました。")) from error
    FileContent.objects.filter(file=file.pk).delete()
    record_event(by, "file_removed", file, after={"number": file.number}, **_label_of(file))
    return removal


@transaction.atomic
def check_file(file: CaseFile, *, by: Viewer) -> FileCheck:
    """Say that a file shows nothing of where the people of a concealed household are: its readers see it again."""
    if not by.may("casework.conceal"):
        raise NotAllowed(_("資料を確かめる権限がありません。"))
    check = FileCheck(file=file, checked_by=by.membership, **_label_of(file))
    check.save(force_insert=True)
    record_event(by, "file_checked", file, after={"number": file.number}, **_label_of(file))
    return check


def _label_of(row: Any) -> dict[str, Any]:
    return {"case_id": row.case_id, "person_id": row.person_id, "item": row.item}
