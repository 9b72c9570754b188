"""Writing households, people and their items."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.agendas import telling_of_agendas
from casework.codes.lists import NOT_ASKED
from casework.concealment.actions import put_away
from casework.concealment.places import FIELDS, NOT_KEPT
from casework.events import record_event
from casework.once import made_before
from casework.search.actions import index
from casework.seen import ChangedMeanwhile, fingerprint, only_one
from casework.sharing.items import Item
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import ITEM_MODELS, Household, Person, Stay

if TYPE_CHECKING:
    from casework.cases.models import Case


@transaction.atomic
def create_household(case: Case, *, name: str, kind: str, by: Viewer) -> Household:
    """Create the household of a case."""
    household = Household(case=case, item=Item.BASIC, name=name, kind=kind)
    household.save(force_insert=True)
    index(household)
    _record(by, "household_created", household, after=_values(household, ["name", "kind"]))
    return household


@dataclass(frozen=True)
class StayDraft:
    """How a person lives from a day on (models.Living), and why. Without a day: since before what is known."""

    living: str
    since_on: dt.date | None = None
    reason: str = NOT_ASKED
    words: str = ""


@transaction.atomic
def add_person(
    case: Case,
    *,
    values: dict[str, Any],
    by: Viewer,
    stay: StayDraft | None = None,
    key: uuid.UUID | None = None,
) -> Person:
    """Add a person to a case: one of the household, or as the stay says. The same ``key`` gives the same person again."""
    _allow(by)
    before: Person | None = made_before(Person, key)
    if before:
        return before
    person = Person(
        id=key or uuid.uuid4(), case=case, position=Person.objects.filter(case=case).count(), **values
    )
    for name, value in put_away(person, values, model=Person, by=by).items():
        setattr(person, name, value)
    person.save(force_insert=True)
    index(person)
    _record(by, "person_added", person, person_id=person.pk, after=_values(person, list(values)))
    if stay:
        _write_stay(Stay(case_id=person.case_id, person=person), stay, by)
    return person


@transaction.atomic
def record_stay(person: Person, draft: StayDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Stay:
    """Write down that a person moved in, moved out, is away or died. The same ``key`` gives the same stay again."""
    _check_stay(draft, by)
    before: Stay | None = made_before(Stay, key)
    return before or _write_stay(
        Stay(id=key or uuid.uuid4(), case_id=person.case_id, person=person), draft, by
    )


@transaction.atomic
def correct_stay(stay: Stay, draft: StayDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Stay:
    """Put a stay in the place of one that was written wrongly, which stays in the record.

    The same ``key`` gives the same stay again. Raises ChangedMeanwhile with a colleague's correction.
    """
    _check_stay(draft, by)
    before: Stay | None = made_before(Stay, key)
    if before:
        return before
    with only_one(Stay, corrects=stay):
        row = Stay(id=key or uuid.uuid4(), case_id=stay.case_id, person_id=stay.person_id, corrects=stay)
        return _write_stay(row, draft, by)


def _check_stay(draft: StayDraft, by: Viewer) -> None:
    _allow(by)
    if draft.since_on and draft.since_on > timezone.localdate():
        raise NotAllowed(_("先の日付になっています。その日が来てから書いてください。"))


def _write_stay(stay: Stay, draft: StayDraft, by: Viewer) -> Stay:
    stay.item = Item.BASIC
    stay.living, stay.since_on, stay.reason, stay.words = (
        draft.living,
        draft.since_on,
        draft.reason,
        draft.words,
    )
    stay.noted_by = by.membership
    with telling_of_agendas(stay.case_id, by=by):
        stay.save(force_insert=True)
    after = {
        "living": stay.living,
        "since_on": str(stay.since_on or ""),
        "corrects": str(stay.corrects_id or ""),
    }
    _record(by, "stay_recorded", stay, person_id=stay.person_id, after=after)
    return stay


@transaction.atomic
def change_person(person: Person, *, values: dict[str, Any], seen: str, by: Viewer) -> Person:
    """Change a person's basics. Raises ChangedMeanwhile if they are no longer what the form showed."""
    _allow(by)
    values = put_away(person, values, model=Person, by=by)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    return _change(locked, values, seen, by, person_id=person.pk)


@transaction.atomic
def change_household(household: Household, *, values: dict[str, Any], seen: str, by: Viewer) -> Household:
    """Change the household's basics. Raises ChangedMeanwhile as change_person does."""
    _allow(by)
    locked = Household.objects.select_for_update(no_key=True).get(pk=household.pk)
    return _change(locked, values, seen, by, person_id=None)


@transaction.atomic
def set_item(person: Person, *, item: str, values: dict[str, Any], seen: str, by: Viewer) -> Any:
    """Record contact, health or money of a person. Raises ChangedMeanwhile as change_person does."""
    _allow(by)
    model = ITEM_MODELS[item]
    values = put_away(person, values, model=model, by=by)
    # The person's row makes two first entries queue.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    row = model.objects.filter(person=person).first()
    if row is not None:
        return _change(row, values, seen, by, person_id=person.pk)
    if seen != fingerprint(None, list(values)):
        raise ChangedMeanwhile(None)
    row = model(case_id=person.case_id, person=person, item=item, **values)
    row.save(force_insert=True)
    index(row)
    _record(by, f"{item}_recorded", row, person_id=person.pk, after=_values(row, list(values)))
    return row


def _change(row: Any, values: dict[str, Any], seen: str, by: Viewer, *, person_id: Any) -> Any:
    fields = list(values)
    if seen != fingerprint(row, fields):
        raise ChangedMeanwhile(row)
    old, before = fingerprint(row, fields), _values(row, fields)
    moved = _changed_places(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    after = _values(row, fields) | ({"changed": moved} if moved else {})
    if fingerprint(row, fields) != old:
        row.save(update_fields=fields)
        index(row)
        _record(by, f"{row.item}_changed", row, person_id=person_id, before=before, after=after)
    return row


def _allow(by: Viewer) -> None:
    if not by.may("casework.edit_household"):
        raise NotAllowed(_("世帯の記録を書く権限がありません。"))


def _values(row: Any, fields: list[str]) -> dict[str, Any]:
    return {name: _kept(row, name, value) for name, value in model_to_dict(row, fields).items()}


def _changed_places(row: Any, values: dict[str, Any]) -> list[str]:
    """Return which places become another one. The history says that they did, and keeps none of them."""
    names = [name for name in values if (type(row).__name__, name) in FIELDS]
    return [name for name in names if getattr(row, name) and values[name] not in ("", getattr(row, name))]


def _kept(row: Any, name: str, value: Any) -> Any:
    if (type(row).__name__, name) in FIELDS:
        return NOT_KEPT if value else ""
    return value if isinstance(value, int | None) else str(value)


def _record(
    by: Viewer,
    verb: str,
    row: Any,
    *,
    person_id: Any = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any],
) -> None:
    record_event(
        by, verb, row, case_id=row.case_id, person_id=person_id, item=row.item, before=before, after=after
    )
