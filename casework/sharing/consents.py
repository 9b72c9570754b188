"""On which consents a line rests. The consents themselves are the room consent/, which stands below this one."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from permissions.agencies.models import Agency
from permissions.days import end_of_day
from permissions.errors import NotAllowed
from permissions.walls.clock import ClockToday

from .items import Item
from .models import LivesHere

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class Support:
    """The consents under one line, one per person concerned, and the moment at which the first of them ends."""

    consents: list[Any] = field(default_factory=list)

    @property
    def until(self) -> dt.datetime | None:
        """Return the end of the last day on which all of them hold, as an aware time; None without an end."""
        days = [consent.valid_until for consent in self.consents if consent.valid_until]
        return end_of_day(min(days)) if days else None


def standing_scopes() -> QuerySet[Any]:
    """Return what was agreed to and holds today, by the database's clock: given, not taken back, not run out."""
    scope = apps.get_model("casework", "ConsentScope")
    withdrawal = apps.get_model("casework", "ConsentWithdrawal")
    taken_back = withdrawal.objects.filter(
        Q(agency__isnull=True) | Q(agency=OuterRef("agency")),
        Q(item="") | Q(item=OuterRef("item")),
        consent=OuterRef("consent"),
    )
    return scope.objects.filter(
        Q(consent__valid_until__isnull=True) | Q(consent__valid_until__gte=ClockToday()),
        ~Exists(taken_back),
        consent__answer="given",
    )


def unwanted_labels(case: Case, *, agency: Agency) -> set[tuple[uuid.UUID | None, str]]:
    """Return the (person, item) pairs that people of this case asked not to show to this agency, on whatever basis.

    The newest consent of each person counts. An exclusion of one item of one person is one of the household's item, too.
    """
    consents = apps.get_model("casework", "Consent").objects.filter(case=case)
    newest = {row.person_id: row.pk for row in consents.order_by("recorded_at", "number")}
    exclusions = apps.get_model("casework", "ConsentExclusion").objects.filter(
        consent__in=newest.values(), agency=agency
    )
    unwanted: set[tuple[uuid.UUID | None, str]] = set()
    for person_id, item in exclusions.values_list("consent__person", "item"):
        for each in [item] if item else Item.values:
            unwanted |= {(person_id, each), (None, each)}
    return unwanted


def agreed_labels(case: Case, *, agency: Agency) -> set[tuple[uuid.UUID, str]]:
    """Return the (person, item) pairs for which a consent holds that names this agency."""
    scopes = standing_scopes().filter(consent__case=case, agency=agency)
    return set(scopes.values_list("consent__person", "item"))


def support_for(case: Case, *, agency: Agency, person_id: uuid.UUID | None, item: str) -> Support:
    """Return the consents for a line about this person, or about the household: everybody's who lives there now.

    Raises NotAllowed naming the first person who has not agreed to it.
    """
    people = apps.get_model("casework", "Person").objects.filter(case=case).order_by("position", "pk")
    concerned = list(people.filter(pk=person_id) if person_id else people.filter(LivesHere("pk")))
    scopes = standing_scopes().filter(consent__case=case, agency=agency, item=item)
    # The one that lasts longest, then the newest.
    ranked = scopes.select_related("consent").order_by(
        F("consent__valid_until").desc(nulls_first=True), "-consent__recorded_at", "-consent__number"
    )
    found: dict[Any, Any] = {}
    for scope in ranked:
        found.setdefault(scope.consent.person_id, scope.consent)
    for person in concerned:
        if person.pk not in found:
            raise NotAllowed(
                _(
                    "%(name)sさんの同意に、%(agency)sへの「%(item)s」が入っていません。先に同意を記録してください。"
                )
                % {"name": person.name, "agency": agency.name, "item": Item(item).label}
            )
    if not concerned:
        raise NotAllowed(_("世帯に人が登録されていないので、同意を確かめられません。"))
    return Support([found[person.pk] for person in concerned])
