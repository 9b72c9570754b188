"""The worker's part: looking at every row, taking households in one by one, and undoing it. Goes on where a kill stopped it."""

from __future__ import annotations

import datetime as dt
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.cases.models import Case
from casework.cases.states import FLOW_OF_STAGE, Stage
from casework.concealment.actions import GroundDraft, conceal
from casework.concealment.models import ConcealmentKind
from casework.concealment.selectors import concealed_among
from casework.duplicates.selectors import people_like_draft
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from casework.search.actions import index
from casework.sharing.items import Item
from permissions.agencies.models import Membership
from permissions.agencies.selectors import viewer_for_membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow
from permissions.walls.context import acting_for

from .cells import Words, words_of_codes
from .checking import CaseDraft, PersonDraft, draft_of, tell_the_others
from .findings import Found
from .models import TAKEN_ONCE, Register, RegisterRow, RegisterState, RowState
from .selectors import TAKE_REGISTERS, elsewhere_in_file, heads_in, rows_of, staff_by_name, taken_before

logger = logging.getLogger(__name__)
TURN_SECONDS = 20
AT_ONCE = 100  # households, of which nothing is written but findings
# As likely as an equal name or telephone number.
ALIKE_FROM = 3


def move_on(register_id: uuid.UUID, *, membership_id: int) -> bool:
    """Do what was ordered, with the rights of whoever ordered it at the moment of each step; return whether there is more.

    May run again after a kill. Stops after TURN_SECONDS, so that others in the queue have their turn.
    """
    until = time.monotonic() + TURN_SECONDS
    known: list[Words] = []  # codes and people are read once a turn
    while _step(register_id, membership_id, known):
        if time.monotonic() > until:
            return True
    return False


def _step(register_id: uuid.UUID, membership_id: int, known: list[Words]) -> bool:
    """One transaction, one household or one look at some. Returns whether there may be more."""
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
        if not known:
            known.append(Words(words_of_codes(register.mapping["words"]), staff_by_name()))
        step(register, viewer, known[0])
        register.moved_at = ClockNow()
        register.save(update_fields=["state", "moved_at"])
        return True


# --- looking ----------------------------------------------------------------------------------------------


def _check(register: Register, viewer: Viewer, words: Words) -> None:
    heads = heads_in(register, [RowState.NEW], most=AT_ONCE)
    if not heads:
        register.state = RegisterState.CHECKED
        return
    known = taken_before(register, [head.number for head in heads])
    looked: list[RegisterRow] = []
    rows = rows_of(heads)
    twice = elsewhere_in_file(register, [row for found in rows.values() for row in found])
    for head in heads:
        for row in rows[head.pk]:
            row.findings = [("twice_in_file", "", number) for number in twice.get(row.pk, [])]
        looked += _looked_at(register, head, rows[head.pk], words, viewer, is_known=head.number in known)
    RegisterRow.objects.bulk_update(looked, ["state", "findings"])


def _looked_at(
    register: Register,
    head: RegisterRow,
    rows: list[RegisterRow],
    words: Words,
    viewer: Viewer,
    *,
    is_known: bool,
) -> list[RegisterRow]:
    draft = draft_of(head.number, rows, register.columns, register.mapping["fields"], words)
    state = RowState.HELD if draft.is_held else RowState.READY
    if is_known:
        draft.findings[head.pk].append(("taken_before", "", ""))
        state = RowState.KNOWN
    elif state == RowState.READY:
        is_alike = _add_alike(draft, viewer) or any(row.findings for row in rows)
        state = RowState.HELD if draft.is_held else RowState.ALIKE if is_alike else RowState.READY
    for row in rows:
        row.state = state
        row.findings = [*draft.findings[row.pk], *row.findings]
    return rows


def _add_alike(draft: CaseDraft, viewer: Viewer) -> bool:
    """Say who is here already that may be the same. Who hides here is not brought into the open by an older list (R-DV-4)."""
    found = False
    for person in draft.people:
        basics, contact = person.basics, person.values.get("PersonContact", {})
        alike = [
            each
            for each in people_like_draft(
                viewer, name=basics["name"], kana=basics.get("kana", ""), birth_on=basics.get("birth_on"),
                phone=contact.get("phone", ""), address=contact.get("address", ""),
            )
            if each.weight >= ALIKE_FROM
        ]  # fmt: skip
        hidden = set() if draft.concealed else concealed_among([each.person.case_id for each in alike])
        draft.findings[person.row.pk] += [
            (
                "hides_here" if each.person.case_id in hidden else "alike", "",
                f"{each.person.case.number}（{'、'.join(str(reason) for reason in each.reasons)}）",
            )
            for each in alike
        ]  # fmt: skip
        found = found or bool(alike)
    tell_the_others(draft)
    return found


