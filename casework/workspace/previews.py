"""What an agency would see after a share, beside what it sees now.

Not calculated a second time: the share is made inside a savepoint, the same selectors as on the agency's own page are asked in its
name, and the savepoint is rolled back. So it cannot differ from what the agency will see.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.db import transaction
from django.utils.translation import gettext as _

from casework.codes.selectors import label_of
from casework.households.selectors import PersonView
from casework.plans.selectors import DecisionView
from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.items import Item
from casework.sharing.selectors import anybody_of, persons_for
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

from .selectors import CaseRecord, case_record_for

if TYPE_CHECKING:
    from casework.cases.models import Case

Key = tuple[uuid.UUID | None, str]


@dataclass(frozen=True)
class Piece:
    """One thing on the agency's page: its heading and its text."""

    heading: str
    text: str


@dataclass
class PreviewRow:
    """One item of one person (or the household): what of it is on the agency's page now, and what would be."""

    label: Key
    who: str
    item: str
    now: list[Piece]
    after: list[Piece]

    @property
    def is_new(self) -> bool:
        return len(self.after) > len(self.now)


class _Undo(Exception):
    """Rolls the savepoint of a preview back."""


def preview_of(
    case: Case, *, agency: Agency, labels: list[Label], ground: Ground, by: Viewer
) -> list[PreviewRow]:
    """Return everything the agency would see: what is new first, then in the order of people and items. Changes nothing.

    Raises NotAllowed as the share itself would.
    """
    now = pieces_of(case_record_for(anybody_of(agency), case))
    with _undone():
        share_items(case, agency=agency, labels=labels, ground=ground, by=by)
        after = pieces_of(case_record_for(anybody_of(agency), case))
    people = [person for person, _item in after]
    order = [None, *dict.fromkeys(person for person in people if person)]
    keys = sorted(after, key=lambda key: (order.index(key[0]), list(Item.values).index(key[1])))
    names = _names(by, case)
    rows = [
        PreviewRow(key, names.get(key[0], ""), str(Item(key[1]).label), now.get(key, []), after[key])
        for key in keys
    ]
    # What is new stands first: it is what the question is about.
    return sorted(rows, key=lambda row: not row.is_new)


@contextmanager
def _undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


def pieces_of(record: CaseRecord) -> dict[Key, list[Piece]]:
    """Return what a case page shows, by (person, item)."""
    found: dict[Key, list[Piece]] = {}

    def add(person: uuid.UUID | None, item: str, heading: Any, text: Any) -> None:
        found.setdefault((person, item), []).append(Piece(str(heading), str(text)))

    if record.household:
        household = record.household
        add(
            None,
            household.item,
            household.name,
            f"{label_of('household_kind', household.kind)} {household.summary}".strip(),
        )
    for view in record.people:
        for item, heading, text in _of_person(view):
            add(view.person_id, item, heading, text)
    for row in record.relations:
        said = f"{row.one_name} → {row.other_name}：{row.get_kind_display()} {row.words}".strip()
        for person, item in {(row.one_id, row.one_item), (row.other_id, row.other_item)}:
            add(person, item, row._meta.verbose_name, said)
    for decision in record.decisions:
        for row, heading, text in _of_decision(decision):
            add(row.person_id, row.item, heading, text)
    for row, heading, text in _referrals_tasks_files(record):
        add(row.person_id, row.item, heading, text)
    for current in record.notes:
        for note in (current, *current.earlier):
            add(note.person_id, note.item, f"{note.occurred_at:%Y-%m-%d} {note.title}", _said_in(note))
    return found


def _of_person(view: PersonView) -> Iterator[tuple[str, Any, str]]:
    """Yield (item, heading, text) of everything on the card of a person."""
    for row in (view.basics, view.contact, view.health, view.money):
        if row is not None:
            yield row.item, row._meta.verbose_name, _values(row)
    for stay in view.stays:
        since = f"{stay.since_on:%Y-%m-%d} " if stay.since_on else ""
        yield stay.item, stay._meta.verbose_name, f"{since}{stay.get_living_display()} {stay.words}".strip()
    for issue in (*view.issues.open, *view.issues.closed) if view.issues else ():
        said = f"{issue.get_severity_display()} {issue.get_said_by_display()} {issue.words}".strip()
        yield issue.item, issue.get_code_display(), said


def _of_decision(view: DecisionView) -> Iterator[tuple[Any, str, str]]:
    """Yield (labelled row, heading, text) of the directions, roles and answers of a decision."""
    for direction in view.directions:
        yield direction, view.decision.number, direction.text
    for role in view.roles:
        heading = f"{view.decision.number} {role.row.agency.name}"
        yield role.row, heading, role.row.what
        for answer in role.answers:
            yield role.row, heading, f"{answer.get_kind_display()} {answer.text}".strip()


def _referrals_tasks_files(record: CaseRecord) -> Iterator[tuple[Any, str, str]]:
    for referral in record.referrals:
        packet = referral.row
        yield packet, packet.number, "\n".join(filter(None, (packet.heard, packet.issues, packet.we_keep)))
    for task in record.tasks:
        yield task, f"{task._meta.verbose_name} {task.due_on:%Y-%m-%d}", task.what
    for file in record.files:
        yield file, f"{file._meta.verbose_name} {file.number}", file.title


def _said_in(note: Any) -> str:
    """Return a note in words: why it corrects another, who else was there, and its paragraphs with kind and source."""
    why = [_("訂正の理由：%(reason)s") % {"reason": note.correction_reason}] if note.corrects_id else []
    said = [
        f"{paragraph.get_kind_display()}・{paragraph.get_source_display()}：{paragraph.text}"
        for paragraph in note.paragraphs.all()
    ]
    return "\n".join([*why, *(_in_words(each) for each in note.attendees.all()), *said])


def _in_words(attendee: Any) -> str:
    """Return somebody who was there as the case page shows them."""
    who = filter(None, (attendee.get_role_display(), attendee.organization, attendee.relation))
    said = f"{_('同席')}：{attendee.name}（{_('、').join(who)}）"
    if attendee.oath_on:
        told = {"day": f"{attendee.oath_on:%Y-%m-%d}", "medium": attendee.get_oath_medium_display()}
        return f"{said} {_('この回だけの守秘の誓約あり（%(day)s、%(medium)s）') % told}"
    return f"{said} {_('守秘の誓約の記録がありません')}" if attendee.lacks_oath else said


LEFT_OUT = {"id", "case", "person", "item", "position"}


def _values(row: Any) -> str:
    """Return the filled fields of an item in words, as the page shows them."""
    words = []
    for field in row._meta.concrete_fields:
        if field.name in LEFT_OUT:
            continue
        display = getattr(row, f"get_{field.name}_display", None)
        value = display() if display else getattr(row, field.name)
        if value not in (None, "", False):
            words.append(f"{field.verbose_name}：{_said(value)}")
    return "\n".join(words)


def _said(value: Any) -> str:
    if value is True:
        return _("はい")
    return intcomma(value) if isinstance(value, int) else str(value)


def _names(viewer: Viewer, case: Case) -> dict[uuid.UUID | None, str]:
    names: dict[uuid.UUID | None, str] = dict(persons_for(viewer).filter(case=case).values_list("pk", "name"))
    names[None] = _("世帯全体")
    return names
