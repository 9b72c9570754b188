"""The worker's part: looking at every row, taking households in, and undoing it. Goes on where a kill stopped it.

Households are taken many at once, in one transaction with the state of their rows. A household is still taken whole or not at
all, and none keeps back another: what cannot be taken together is taken one by one (decisions/023).
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.cases.models import Case
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.models import ConcealmentKind
from casework.concealment.selectors import concealed_cases
from casework.search.actions import index
from permissions.agencies.selectors import viewer_for_membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow
from permissions.walls.context import acting_for

from .alike import add_alike, may_hide_here
from .cells import Words, words_of_codes
from .checking import CaseDraft, draft_of
from .findings import Found
from .households import case_of, mark_taken, rows_of_household, workers_of
from .models import TAKEN_ONCE, Register, RegisterRow, RegisterState, RowState
from .selectors import (
    TAKE_REGISTERS,
    Namesakes,
    elsewhere_in_file,
    heads_in,
    namesakes_in_file,
    rows_of,
    staff_by_name,
    taken_before,
)
from .together import take_households, write_found

logger = logging.getLogger(__name__)
TURN_SECONDS = 20
# Households in one transaction. Whoever opens a case meanwhile waits for its number until the end of it.
AT_ONCE = 200


class HidMeanwhile(Exception):
    """Somebody hid while households were taken in, who may be one of them."""


@dataclass
class Turn:
    """What is read once a turn: codes and people, who stands twice in the file; and how many are still taken one by one."""

    words: list[Words] = field(default_factory=list)
    namesakes: list[Namesakes] = field(default_factory=list)
    singly: int = 0


def move_on(register_id: uuid.UUID, *, membership_id: int) -> bool:
    """Do what was ordered, with the rights of whoever ordered it at the moment of each step; return whether there is more.

    May run again after a kill. Stops after TURN_SECONDS, so that others in the queue have their turn.
    """
    until = time.monotonic() + TURN_SECONDS
    turn = Turn()
    while _step(register_id, membership_id, turn):
        if time.monotonic() > until:
            return True
    return False


def _step(register_id: uuid.UUID, membership_id: int, turn: Turn) -> bool:
    """One transaction: one look at some households, or some taken in. Returns whether there may be more."""
    viewer = viewer_for_membership(membership_id)
    if viewer is None:
        return False
    with acting_for(viewer):
        if not viewer.may(TAKE_REGISTERS):
            return False
        register = Register.objects.select_for_update().filter(pk=register_id).first()
        step = _STEPS.get(register.state) if register else None
        if register is None or step is None:
            return False
        if not turn.words:
            turn.words.append(Words(words_of_codes(register.mapping["words"]), staff_by_name()))
        step(register, viewer, turn)
        register.moved_at = ClockNow()
        register.save(update_fields=["state", "moved_at"])
        return True


def _drafts_of(register: Register, heads: list[RegisterRow], turn: Turn) -> Iterator[CaseDraft]:
    """Yield what the rows of each head say, one after the other."""
    rows, (words,) = rows_of(heads), turn.words
    for head in heads:
        yield draft_of(head.number, rows[head.pk], register.columns, register.mapping["fields"], words)


# --- looking ----------------------------------------------------------------------------------------------


def _check(register: Register, viewer: Viewer, turn: Turn) -> None:
    heads = heads_in(register, [RowState.NEW], most=AT_ONCE)
    if not heads:
        register.state = RegisterState.CHECKED
        return
    drafts = list(_drafts_of(register, heads, turn))
    known = taken_before(register, [head.number for head in heads])
    if not turn.namesakes:  # nobody changes the rows of a file that is being checked
        turn.namesakes.append(namesakes_in_file(register))
    (namesakes,) = turn.namesakes
    fit = [draft for draft in drafts if not draft.is_held]
    add_alike([draft for draft in fit if draft.number not in known], viewer)
    for head, draft in zip(heads, drafts, strict=True):
        twice = {row.pk: elsewhere_in_file(register, row, namesakes) for row in draft.rows}
        state = RowState.HELD if draft.is_held else RowState.READY
        if draft.number in known:
            draft.findings[head.pk].append(("taken_before", "", ""))
            state = RowState.KNOWN
        elif state == RowState.READY and (draft.is_alike or any(twice.values())):
            state = RowState.ALIKE
        for row in draft.rows:
            row.state = state
            row.findings = [
                *draft.findings[row.pk],
                *(("twice_in_file", "", number) for number in twice[row.pk]),
            ]
    write_found(row for draft in drafts for row in draft.rows)


# --- taking -----------------------------------------------------------------------------------------------


def _take(register: Register, viewer: Viewer, turn: Turn) -> None:
    states = [RowState.READY, *([RowState.ALIKE] if register.takes_alike else [])]
    heads = heads_in(register, states, most=1 if turn.singly else AT_ONCE)
    if not heads:
        register.state = RegisterState.TAKEN
        return
    turn.singly = max(0, turn.singly - 1)
    drafts: list[CaseDraft] = []
    for draft in _drafts_of(register, heads, turn):
        drafts.append(draft)
        if draft.concealed:  # by itself: its places are put away as it is taken
            break
    if len(drafts) > 1 and drafts[-1].concealed:
        drafts.pop()
    if len(drafts) == 1:
        _take_one(drafts[0], register, viewer)
    elif not _take_many(drafts, register, viewer):
        turn.singly = len(drafts)
        _take(register, viewer, turn)


def _take_one(draft: CaseDraft, register: Register, viewer: Viewer) -> None:
    hiding = set(concealed_cases())
    if not draft.is_held:
        add_alike([draft], viewer)
    if draft.is_held:  # a code was retired, a colleague has left, somebody hides since it was checked
        _hold([draft])
        return
    try:
        with _whole(hiding, is_concealed=draft.concealed):
            take_household(draft, register, by=viewer)
    except HidMeanwhile:
        return  # the next step asks again
    except (DatabaseError, NotAllowed, ValueError) as error:
        # One row that nobody foresaw does not keep back the others; it is told, and stays as it is.
        is_known = TAKEN_ONCE in str(error)
        head = _head_of(draft)
        logger.warning("register row %s: %s", head.pk, type(error).__name__)
        found = ("taken_before" if is_known else "could_not_take", "", "")
        _tell(draft.rows, {head.pk: [found]}, RowState.KNOWN if is_known else RowState.HELD)


def _take_many(drafts: list[CaseDraft], register: Register, viewer: Viewer) -> bool:
    """Take in what nothing stands against, all in one; return False if that was not possible, and nothing of it was taken."""
    hiding = set(concealed_cases())
    add_alike(may_hide_here(draft for draft in drafts if not draft.is_held), viewer)
    _hold([draft for draft in drafts if draft.is_held])
    known = taken_before(register, [draft.number for draft in drafts if not draft.is_held])
    for draft in drafts:
        if draft.number in known and not draft.is_held:
            _tell(draft.rows, {_head_of(draft).pk: [("taken_before", "", "")]}, RowState.KNOWN)
    fit = [draft for draft in drafts if not draft.is_held and draft.number not in known]
    if not fit:
        return True
    try:
        with _whole(hiding):
            take_households(fit, by=viewer)
    except HidMeanwhile:
        return True  # nothing was taken; the next step asks again
    except (DatabaseError, NotAllowed, ValueError) as error:
        logger.warning(
            "register %s: %s households one by one after %s", register.pk, len(fit), type(error).__name__
        )
        return False
    return True


@contextmanager
def _whole(hiding: set[uuid.UUID], *, is_concealed: bool = False) -> Iterator[None]:
    """Keep everything that is written inside, or nothing of it. ``hiding``: who was known to hide before anybody was compared.

    What holds only at the end of a transaction is asked at the end of this. Raises HidMeanwhile if somebody has hidden since,
    unless what is taken hides itself.
    """
    with transaction.atomic():
        yield
        connection.check_constraints()
        if not is_concealed and not hiding.issuperset(concealed_cases()):
            raise HidMeanwhile


def _hold(drafts: list[CaseDraft]) -> None:
    for draft in drafts:
        for row in draft.rows:
            row.state, row.findings = RowState.HELD, draft.findings.get(row.pk, [])
    write_found(row for draft in drafts for row in draft.rows)


def _tell(rows: list[RegisterRow], findings: dict[Any, list[Found]], state: RowState) -> None:
    for row in rows:
        row.state, row.findings = state, findings.get(row.pk, [])
    write_found(rows)


def _head_of(draft: CaseDraft) -> RegisterRow:
    head: RegisterRow = next(row for row in draft.rows if row.is_head)
    return head


def take_household(draft: CaseDraft, register: Register, *, by: Viewer) -> Case:
    """Make a case of what the rows of one number say. Belongs to the caller's transaction.

    The log says that it was taken; the case's own history begins with whatever is done first, so that until then it can
    be undone. A household that hides is concealed here and now: its places are never in the open.
    """
    case = case_of(draft, next_number("K"), workers_of([draft]), by)
    case.save(force_insert=True)
    rows = rows_of_household(case, draft)
    for row in rows:
        row.save(force_insert=True)
        index(row)
    for row in mark_taken(case, draft):
        row.save(update_fields=["case", "state", "cells"])
    record(by, "case_taken_from_register", case, case=case.pk)
    if draft.concealed:
        ground = GroundDraft(ConcealmentKind.PROVISIONAL, _("移行前の台帳に、秘匿すると書かれていた"))
        first: Any = rows[1]  # after the household
        conceal(case, first, ground, by=by)
    return case


# --- undoing ----------------------------------------------------------------------------------------------


def _undo(register: Register, viewer: Viewer, turn: Turn) -> None:
    """Undo the last household that nobody has looked at yet (actions.py forgets what was found before)."""
    taken = RegisterRow.objects.filter(register=register, is_head=True, state=RowState.TAKEN, findings=[])
    head = taken.select_related("case").order_by("-position").first()
    if head is None:
        register.state = RegisterState.UNDONE
    elif not undo_taking(head, by=viewer):
        head.findings = [("stays", "", "")]
        head.save(update_fields=["findings"])


def undo_taking(head: RegisterRow, *, by: Viewer) -> bool:
    """Delete the case of a row if nobody has done anything with it since; return whether it is gone."""
    case = head.case
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_undo_taking(%s)", [head.pk])
        is_gone: bool = cursor.fetchone()[0]
    if is_gone and case is not None:
        record(by, "register_case_undone", case, case=case.pk)
    return is_gone


_STEPS: dict[str, Callable[[Register, Viewer, Turn], None]] = {
    RegisterState.CHECKING: _check,
    RegisterState.TAKING: _take,
    RegisterState.UNDOING: _undo,
}
