"""A small world with at least two of everything that isolates. People, never a superuser."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model

from casework.cases.actions import create_case
from casework.cases.models import Case
from casework.consent.actions import ConsentDraft, record_consent
from casework.consent.models import ConsentScope
from casework.households.actions import add_person, create_household, set_item
from casework.households.models import Person
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, share_items
from casework.sharing.items import Item
from permissions.agencies.actions import add_membership, open_agency
from permissions.agencies.models import Agency
from permissions.agencies.years import NO_END
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for

CONSENT = Ground(basis="consent", evidence="2026-11-20 書面")


@dataclass
class Household:
    """A case with a mother and a son; every secret is a text found nowhere else."""

    case: Case
    mother: Person
    son: Person


def make_agency(code: str, **values: Any) -> Agency:
    words = {"name": f"機関 {code}", "kind": "other", "legal_type": "private", **values}
    return open_agency(code=code, **words)


def make_viewer(username: str, agency: Agency, role: str = "agency_staff") -> Viewer:
    user = get_user_model().objects.create_user(username, password="a-long-password-for-tests")
    # Tests move the clock, and run on 31 March, too.
    return viewer_of(add_membership(user=user, agency=agency, role=role, ends_on=NO_END))


def agree(case: Case, *people: Person, to: tuple[Agency, ...], by: Viewer, items: Any = Item.values) -> None:
    """Let people agree that each of these agencies sees all of these items."""
    scopes = tuple((agency, item) for agency in to for item in items)
    draft = ConsentDraft(
        "given", dt.date(2026, 11, 20), "見本の説明", scopes=scopes, explained_by=by.membership
    )
    for person in people:
        record_consent(case, person, draft, by=by)


class World:
    """The center in two organisations, four agencies, two households whose people agreed to everything."""

    def __init__(self) -> None:
        self.center = make_agency("center", is_center=True, kind="center", legal_type="city_section")
        self.center_itaku = make_agency("itaku", is_center=True, kind="center", legal_type="contractor")
        self.anshin = make_agency("anshin", kind="elderly_hub")
        self.kenko = make_agency("kenko", kind="health_office", legal_type="city_section")
        self.jiritsu = make_agency("jiritsu", kind="self_reliance")
        self.other = make_agency("other", kind="self_reliance")
        self.chief = make_viewer("chief", self.center, "chief")
        self.coordinator = make_viewer("coordinator", self.center_itaku, "coordinator")
        self.reception = make_viewer("reception", self.center, "reception")
        self.editor = make_viewer("editor", self.center, "editor")
        self.auditor = make_viewer("auditor", self.center, "auditor")
        self.sysadmin = make_viewer("sysadmin", self.center, "sysadmin")
        self.anshin_worker = make_viewer("anshin", self.anshin)
        self.anshin_admin = make_viewer("anshin-admin", self.anshin, "agency_admin")
        self.kenko_worker = make_viewer("kenko", self.kenko)
        self.jiritsu_worker = make_viewer("jiritsu", self.jiritsu)
        self.stranger = make_viewer("stranger", self.other)
        self.hazuki = self.household("葉月原")
        self.tomono = self.household("灯野")

    def household(self, family: str) -> Household:
        with acting_for(self.coordinator):
            case = create_case(by=self.coordinator)
            create_household(case, name=f"{family}世帯", kind="parent_adult_child", by=self.coordinator)
            mother = self._person(case, f"{family}母", "self")
            son = self._person(case, f"{family}息子", "child")
            partners = (self.anshin, self.kenko, self.jiritsu, self.other)
            agree(case, mother, son, to=partners, by=self.coordinator)
        return Household(case, mother, son)

    def _person(self, case: Case, name: str, relation: str) -> Person:
        by = self.coordinator
        person = add_person(case, values={"name": name, "relation": relation}, by=by)
        for item, values in secrets_of(name).items():
            set_item(person, item=item, values=values, seen=fingerprint(None, list(values)), by=by)
        return person

    def share(self, household: Household, agency: Agency, *labels: Label, ground: Ground = CONSENT) -> Any:
        with acting_for(self.coordinator):
            if ground.basis == "consent" and not _has_agreed(household, agency):
                agree(household.case, household.mother, household.son, to=(agency,), by=self.coordinator)
            return share_items(
                household.case, agency=agency, labels=labels, ground=ground, by=self.coordinator
            )


def _has_agreed(household: Household, agency: Agency) -> bool:
    return ConsentScope.objects.filter(consent__case=household.case, agency=agency).exists()


def secrets_of(name: str) -> dict[str, dict[str, Any]]:
    """The canaries of one person: item -> the values that must not leave without a line."""
    return {
        "contact": {"phone": f"000-{name}-電話", "address": f"{name}の住所"},
        "health": {"condition": f"{name}の病名"},
        "money": {"situation": f"{name}の借金"},
    }