# --- taking -----------------------------------------------------------------------------------------------


def _take(register: Register, viewer: Viewer, words: Words) -> None:
    states = [RowState.READY, *([RowState.ALIKE] if register.takes_alike else [])]
    heads = heads_in(register, states, most=1)
    if not heads:
        register.state = RegisterState.TAKEN
        return
    head, rows = heads[0], rows_of(heads)[heads[0].pk]
    draft = draft_of(head.number, rows, register.columns, register.mapping["fields"], words)
    if not draft.is_held:
        _add_alike(draft, viewer)
    if draft.is_held:  # a code was retired, a colleague has left, somebody hides since it was checked
        _hold(rows, draft.findings)
        return
    try:
        with transaction.atomic():
            take_household(draft, register, by=viewer)
    except (DatabaseError, NotAllowed, ValueError) as error:
        # One row that nobody foresaw does not keep back the others; it is told, and stays as it is.
        is_known = TAKEN_ONCE in str(error)
        logger.warning("register row %s: %s", head.pk, type(error).__name__)
        found = ("taken_before" if is_known else "could_not_take", "", "")
        _hold(rows, {head.pk: [found]}, RowState.KNOWN if is_known else RowState.HELD)


def _hold(rows: list[RegisterRow], findings: dict[Any, list[Found]], state: RowState = RowState.HELD) -> None:
    for row in rows:
        row.state = state
        row.findings = findings.get(row.pk, [])
    RegisterRow.objects.bulk_update(rows, ["state", "findings"])


def take_household(draft: CaseDraft, register: Register, *, by: Viewer) -> Case:
    """Make a case of what the rows of one number say. Belongs to the caller's transaction.

    The log says that it was taken; the case's own history begins with whatever is done first, so that until then it can
    be undone. A household that hides is concealed here and now: its places are never in the open.
    """
    case = _case(draft, by)
    household = Household(case=case, item=Item.BASIC, **draft.household)
    household.save(force_insert=True)
    index(household)
    people = [_person(case, person, position) for position, person in enumerate(draft.people)]
    for person in draft.people:
        row = person.row
        row.case, row.state, row.cells = case, RowState.TAKEN, person.kept
        row.save(update_fields=["case", "state", "cells"])
    record(by, "case_taken_from_register", case, case=case.pk)
    if draft.concealed:
        ground = GroundDraft(ConcealmentKind.PROVISIONAL, _("移行前の台帳に、秘匿すると書かれていた"))
        conceal(case, people[0], ground, by=by)
    return case


def _case(draft: CaseDraft, by: Viewer) -> Case:
    worker = Membership.objects.live().filter(pk=draft.worker).first() if draft.worker else by.membership
    case = Case(
        number=next_number("K"), holder=by.agency, worker=worker,
        **({"stage": draft.stage, "flow": FLOW_OF_STAGE.get(Stage(draft.stage), "")} if draft.stage else {}),
    )  # fmt: skip
    if draft.opened_on:
        case.opened_at = timezone.make_aware(dt.datetime.combine(draft.opened_on, dt.time()))
    case.save(force_insert=True)
    return case


_ITEMS = (PersonContact, PersonHealth, PersonMoney)


def _person(case: Case, draft: PersonDraft, position: int) -> Person:
    person = Person(case=case, position=position, **draft.basics)
    person.save(force_insert=True)
    index(person)
    for model in _ITEMS:
        values = draft.values.get(model.__name__)
        if values:
            row = model(case=case, person=person, item=model.ITEM, **values)
            row.save(force_insert=True)
            index(row)
    return person


# --- undoing ----------------------------------------------------------------------------------------------


def _undo(register: Register, viewer: Viewer, words: Words) -> None:
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


_STEPS: dict[str, Callable[[Register, Viewer, Words], None]] = {
    RegisterState.CHECKING: _check,
    RegisterState.TAKING: _take,
    RegisterState.UNDOING: _undo,
}
