"""Reading the household: who is in it, and what of each person reaches the viewer."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casework.codes.lists import UNKNOWN
from casework.codes.selectors import label_of
from casework.rounds import Steps, in_rounds
from casework.sharing.items import Item
from casework.sharing.selectors import labelled_for, persons_for
from permissions.viewer import Viewer

from .models import ITEM_MODELS, Household, Living, Person, PersonContact, PersonHealth, PersonMoney, Stay
from .stays import living_now, standing

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class PersonView:
    """One person as one viewer sees them. ``basics`` is None when only other items are shared."""

    person_id: uuid.UUID
    basics: Person | None
    contact: PersonContact | None = None
    health: PersonHealth | None = None
    money: PersonMoney | None = None
    joined: list[Any] = field(default_factory=list)  # who they are in other cases; for the center
    rules: Sequence[Any] = ()  # by which means they may be reached (safety.py)
    stays: list[Any] = field(default_factory=list)  # those that hold, the earliest first
    issues: Any = None  # what weighs on them (issues/), by whoever shows the page
    key_people: list[str] = field(default_factory=list)  # by name (relations/), likewise

    @property
    def name(self) -> str:
        return self.basics.name if self.basics else _("（氏名は共有されていません）")

    @property
    def living(self) -> str:
        return living_now(self.stays)

    @property
    def living_label(self) -> str:
        return str(Living(self.living).label)

    @property
    def is_member(self) -> bool:
        """Whether they belong to the household now, as far as this viewer knows."""
        return self.living in (Living.TOGETHER, Living.AWAY)


@in_rounds
def household_for(viewer: Viewer, case: Case) -> Steps[Household | None]:
    """Return the household of a case, or None if it does not reach the viewer."""
    (found,) = yield [labelled_for(viewer, Household).filter(case=case).order_by("pk")[:1]]
    return found[0] if found else None


@in_rounds
def people_for(viewer: Viewer, case: Case) -> Steps[list[PersonView]]:
    """Return the people of a case of whom anything reaches the viewer, in the household's order."""
    persons, *items, stays = yield [
        persons_for(viewer).filter(case=case).order_by("position", "pk"),
        *(labelled_for(viewer, model).filter(case=case).order_by("pk") for model in _ITEMS),
        labelled_for(viewer, Stay).filter(case=case),
    ]
    people = {person.pk: PersonView(person.pk, person) for person in persons}
    for model, rows in zip(_ITEMS, items, strict=True):
        for row in rows:
            view = people.setdefault(row.person_id, PersonView(row.person_id, None))
            setattr(view, model.ITEM.value, row)
    for person_id, found in _by_person(stays).items():
        people[person_id].stays = found
    return list(people.values())


_ITEMS: tuple[Any, ...] = (PersonContact, PersonHealth, PersonMoney)


@in_rounds
def stays_for(viewer: Viewer, case: Case) -> Steps[dict[uuid.UUID, list[Any]]]:
    """Return the stays of each person that reach the viewer and that nobody corrected, the earliest first."""
    (stays,) = yield [labelled_for(viewer, Stay).filter(case=case)]
    return _by_person(stays)


def _by_person(stays: Iterable[Any]) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Any]] = {}
    for stay in stays:
        found.setdefault(stay.person_id, []).append(stay)
    return {person_id: standing(stays) for person_id, stays in found.items()}


def who_live_here(people: list[Any]) -> list[Any]:
    """Return those with ``lives_here``: who is named when a household is. Of people who all live elsewhere, all."""
    return [person for person in people if person.lives_here] or people


def all_stays_for(viewer: Viewer, case: Case, person_id: uuid.UUID) -> list[Any]:
    """Return every stay of a person, the latest day first; each with ``is_corrected``."""
    rows = list(
        labelled_for(viewer, Stay)
        .filter(case=case, person=person_id)
        .select_related("noted_by__user", "noted_by__agency")
    )
    held = {row.pk for row in standing(rows)}
    for row in rows:
        row.is_corrected = row.pk not in held
    return sorted(rows, key=lambda row: (row.since_on or dt.date.min, row.noted_at), reverse=True)


def person_for(viewer: Viewer, case: Case, person_id: uuid.UUID) -> Person | None:
    """Return one person of a case, or None if their basics do not reach the viewer."""
    return persons_for(viewer).filter(case=case, pk=person_id).first()


def item_for(viewer: Viewer, person: Person, item: str) -> Any:
    """Return contact, health or money of a person, or None if there is none that reaches the viewer."""
    return labelled_for(viewer, ITEM_MODELS[item]).filter(person=person).first()


def contact_for(viewer: Viewer, person: Person) -> PersonContact | None:
    """Return how a person may be reached, or None if nobody wrote it or it does not reach the viewer."""
    found: PersonContact | None = item_for(viewer, person, Item.CONTACT)
    return found


def name_people(viewer: Viewer, rows: Iterable[Any]) -> list[Any]:
    """Give each labelled row ``who``: the name as far as it reaches the viewer, or the household."""
    listed = list(rows)
    ids = {row.person_id for row in listed if row.person_id}
    return name_by(dict(persons_for(viewer).filter(pk__in=ids).values_list("pk", "name")), listed)


def name_relations(viewer: Viewer, rows: Iterable[Any]) -> list[Any]:
    """Give each labelled row ``who`` in the words of the kinship (本人・長男), for a wall that others may look at."""
    listed = list(rows)
    ids = {row.person_id for row in listed if row.person_id}
    people = persons_for(viewer).filter(pk__in=ids).only("pk", "relation")
    return name_by({person.pk: label_of("relation", person.relation) for person in people}, listed)


def kinship_of(viewer: Viewer, case: Case) -> list[tuple[str, str]]:
    """Return (name, word) of the people of a case that reach the viewer: their kinship, else that they belong."""
    people = persons_for(viewer).filter(case=case).order_by("position", "pk").only("name", "relation")
    other = _("世帯の人")
    return [
        (person.name, other if person.relation == UNKNOWN else label_of("relation", person.relation))
        for person in people
    ]


def name_by(names: Mapping[uuid.UUID, str], rows: Iterable[Any]) -> list[Any]:
    """Give each labelled row ``who`` by the names that reach whoever asks."""
    listed = list(rows)
    for row in listed:
        row.who = (
            names.get(row.person_id, _("（氏名は共有されていません）")) if row.person_id else _("世帯全体")
        )
    return listed
