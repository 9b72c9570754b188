"""Reading the household: who is in it, and what of each person reaches the viewer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casework.sharing.items import Item
from casework.sharing.selectors import labelled_for, persons_for
from permissions.viewer import Viewer

from .models import ITEM_MODELS, Household, Person, PersonContact, PersonHealth, PersonMoney

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

    @property
    def name(self) -> str:
        return self.basics.name if self.basics else _("（氏名は共有されていません）")


def household_for(viewer: Viewer, case: Case) -> Household | None:
    """Return the household of a case, or None if it does not reach the viewer."""
    found: Household | None = labelled_for(viewer, Household).filter(case=case).first()
    return found


def people_for(viewer: Viewer, case: Case) -> list[PersonView]:
    """Return the people of a case of whom anything reaches the viewer, in the household's order."""
    people = {
        person.pk: PersonView(person.pk, person)
        for person in persons_for(viewer).filter(case=case).order_by("position", "pk")
    }
    for model in (PersonContact, PersonHealth, PersonMoney):
        for row in labelled_for(viewer, model).filter(case=case).order_by("pk"):
            view = people.setdefault(row.person_id, PersonView(row.person_id, None))
            setattr(view, model.ITEM.value, row)
    return list(people.values())


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
    names = dict(persons_for(viewer).filter(pk__in=ids).values_list("pk", "name"))
    for row in listed:
        row.who = (
            names.get(row.person_id, _("（氏名は共有されていません）")) if row.person_id else _("世帯全体")
        )
    return listed
