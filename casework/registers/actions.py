"""Reading a register in, saying what its columns are, and ordering that it is checked, taken in, or undone."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.once import made_before
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .mapping import checked, heading_of, missing
from .models import Register, RegisterRow, RegisterState, RowState
from .reading import Table
from .selectors import TAKE_REGISTERS
from .targets import NUMBER, TARGETS

STALLED_SECONDS = 60


@transaction.atomic
def read_register(
    table: Table, *, name: str, mapping: dict[str, Any], by: Viewer, key: uuid.UUID | None = None
) -> Register:
    """Keep the rows of a file until they are taken in or cleared away. The same ``key`` gives the same register again."""
    _allow(by)
    before: Register | None = made_before(Register, key)
    if before:
        return before
    register = Register(
        id=key or uuid.uuid4(), name=name.strip(), title=table.title or _("台帳"), digest=table.digest,
        columns=table.columns, mapping=mapping, read_by=by.membership,
    )  # fmt: skip
    register.save(force_insert=True)
    RegisterRow.objects.bulk_create(
        [
            RegisterRow(register=register, register_name=register.name, position=position, cells=cells)
            for position, cells in table.rows
        ],
        batch_size=1_000,
    )
    record(by, "register_read", register, detail={"rows": len(table.rows), "sha256": table.digest})
    return register


@transaction.atomic
def map_columns(
    register: Register, *, fields: dict[str, str], words: dict[str, dict[str, str]], by: Viewer
) -> None:
    """Say what the columns are, before anything is taken. What was checked has to be checked anew.

    Raises BadMapping (mapping.py), and NotAllowed once something of it was taken.
    """
    locked = _at_rest(register, by, RegisterState.READ, RegisterState.CHECKED)
    locked.mapping = checked(fields, words)
    _move(locked, RegisterState.READ, "mapping")
    _forget_findings(locked)
    record(by, "register_mapped", locked)


@transaction.atomic
def order_check(register: Register, *, by: Viewer) -> None:
    """Have every row looked at (dry run). Nothing is taken. Raises NotAllowed while a column that is needed is missing."""
    locked = _at_rest(register, by, RegisterState.READ, RegisterState.CHECKED)
    lacking = missing(locked.mapping["fields"])
    if lacking:
        raise NotAllowed(_("先に、次の列を選んでください：%(columns)s") % {"columns": "、".join(lacking)})
    _forget_findings(locked)
    _number_rows(locked)
    _move(locked, RegisterState.CHECKING)
    _enqueue(locked, by)
    record(by, "register_check_ordered", locked)


@transaction.atomic
def order_taking(register: Register, *, takes_alike: bool, by: Viewer) -> None:
    """Have the rows that nothing stands against taken in: each household a case, whole or not at all."""
    locked = _at_rest(register, by, RegisterState.CHECKED, RegisterState.TAKEN)
    locked.takes_alike = takes_alike
    _move(locked, RegisterState.TAKING, "takes_alike")
    _enqueue(locked, by)
    record(by, "register_taking_ordered", locked, detail={"takes_alike": takes_alike})


@transaction.atomic
def order_undoing(register: Register, *, reason: str, by: Viewer) -> None:
    """Have every case taken from this file deleted again, but for those with which somebody has done something since."""
    if not reason.strip():
        raise NotAllowed(_("取り消す理由を書いてください。"))
    locked = _at_rest(register, by, RegisterState.TAKEN, RegisterState.UNDONE, although_cleared=True)
    RegisterRow.objects.filter(register=locked, state=RowState.TAKEN).update(findings=[])
    locked.undo_reason = reason.strip()
    _move(locked, RegisterState.UNDOING, "undo_reason")
    _enqueue(locked, by)
    record(by, "register_undo_ordered", locked, detail={"reason": locked.undo_reason})


@transaction.atomic
def resume(register: Register, *, by: Viewer) -> None:
    """Go on where a worker stopped. Raises NotAllowed while one is still at it."""
    _allow(by)
    locked = Register.objects.select_for_update().get(pk=register.pk)
    if not is_stalled(locked):
        raise NotAllowed(_("いま進んでいます。少し待ってから、もう一度開いてください。"))
    _move(locked, locked.state)
    _enqueue(locked, by)
    record(by, "register_resumed", locked)


@transaction.atomic
def clear_rows(register: Register, *, by: Viewer) -> int:
    """Delete the rows that were not taken, with everything they say of people; return how many."""
    locked = _at_rest(
        register, by, RegisterState.READ, RegisterState.CHECKED, RegisterState.TAKEN, RegisterState.UNDONE
    )
    count, _each = RegisterRow.objects.filter(register=locked, case__isnull=True).delete()
    locked.is_cleared = True
    locked.save(update_fields=["is_cleared"])
    record(by, "register_cleared", locked, detail={"rows": count})
    return count


def is_stalled(register: Register) -> bool:
    """Return whether the worker has not moved on for a while."""
    return register.is_moving and (timezone.now() - register.moved_at).total_seconds() > STALLED_SECONDS


def _allow(by: Viewer) -> None:
    if not by.may(TAKE_REGISTERS):
        raise NotAllowed(_("台帳を取り込むことができるのはセンター長です。"))


def _at_rest(
    register: Register, by: Viewer, *states: RegisterState, although_cleared: bool = False
) -> Register:
    _allow(by)
    locked = Register.objects.select_for_update().get(pk=register.pk)
    if locked.state not in states or (locked.is_cleared and not although_cleared):
        raise NotAllowed(_("いまはできません。画面を開き直して、いまの状態を確かめてください。"))
    return locked


def _move(register: Register, state: str, *changed: str) -> None:
    register.state = state
    register.moved_at = ClockNow()
    register.save(update_fields=["state", "moved_at", *changed])


def _forget_findings(register: Register) -> None:
    rows = RegisterRow.objects.filter(register=register, case__isnull=True)
    rows.update(state=RowState.NEW, findings=[], is_head=False, number="")


def _number_rows(register: Register) -> None:
    """Say which rows belong together. A row without a number stands alone, and will be held back."""
    column = heading_of(register.mapping["fields"], NUMBER, register.columns)
    rows = list(
        RegisterRow.objects.filter(register=register).only("pk", "cells", "position").order_by("position")
    )
    seen: set[str] = set()
    for row in rows:
        number = row.cells[column] if column is not None else ""
        # One that is cut off would put two households into one; the row is held back for it (checking.py).
        row.number = number if len(number) <= TARGETS[NUMBER].most else ""
        row.is_head = not row.number or row.number not in seen
        seen.add(row.number)
    RegisterRow.objects.bulk_update(rows, ["number", "is_head"], batch_size=1_000)


def _enqueue(register: Register, by: Viewer) -> None:
    from .tasks import move_register  # noqa: PLC0415 -- the task imports the rooms that import this module

    move_register.using(priority=-100).enqueue(str(register.pk), by.membership.pk)
