"""Who opened a case: for its owner on screen, and for the resident as a letter (個人情報保護法 76条, 78条)."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from casework.sharing.bases import TOLD_WITHOUT_DECISION, bases
from casework.sharing.items import Item
from casework.sharing.selectors import persons_for
from permissions.agencies.models import Agency
from permissions.people import name_of
from permissions.roles import ROLES
from permissions.viewer import Viewer

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person

ROWS_SHOWN = 5_000
DUTY = "duty"


HOW: dict[str, str | Promise] = {
    "read": gettext_lazy("画面で見た"),
    "sheet_opened": gettext_lazy("帳票のPDFを開いた"),
    "sheet_made": gettext_lazy("帳票のPDFを作った"),
    "letter_made": gettext_lazy("お知らせの手紙を作った"),
}


@dataclass(frozen=True)
class OpeningRow:
    """One row of the log about a case, as the database's function gives it."""

    at: dt.datetime
    request_id: uuid.UUID | None
    user_id: int | None
    agency_id: int | None
    role: str
    verb: str
    person_id: uuid.UUID | None
    item: str
    basis: str


@dataclass
class Opening:
    """One look at a case by one person: when, who, for whom, which items of whom, on which basis."""

    at: dt.datetime
    user_id: int | None
    agency_id: int | None
    role: str
    how: str
    labels: list[tuple[uuid.UUID | None, str]] = field(default_factory=list)
    bases: list[str] = field(default_factory=list)
    who: str = ""
    agency: str = ""
    items: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def role_name(self) -> str:
        known = ROLES.get(self.role)
        return str(known.label) if known else ""

    @property
    def basis_names(self) -> list[str]:
        return [basis_name(basis) for basis in self.bases]

    @property
    def how_name(self) -> str:
        return str(HOW.get(self.how, self.how))


def may_see_openings(viewer: Viewer, case: Case) -> bool:
    """Return whether this viewer is told who opened the case: the chief, or a coordinator of its owner.

    The database's function asks the same (casework/walls.py).
    """
    is_owner = case.holder_id == viewer.agency.pk
    return viewer.may("casework.view_openings") and (viewer.role == "chief" or is_owner)


def opening_rows_for(
    viewer: Viewer, case: Case, *, since: dt.datetime, until: dt.datetime
) -> list[OpeningRow]:
    """Return what the log says about reads of a case, newest first, at most ROWS_SHOWN rows."""
    if not may_see_openings(viewer, case):
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, request_id, user_id, agency_id, role, verb, person_id, item, basis"
            " FROM casework_openings(%s, %s, %s) ORDER BY number DESC LIMIT %s",
            [case.pk, since, until, ROWS_SHOWN],
        )
        return [OpeningRow(*row) for row in cursor.fetchall()]


def openings_for(viewer: Viewer, case: Case, *, since: dt.datetime, until: dt.datetime) -> list[Opening]:
    """Return who opened a case in a span of time, newest first, with names as far as they reach the viewer."""
    openings = gather(opening_rows_for(viewer, case, since=since, until=until))
    _name(viewer, case, openings)
    return openings


def gather(rows: Iterable[OpeningRow]) -> list[Opening]:
    """Put the rows of one request together."""
    found: dict[Any, Opening] = {}
    for row in rows:
        key = (row.request_id or row.at, row.user_id, row.verb)
        opening = found.setdefault(key, Opening(row.at, row.user_id, row.agency_id, row.role, row.verb))
        label = (row.person_id, row.item)
        if row.item and label not in opening.labels:
            opening.labels.append(label)
        if row.basis and row.basis not in opening.bases:
            opening.bases.append(row.basis)
    return list(found.values())


def basis_name(basis: str) -> str:
    if basis == DUTY:
        return _("センターの職務")
    known = bases().get(basis)
    return str(known.label) if known else basis


def item_names(items: Iterable[str]) -> list[str]:
    """Return the names of items, each once, in the order of the items."""
    wanted = set(items)
    return [str(item.label) for item in Item if item in wanted]


def _name(viewer: Viewer, case: Case, openings: list[Opening]) -> None:
    users = get_user_model().objects.in_bulk({opening.user_id for opening in openings if opening.user_id})
    agencies = Agency.objects.in_bulk({opening.agency_id for opening in openings if opening.agency_id})
    people = dict(persons_for(viewer).filter(case=case).values_list("pk", "name"))
    for opening in openings:
        user = users.get(opening.user_id)
        agency = agencies.get(opening.agency_id) if opening.agency_id else None
        opening.who = name_of(user) if user else ""
        opening.agency = agency.name if agency else ""
        by_person: dict[uuid.UUID | None, list[str]] = defaultdict(list)
        for person, item in opening.labels:
            by_person[person].append(item)
        opening.items = [
            (
                people.get(person, _("（氏名は共有されていません）")) if person else _("世帯全体"),
                item_names(items),
            )
            for person, items in sorted(by_person.items(), key=str)
        ]


# --- the letter -----------------------------------------------------------------------------------


@dataclass
class LetterAgency:
    """What one agency saw of one resident. ``needs_decision``: some of it rests on another
    ground than the center's duty and TOLD_WITHOUT_DECISION."""

    agency: Agency
    looks: list[Opening]

    @property
    def needs_decision(self) -> bool:
        return any(basis not in TOLD_WITHOUT_DECISION | {DUTY} for look in self.looks for basis in look.bases)

    @property
    def lines(self) -> list[tuple[dt.datetime, str, str]]:
        """Return (when, items, bases), oldest first."""
        return [
            (
                look.at,
                _("、").join(item_names(item for _person, item in look.labels)),
                _("、").join(look.basis_names),
            )
            for look in sorted(self.looks, key=lambda look: look.at)
        ]


def letter_agencies_for(
    viewer: Viewer, case: Case, person: Person, *, since: dt.datetime, until: dt.datetime
) -> list[LetterAgency]:
    """Return per agency what it saw of one resident: their own items and nothing of anybody else.

    Rows about the household as a whole are about others, too, and stay out. Names of staff stay out.
    """
    rows = [
        row
        for row in opening_rows_for(viewer, case, since=since, until=until)
        if row.person_id == person.pk and row.item and row.verb != "letter_made"
    ]
    by_agency: dict[int, list[Opening]] = defaultdict(list)
    for look in gather(rows):
        if look.agency_id:
            by_agency[look.agency_id].append(look)
    agencies = Agency.objects.in_bulk(by_agency)
    found = [LetterAgency(agencies[key], looks) for key, looks in by_agency.items() if key in agencies]
    return sorted(found, key=lambda each: (not each.agency.is_center, each.agency.name))
