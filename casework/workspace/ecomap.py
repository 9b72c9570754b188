"""An ecomap of what one viewer sees of a case: agencies, people outside the household, places. Source: domain.md 7.2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _

from casework.households.models import Living
from casework.plans.models import AnswerKind
from casework.relations.drawing.ecomap import Around, EcoDrawing, draw_around, oval
from casework.relations.models import Group
from permissions.audit.actions import Read
from permissions.viewer import Viewer

from .selectors import CaseRecord

LETTERS = 11
# What the center shares with an agency weighs less than a role, and a role that is promised most.
WEIGHT = {"": 0, "shown": 1, "asked": 2, "agreed": 3}
FELT = {"violent": 5, "cut_off": 4, "conflict": 4, "key": 3, "strong": 3, "carer": 2, "weak": 1}


@dataclass(frozen=True)
class Corner:
    """One box around the household, with the two lines in it."""

    x: int
    y: int
    shape: str
    name: str
    words: str


@dataclass(frozen=True)
class Ecomap:
    """An ecomap as the template prints it, and the rows of the table that says the same."""

    drawing: EcoDrawing
    outline: str
    household: str
    corners: list[Corner]
    rows: tuple[Around, ...]


def ecomap_of(viewer: Viewer, record: CaseRecord) -> Ecomap:
    """Return the ecomap of a case as its record shows it to this viewer."""
    # A concealed household is linked with nobody outside it, for anybody but the center (decision 017).
    is_apart = record.is_concealed and not viewer.sees_all_cases
    people = () if is_apart else tuple(_people(record))
    around = (*_agencies(viewer, record), *people, *_places(record))
    drawing = draw_around(around)
    corners = [
        Corner(*drawing.places[each.key], each.shape, _short(each.name), _short(each.words))
        for each in around
    ]
    household = record.household.name if record.household else _("世帯")
    return Ecomap(drawing, oval(drawing.middle), _short(household), corners, around)


def _short(text: str) -> str:
    return text if len(text) <= LETTERS else text[: LETTERS - 1] + "…"


def _agencies(viewer: Viewer, record: CaseRecord) -> list[Around]:
    """Return the agencies that a line or a role that the viewer sees names, and who holds the case."""
    kinds: dict[Any, str] = {}
    words: dict[Any, list[str]] = {}

    def add(agency: Any, kind: str, said: str) -> None:
        kinds[agency] = max(kinds.get(agency, ""), kind, key=lambda each: WEIGHT[each])
        words.setdefault(agency, []).append(said)

    add(record.case.holder, "agreed", _("担当する機関"))
    for shared in record.shared:
        if shared.live:
            add(shared.agency, "shown", _("共有あり"))
    if not viewer.sees_all_cases:
        add(viewer.agency, "shown", _("共有あり"))
    for decision in record.decisions:
        for role in filter(attrgetter("is_current"), decision.roles):
            said = role.agreement
            if said is None:
                add(role.row.agency, "asked", _("役割 未回答"))
            elif said.kind != AnswerKind.DECLINED:
                add(role.row.agency, "agreed", _("役割あり"))
    return [
        Around(("agency", agency.pk), "agency", agency.name, kind, words[agency][-1])
        for agency, kind in kinds.items()
    ]


def _people(record: CaseRecord) -> Iterator[Around]:
    """Yield the people outside the household, with what they are to those in it."""
    members = {view.person_id for view in record.members}
    for view in record.outside:
        if view.basics is None or view.living == Living.DIED:
            continue
        ties = [row for row in record.relations if view.person_id in (row.one_id, row.other_id)]
        ties = [row for row in ties if {row.one_id, row.other_id} & members]
        told = max(ties, key=lambda row: FELT.get(row.kind, 0), default=None)
        kind = told.kind if told is not None and told.kind in FELT else ""
        yield Around(("person", view.person_id), "person", view.name, kind, _told(view, told))


def _told(view: Any, tie: Any) -> str:
    relation: str = view.basics.get_relation_display()
    if tie is None or tie.group in (Group.PARENT, Group.COUPLE, Group.SIBLING):
        return relation
    return str(tie.get_kind_display())


def _places(record: CaseRecord) -> Iterator[Around]:
    """Yield where people of the household go. Concealed places are in no field, and so not here."""
    for view in record.members:
        if view.basics and view.basics.occupation:
            key = ("work", view.person_id)
            yield Around(key, "place", view.basics.occupation, "", _("仕事・学校"))
        if view.health and view.health.doctor:
            yield Around(("doctor", view.person_id), "place", view.health.doctor, "", _("かかりつけ"))


def reads_of_ecomap(record: CaseRecord) -> Iterable[Read]:
    """Return what the ecomap showed, for the log: basics, doctors, roles, and what people feel."""
    case = record.case.pk
    reads: set[Read] = {(record.case, case, None, "")}
    if record.household:
        reads.add((record.household, case, None, record.household.item))
    for view in record.people:
        if view.basics:
            reads.add((view.basics, case, view.person_id, view.basics.item))
        if view.is_member and view.health and view.health.doctor:
            reads.add((view.health, case, view.person_id, view.health.item))
    for row in record.relations:
        for person_id, item in ((row.one_id, row.one_item), (row.other_id, row.other_item)):
            if item != "basic":
                reads.add((row, case, person_id, item))
    for decision in record.decisions:
        for role in filter(attrgetter("is_current"), decision.roles):
            reads.add((decision.decision, case, role.row.person_id, role.row.item))
    return reads
