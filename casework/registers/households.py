"""From what the rows of one number say to the rows of a case: made, not yet saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils import timezone

from casework.cases.models import Case
from casework.cases.states import FLOW_OF_STAGE, Stage
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from casework.sharing.items import Item
from permissions.agencies.models import Membership
from permissions.viewer import Viewer

from .checking import CaseDraft, PersonDraft
from .models import RowState

_ITEMS = (PersonContact, PersonHealth, PersonMoney)


def workers_of(drafts: Iterable[CaseDraft]) -> dict[int, Membership]:
    """Return the people of the center who are named and still there."""
    named = {draft.worker for draft in drafts if draft.worker}
    return {row.pk: row for row in Membership.objects.live().filter(pk__in=named)} if named else {}


def case_of(draft: CaseDraft, number: str, workers: dict[int, Membership], by: Viewer) -> Case:
    """Return the case; of whoever takes it in, if the register names nobody, and of nobody if who it names has left."""
    case = Case(
        number=number, holder=by.agency, worker=workers.get(draft.worker) if draft.worker else by.membership,
        **({"stage": draft.stage, "flow": FLOW_OF_STAGE.get(Stage(draft.stage), "")} if draft.stage else {}),
    )  # fmt: skip
    if draft.opened_on:
        case.opened_at = timezone.make_aware(dt.datetime.combine(draft.opened_on, dt.time()))
    return case


def rows_of_household(case: Case, draft: CaseDraft) -> list[Any]:
    """Return the household and its people with their items, each after what it belongs to."""
    rows: list[Any] = [Household(case=case, item=Item.BASIC, **draft.household)]
    for position, person in enumerate(draft.people):
        rows += _rows_of_person(case, person, position)
    return rows


def _rows_of_person(case: Case, draft: PersonDraft, position: int) -> list[Any]:
    person = Person(case=case, position=position, **draft.basics)
    told = ((model, draft.values.get(model.__name__)) for model in _ITEMS)
    return [
        person,
        *(model(case=case, person=person, item=model.ITEM, **values) for model, values in told if values),
    ]


def mark_taken(case: Case, draft: CaseDraft) -> Sequence[Any]:
    """Let the rows of the register say that they were taken, and keep only what has no field; return them."""
    rows = [person.row for person in draft.people]
    for person in draft.people:
        person.row.case, person.row.state, person.row.cells = case, RowState.TAKEN, person.kept
    return rows
