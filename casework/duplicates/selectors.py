"""People of other cases who may be the same person, and who was said to be. For the center's duty only."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.concealment.selectors import concealed_among
from casework.households.models import Person, PersonContact
from casework.rounds import Steps, in_rounds
from casework.search.keys import (
    BORN,
    KANA,
    LIVES,
    NAME,
    PHONE,
    SOUND,
    lines_of_contact,
    lines_of_person,
    phones,
)
from casework.search.selectors import people_with_lines
from casework.sharing.models import NotBlocked
from casework.sharing.selectors import labelled_for, persons_for
from permissions.audit.actions import record
from permissions.viewer import Viewer

from .models import SameMark

if TYPE_CHECKING:
    from casework.cases.models import Case

MOST_SHOWN = 10
# A common reading has hundreds: the newest are compared, and whoever shares another key comes by that one as well.
MOST_PER_KEY = 50
WEIGHTS = {NAME: 3, PHONE: 3, KANA: 2, BORN: 2, LIVES: 2, SOUND: 1}
REASONS: dict[str, str | Promise] = {
    NAME: _("氏名が同じ（字体のちがいは同じとみなす）"),
    KANA: _("読みが同じ"),
    SOUND: _("読みがほぼ同じ"),
    BORN: _("生年月日が同じ"),
    PHONE: _("電話が同じ"),
    LIVES: _("住所が同じ"),
}


@dataclass
class Alike:
    """A person of another case, and what is equal. ``joined``: the mark by which they are one already; ``is_concealed``: their household hides."""

    person: Person
    reasons: list[str | Promise]
    weight: int
    joined: SameMark | None = None
    is_concealed: bool = False


def people_like(viewer: Viewer, person: Person) -> list[Alike]:
    """Return people of other cases who share a key with a person, most likely first, at most MOST_SHOWN."""
    contact = labelled_for(viewer, PersonContact).filter(person=person).first()
    lines = lines_of_person(person.name, person.kana, person.birth_on)
    lines += lines_of_contact(contact.phone, contact.address) if contact else []
    alike = _alike(viewer, lines, not_in=person.case_id)
    marks = _newest(_marks(Q(one=person) | Q(other=person))) if viewer.sees_all_cases else {}
    for each in alike:
        mark = marks.get(frozenset((person.pk, each.person.pk)))
        each.joined = mark if mark and mark.is_same else None
    return alike


def people_like_contact(viewer: Viewer, *, reply_to: str, answers: Iterable[dict[str, Any]]) -> list[Alike]:
    """Return people who share a telephone number, a name or a reading with what came in."""
    told = list(answers)
    lines = [
        f"{PHONE}{digits}"
        for text in (reply_to, *(row["display"] for row in told))
        for digits in phones(text)
    ]
    for row in told:
        if row["key"] in ("name", "kana"):
            lines += lines_of_person(row["display"], row["display"] if row["key"] == "kana" else "", None)
    return _alike(viewer, lines, not_in=None)


@dataclass(frozen=True)
class Told:
    """What is told of somebody who is not here yet."""

    name: str
    kana: str = ""
    birth_on: dt.date | None = None
    phone: str = ""
    address: str = ""

    @cached_property
    def lines(self) -> frozenset[str]:
        """The keys by which people are compared."""
        lines = (
            *lines_of_person(self.name, self.kana, self.birth_on),
            *lines_of_contact(self.phone, self.address),
        )
        return frozenset(line for line in lines if line[0] in WEIGHTS)


def people_like_told(viewer: Viewer, told: Sequence[Told]) -> list[list[Alike]]:
    """Return, for each of those who are not here yet, people who share a key with them; in a few statements for all."""
    return _alike_each(viewer, [each.lines for each in told], not_in=None)


def record_alike(viewer: Viewer, alike: list[Alike]) -> None:
    """Log how many people were shown who may be the same."""
    if alike:
        record(viewer, "listed", None, detail={"list": "alike", "shown": len(alike)})


def _alike(viewer: Viewer, lines: list[str], *, not_in: uuid.UUID | None) -> list[Alike]:
    return _alike_each(viewer, [{line for line in lines if line[0] in WEIGHTS}], not_in=not_in)[0]


def _alike_each(
    viewer: Viewer, wanted: Sequence[Collection[str]], *, not_in: uuid.UUID | None
) -> list[list[Alike]]:
    """Return who is like each, most likely first. What one finds never depends on the others it is asked with."""
    everything = {line for lines in wanted for line in lines}
    by_line = people_with_lines(everything, most=MOST_PER_KEY) if viewer.sees_all_cases else {}
    found = {who for people in by_line.values() for _case, who in people}
    if not found:
        return [[] for _lines in wanted]
    people = persons_for(viewer).filter(pk__in=found).exclude(case=not_in).select_related("case")
    contacts = {row.person_id: row for row in labelled_for(viewer, PersonContact).filter(person__in=found)}
    concealed = concealed_among([person.case_id for person in people])
    known = {person.pk: (person, _lines_of(person, contacts.get(person.pk))) for person in people}
    answers = []
    for lines in wanted:
        who = {key for line in lines for _case, key in by_line.get(line, ())}
        alike = [_compare(*known[key], lines) for key in who if key in known]
        for each in alike:
            each.is_concealed = each.person.case_id in concealed
        answers.append(sorted((each for each in alike if each.reasons), key=_order)[:MOST_SHOWN])
    return answers


def _order(alike: Alike) -> tuple[int, str, int]:
    return -alike.weight, alike.person.case.number, alike.person.position


def _lines_of(person: Person, contact: PersonContact | None) -> list[str]:
    lines = lines_of_person(person.name, person.kana, person.birth_on)
    return lines + (lines_of_contact(contact.phone, contact.address) if contact else [])


def _compare(person: Person, theirs: list[str], wanted: Collection[str]) -> Alike:
    kinds = _kinds(line for line in theirs if line in wanted)
    return Alike(person, [REASONS[kind] for kind in kinds], weight_of(kinds))


def _kinds(lines: Iterable[str]) -> list[str]:
    """Return of what kind these keys are, the weighty first. Whose reading is equal, of course sounds equal."""
    kinds = {line[0] for line in lines}
    if KANA in kinds:
        kinds.discard(SOUND)
    return [kind for kind in WEIGHTS if kind in kinds]


def weight_of(lines: Iterable[str]) -> int:
    """Return how much it says that two people share these keys."""
    return sum(WEIGHTS[kind] for kind in _kinds(lines))


# --- who was said to be one -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Joined:
    """A person of another case who is the same one, and the mark that says so."""

    person: Person
    mark: SameMark


@in_rounds
def joined_for(viewer: Viewer, case: Case) -> Steps[dict[uuid.UUID, list[Joined]]]:
    """Return, for each person of a case, who they are elsewhere; by direct marks, nothing is concluded from two."""
    if not viewer.sees_all_cases:
        return {}
    (said,) = yield [_marks(Q(one_case=case) | Q(other_case=case))]
    marks = [mark for mark in _newest(said).values() if mark.is_same]
    ids = {key for mark in marks for key in (mark.one_id, mark.other_id)}
    (found_people,) = yield [persons_for(viewer).select_related("case").filter(pk__in=ids)]
    people = {person.pk: person for person in found_people}
    found: dict[uuid.UUID, list[Joined]] = defaultdict(list)
    for mark in marks:
        here, there = (
            (mark.one_id, mark.other_id) if mark.one_case_id == case.pk else (mark.other_id, mark.one_id)
        )
        if there in people:
            found[here].append(Joined(people[there], mark))
    return dict(found)


def _marks(which: Q) -> QuerySet[SameMark]:
    """Return what was said of pairs of people, the oldest first; for the center's duty alone."""
    marks = SameMark.objects.filter(which, NotBlocked("one_case"), NotBlocked("other_case"))
    return marks.select_related("marked_by__user").order_by("sequence")


def _newest(marks: Iterable[SameMark]) -> dict[frozenset[uuid.UUID], SameMark]:
    return {frozenset((mark.one_id, mark.other_id)): mark for mark in marks}
