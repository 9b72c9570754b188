"""Reading registers: for the chiefs; and what was kept of one, with its case."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from casework.rounds import Steps, in_rounds
from permissions.agencies.models import Membership
from permissions.viewer import Viewer

from .mapping import heading_of
from .models import Register, RegisterRow, RowState
from .targets import plain

if TYPE_CHECKING:
    from casework.cases.models import Case

TAKE_REGISTERS = "casework.take_register"


def registers_for(viewer: Viewer) -> QuerySet[Register]:
    """Return the registers that were read, newest first; none for whoever takes none in."""
    if not viewer.may(TAKE_REGISTERS):
        return Register.objects.none()
    return Register.objects.select_related("read_by__user").order_by("-read_at", "pk")


def rows_for(viewer: Viewer, register: Register) -> QuerySet[RegisterRow]:
    """Return the rows of a register in the order of the file, without those of cases that are hidden from the reader."""
    if not viewer.may(TAKE_REGISTERS):
        return RegisterRow.objects.none()
    return RegisterRow.objects.filter(register=register).select_related("case").order_by("position")


def counts_for(viewer: Viewer, register: Register) -> dict[str, int]:
    """Return how many rows are in which state."""
    found = rows_for(viewer, register).order_by().values_list("state").annotate(Count("pk"))
    return {state: dict(found).get(state, 0) for state in RowState.values}


@in_rounds
def kept_for(viewer: Viewer, case: Case) -> Steps[list[RegisterRow]]:
    """Return what was kept of the register a case was taken from, as it was written; for the center alone."""
    if not viewer.sees_all_cases:
        return []
    rows = RegisterRow.objects.filter(case=case).select_related("register__read_by__user")
    (found,) = yield [rows.order_by("position")]
    return found


def cases_of_number(viewer: Viewer, text: str) -> list[uuid.UUID]:
    """Return the cases that had this number in a ledger, for the center alone."""
    number = text.strip()
    if not number or not viewer.sees_all_cases:
        return []
    found = RegisterRow.objects.filter(number=number, is_head=True, case__isnull=False)
    return list(found.order_by("register_name").values_list("case", flat=True))


def unknown_words(viewer: Viewer, register: Register) -> list[tuple[str, str, int]]:
    """Return (heading, word, how often) of what stands in a coded column and is no code, the frequent ones first."""
    found: Counter[tuple[str, str]] = Counter()
    for findings in rows_for(viewer, register).filter(state=RowState.HELD).values_list("findings", flat=True):
        found.update(
            (heading, value)
            for code, heading, value in findings
            if code in ("unknown_code", "stage_rests_on_more")
        )
    return [(heading, value, count) for (heading, value), count in found.most_common()]


def staff_by_name() -> dict[str, int]:
    """Return {name, plain: membership} of the people who work on cases at the center; a name of two stands for nobody."""
    seats = Membership.objects.live().filter(agency__is_center=True).select_related("user")
    names: dict[str, set[int]] = {}
    for seat in seats:
        if not seat.role_rights.sees_all_cases:
            continue
        user = seat.user
        for name in (user.get_username(), user.email, f"{user.last_name}{user.first_name}", user.last_name):
            if name:
                names.setdefault(plain(name), set()).add(seat.pk)
    return {name: next(iter(found)) for name, found in names.items() if len(found) == 1}


def taken_before(register: Register, numbers: Iterable[str]) -> set[str]:
    """Return which numbers of this register (by its name) stand for a case already."""
    return set(
        RegisterRow.objects.filter(
            register_name=register.name, number__in=list(numbers), is_head=True, case__isnull=False
        ).values_list("number", flat=True)
    )


def heads_in(register: Register, states: Iterable[str], *, most: int) -> list[RegisterRow]:
    """Return the next heads of a register in these states, in the order of the file."""
    found = RegisterRow.objects.filter(register=register, is_head=True, state__in=list(states))
    return list(found.order_by("position")[:most])


def rows_of(heads: Iterable[RegisterRow]) -> dict[uuid.UUID, list[RegisterRow]]:
    """Return {head: its rows, in the order of the file}."""
    wanted = list(heads)
    if not wanted:
        return {}
    rows: dict[str, list[Any]] = {}
    numbers = [head.number for head in wanted if head.number]
    found = RegisterRow.objects.filter(register=wanted[0].register_id, number__in=numbers).order_by(
        "position"
    )
    for row in found:
        rows.setdefault(row.number, []).append(row)
    return {head.pk: rows.get(head.number, [head]) if head.number else [head] for head in wanted}


Namesakes = dict[tuple[str, str], set[str]]


def namesakes_in_file(register: Register) -> Namesakes:
    """Return {(name, birth date), plain: the numbers under which such people stand in the file}."""
    name, born = _who(register)
    if name is None:
        return {}
    found: Namesakes = {}
    rows = RegisterRow.objects.filter(register=register, case=None).values_list("number", "cells")
    for number, cells in rows.iterator():
        if cells[name]:
            key = plain(cells[name]), plain(cells[born]) if born is not None else ""
            found.setdefault(key, set()).add(number)
    return {key: numbers for key, numbers in found.items() if len(numbers) > 1}


def elsewhere_in_file(register: Register, row: RegisterRow, namesakes: Namesakes) -> list[str]:
    """Return the other numbers of the same file under which somebody of the same name and birth date stands."""
    name, born = _who(register)
    if name is None or not namesakes:
        return []
    key = plain(row.cells[name]), plain(row.cells[born]) if born is not None else ""
    return sorted(namesakes.get(key, set()) - {row.number})


def _who(register: Register) -> tuple[int | None, int | None]:
    fields = register.mapping["fields"]
    return heading_of(fields, "name", register.columns), heading_of(fields, "birth_on", register.columns)
