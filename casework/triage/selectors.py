"""Reading screenings, and what the records of a case tell about its flow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.households.models import ITEM_MODELS
from casework.intake.models import Contact, ContactKind, ContactTopic
from casework.issues.selectors import issues_by_person
from casework.referrals.selectors import case_referrals_for
from casework.referrals.states import ReferralAnswerKind
from casework.relations.care import CareSign, care_signs
from casework.relations.selectors import standing_relations_for
from casework.sharing.models import ShareLine
from casework.sharing.selectors import persons_for
from permissions.viewer import Viewer

from .models import Screening
from .rules import Fact

if TYPE_CHECKING:
    from casework.cases.models import Case

MANY_AGENCIES = 3


def screenings_for(viewer: Viewer, case: Case) -> list[Screening]:
    """Return the screenings of a case, the newest first. For the center's duty."""
    if not viewer.may("casework.edit_household"):
        return []
    rows = Screening.objects.filter(case=case).order_by("-decided_at", "-pk")
    return list(rows.select_related("decided_by__user", "second__user"))


def _signs_of_care(viewer: Viewer, case: Case) -> list[CareSign]:
    ages = {person.pk: person.known_age for person in persons_for(viewer).filter(case=case)}
    return care_signs(standing_relations_for(viewer, case), ages)


def facts_from_records(viewer: Viewer, case: Case) -> tuple[Fact, ...]:
    """Return what is known without asking: a start, which whoever screens adds to or takes from."""
    contacts = Contact.objects.filter(case=case)
    topics = ContactTopic.objects.filter(contact__in=contacts).values_list("topic", flat=True).distinct()
    troubled = {person for person, of in issues_by_person(viewer, case).items() if of.open} | {
        person
        for model in (ITEM_MODELS["health"], ITEM_MODELS["money"])
        for person in model.objects.filter(case=case).values_list("person", flat=True)
    }
    agencies = ShareLine.objects.live().filter(case=case, agency__is_center=False).values("agency").distinct()
    returned = any(view.state == ReferralAnswerKind.RETURNED for view in case_referrals_for(viewer, case))
    found = {
        Fact.MANY_FIELDS: topics.count() > 1,
        Fact.MANY_PEOPLE: len(troubled) > 1,
        Fact.MANY_AGENCIES: agencies.count() >= MANY_AGENCIES,
        Fact.CARER: bool(_signs_of_care(viewer, case)),
        Fact.ASKED: contacts.filter(kind=ContactKind.AGENCY_CASE).exists(),
        Fact.RETURNED: returned,
    }
    return tuple(fact for fact, holds in found.items() if holds)
