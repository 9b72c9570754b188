"""What stands on the decision sheet 支援方針・役割分担表, for one reader."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from casework.households.models import Household, Person
from casework.households.selectors import household_for, name_people, who_live_here
from casework.meetings.models import AgendaItem
from casework.meetings.selectors import agendas_for
from casework.plans.models import Decision, Direction, Seat
from casework.plans.selectors import AnsweredRole, DecisionView, decision_view_for
from casework.sharing.items import Item
from casework.sharing.models import LivesHere
from casework.sharing.selectors import persons_for
from permissions.viewer import Viewer

from .models import Sheet

if TYPE_CHECKING:
    from casework.cases.models import Case

Label = tuple[uuid.UUID, uuid.UUID | None, str]


@dataclass
class SeatRow:
    """One of the four seats and who sits on it; empty seats are shown as such to the center only."""

    label: str
    roles: list[AnsweredRole]


@dataclass
class SheetContent:
    """Everything printed, and the labels it came from."""

    viewer: Viewer
    case: Case
    view: DecisionView
    household: Household | None
    people: list[Person]
    directions: list[Direction]
    roles: list[AnsweredRole]
    seats: list[SeatRow]
    agenda: AgendaItem | None
    labels: list[Label]
    made_at: dt.datetime
    number: str


def content_for(viewer: Viewer, sheet: Sheet) -> SheetContent | None:
    """Return the content this reader may see now, or None when nothing of the decision reaches them."""
    case = sheet.case
    view = decision_view_for(viewer, case, sheet.decision_id) if sheet.decision_id else None
    if view is None:
        return None
    household, people = family_for(viewer, case)
    rows = name_people(viewer, [*view.directions, *(role.row for role in view.roles)])
    return SheetContent(
        viewer=viewer,
        case=case,
        view=view,
        household=household,
        people=people,
        directions=view.directions,
        roles=view.roles,
        # Of a decision that stands, who sits there now; of one that was replaced, who sat there.
        seats=_seats(viewer, [role for role in view.roles if role.is_current or not view.is_current]),
        agenda=agenda_of(viewer, view.decision),
        labels=labels_printed(viewer, case, household, people, rows),
        made_at=sheet.requested_at,
        number=str(sheet.pk)[:8].upper(),
    )


def agenda_of(viewer: Viewer, decision: Decision | None) -> AgendaItem | None:
    """Return the item of the meeting that decided, with its meeting, for the center; None outside a meeting."""
    if decision is None or decision.agenda_id is None or not viewer.sees_all_cases:
        return None
    return agendas_for(viewer).filter(pk=decision.agenda_id).select_related("meeting").first()


def family_for(viewer: Viewer, case: Case) -> tuple[Household | None, list[Person]]:
    """Return the household and who lives there, in their order, as far as they reach the viewer."""
    known = persons_for(viewer).filter(case=case).annotate(lives_here=LivesHere("pk"))
    return household_for(viewer, case), who_live_here(list(known.order_by("position", "pk")))


def labels_printed(
    viewer: Viewer, case: Case, household: Household | None, people: list[Person], rows: Iterable[Any]
) -> list[Label]:
    """Return the labels of a sheet: of who lives there, of its rows, and of the name of whomever a row is about."""
    listed = list(rows)
    about = {row.person_id for row in listed if row.person_id}
    named = persons_for(viewer).filter(pk__in=about).values_list("pk", flat=True)
    labels: set[Label] = {(row.case_id, row.person_id, str(row.item)) for row in listed}
    labels |= {(case.pk, key, Item.BASIC.value) for key in (*(person.pk for person in people), *named)}
    if household:
        labels.add((case.pk, None, Item.BASIC.value))
    return sorted(labels, key=str)


def _seats(viewer: Viewer, roles: list[AnsweredRole]) -> list[SeatRow]:
    """Who cannot see every role must not conclude from an empty seat that nobody sits there."""
    rows = [SeatRow(str(seat.label), [role for role in roles if role.row.seat == seat]) for seat in Seat]
    return rows if viewer.sees_all_cases else [row for row in rows if row.roles]
