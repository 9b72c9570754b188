"""Reading concealments: that one stands is for all who see the case, everything else is the center's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from casework.rounds import Steps, in_rounds
from casework.search.keys import lines_of_person
from casework.search.selectors import people_with_line
from casework.sharing.models import ShareLine
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import (
    Concealment,
    ConcealmentGround,
    FoundPlace,
    LiftRequest,
    PlaceKind,
    PlaceOpening,
    PlaceRequest,
    SecretPlace,
    SecretText,
)
from .places import unlock

if TYPE_CHECKING:
    from casework.cases.models import Case

# What is told of a contact belongs to its case.
_OF_CONTACT = {
    "WithoutConsent": "contact__case",
    "EmergencyCall": "contact__case",
    "StatutoryNotice": "contact__case",
    "NoticeReply": "notice__contact__case",
}
REMIND_DAYS = (60, 30)
ASKED_FOR = dt.timedelta(days=1)


@dataclass(frozen=True)
class ConcealmentView:
    """A concealment with what it rests on now, and whoever asks to lift it."""

    row: Concealment
    grounds: list[ConcealmentGround]  # the newest first
    threats: list[Any]
    request: LiftRequest | None

    @property
    def ground(self) -> ConcealmentGround:
        return self.grounds[0]

    @property
    def days_left(self) -> int | None:
        """Days until what was granted ends, negative afterwards; None without an end. It ends nothing by itself."""
        return (self.ground.ends_on - timezone.localdate()).days if self.ground.ends_on else None


@dataclass(frozen=True)
class PlaceView:
    """One thing in the vault: whose, which, since when; and the request that is open to this viewer, if any."""

    person_id: uuid.UUID
    kind: PlaceKind
    put_at: dt.datetime
    open_request: uuid.UUID | None


def standing(case_id: uuid.UUID) -> QuerySet[Concealment]:
    """Return the concealments of a case that nobody lifted, as far as the walls show them."""
    return Concealment.objects.filter(case=case_id, lift__isnull=True)


def digests_of(case_id: uuid.UUID) -> list[tuple[str, int]]:
    """Return digest and length of every place, and of the core of every address, that lies in the vault because something of the case is concealed now."""
    stands = Exists(Concealment.objects.filter(case=OuterRef("case"), lift__isnull=True))
    rows = SecretPlace.objects.filter(stands, case=case_id).values_list(
        "digest", "digest_length", "core_digest", "core_digest_length"
    )
    pairs = [pair for one, length, core, core_length in rows for pair in ((one, length), (core, core_length))]
    return [(digest, length) for digest, length in pairs if length]


def path_to_case(model: type[Model]) -> str:
    """Return the lookup that leads from a row to its case."""
    return _OF_CONTACT.get(model.__name__, "case")


def case_of(row: Model) -> uuid.UUID | None:
    """Return the case of a row that is about to be saved, None if it has none."""
    *way, last = path_to_case(type(row)).split("__")
    of: Any = row
    for name in way:
        of = getattr(of, name)
    case_id: uuid.UUID | None = getattr(of, f"{last}_id", None)
    return case_id


def found_for(viewer: Viewer, case: Case) -> tuple[int, int]:
    """Return how many records are hidden because they write out a place, and how many referrals do. For the center's duty."""
    if not viewer.may("casework.conceal"):
        return 0, 0
    tables = list(FoundPlace.objects.filter(case=case).values_list("table", flat=True))
    referrals = sum(table.startswith("Referral") for table in tables)
    return len(tables) - referrals, referrals


def has_found_for(viewer: Viewer, case: Case, *, table: str) -> bool:
    """Return whether rows of this table are hidden in a case because they write out a place. False outside the center's duty."""
    return viewer.sees_all_cases and FoundPlace.objects.filter(case=case, table=table).exists()


@in_rounds
def is_concealed(viewer: Viewer, case: Case) -> Steps[bool]:
    """Return whether the household is concealed, for whoever sees anything of the case."""
    if not viewer.membership.role_rights.reads_cases:
        return False
    (found,) = yield [standing(case.pk).values_list("pk")[:1]]
    return bool(found)


def concealed_cases() -> QuerySet[Any]:
    """Return the keys of the cases that are concealed now, as far as the walls show them."""
    rows: QuerySet[Any] = Concealment.objects.filter(lift__isnull=True).values_list("case_id", flat=True)
    return rows


def concealed_among(case_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Return which of these cases are concealed, as far as the walls show it."""
    return set(
        Concealment.objects.filter(case__in=case_ids, lift__isnull=True).values_list("case_id", flat=True)
    )


def concealments_for(viewer: Viewer, case: Case) -> list[ConcealmentView]:
    """Return what stands of a case, the oldest first. For the center's duty."""
    if not viewer.may("casework.conceal"):
        return []
    rows = standing(case.pk).order_by("set_at", "pk").prefetch_related("threats__agency")
    return [
        ConcealmentView(
            row,
            list(row.grounds.select_related("person", "written_by__user").order_by("-sequence")),
            list(row.threats.all()),
            _fresh(row.lift_requests.select_related("asked_by__user")).order_by("-asked_at", "pk").first(),
        )
        for row in rows
    ]


def places_for(viewer: Viewer, case: Case) -> list[PlaceView]:
    """Return what lies in the vault, each thing once, never the thing itself. For the center's duty."""
    if not viewer.may("casework.conceal"):
        return []
    newest: dict[tuple[uuid.UUID, str], dt.datetime] = {}
    for place in SecretPlace.objects.filter(case=case).order_by("sequence"):
        newest[place.person_id, place.kind] = place.put_at
    opened = {
        (opening.request.person_id, opening.request.kind): opening.request_id
        for opening in _open_to(viewer).filter(case=case).select_related("request")
    }
    return [
        PlaceView(person, PlaceKind(kind), put_at, opened.get((person, kind)))
        for (person, kind), put_at in newest.items()
    ]


def waiting_requests_for(viewer: Viewer, case: Case) -> QuerySet[PlaceRequest]:
    """Return who waits for a second person to open a place."""
    if not viewer.may("casework.conceal"):
        return PlaceRequest.objects.none()
    rows: QuerySet[PlaceRequest] = _fresh(PlaceRequest.objects).filter(case=case, opening__isnull=True)
    return rows.select_related("person", "asked_by__user").order_by("asked_at", "pk")


def openings_of(viewer: Viewer, case: Case) -> QuerySet[PlaceOpening]:
    """Return who had which place opened, the newest first."""
    if not viewer.may("casework.conceal"):
        return PlaceOpening.objects.none()
    rows = PlaceOpening.objects.filter(case=case).order_by("-opened_at", "pk")
    return rows.select_related("request__person", "request__asked_by__user", "opened_by__user")


def request_for(viewer: Viewer, case: Case, request_id: uuid.UUID) -> PlaceRequest | None:
    """Return a request of the last day, or None."""
    if not viewer.may("casework.conceal"):
        return None
    found: PlaceRequest | None = (
        _fresh(PlaceRequest.objects).filter(case=case, pk=request_id).select_related("person").first()
    )
    return found


def opened_place_for(viewer: Viewer, case: Case, request_id: uuid.UUID) -> tuple[PlaceOpening, str] | None:
    """Return the opening and the place while it is open to this person, newest text; None afterwards.

    The database says the same: without an opening of one's own the encrypted text is no row.
    """
    opening = _open_to(viewer).filter(case=case, request=request_id).select_related("request__person").first()
    if opening is None:
        return None
    text = (
        SecretText.objects.filter(place__person=opening.request.person, place__kind=opening.request.kind)
        .order_by("-place__sequence")
        .first()
    )
    return (opening, unlock(text.locked)) if text else None


def agencies_on_both_sides(viewer: Viewer, case: Case) -> dict[int, set[str]]:
    """Return agency -> names from whom the case is hidden and whom that agency works with, too (R-DV-3).

    Known by the name alone, in any spelling of it: a warning for whoever coordinates, never told to the agency, and no
    word about the other case.
    """
    if not viewer.may("casework.conceal"):
        return {}
    found: dict[int, set[str]] = defaultdict(set)
    for name in {threat.name for view in concealments_for(viewer, case) for threat in view.threats}:
        elsewhere = {
            other
            for line in lines_of_person(name, "", None)[:1]
            for other, _person in people_with_line(line, most=50)
        } - {case.pk}
        lines = ShareLine.objects.live().filter(case__in=elsewhere)
        for agency in {*lines.values_list("agency", flat=True), *_holders(elsewhere)}:
            found[agency].add(name)
    return dict(found)


def _holders(case_ids: set[uuid.UUID]) -> Iterable[int]:
    cases = apps.get_model("casework", "Case").objects.filter(pk__in=case_ids, holder__is_center=False)
    return cases.values_list("holder", flat=True)


def ending_for(viewer: Viewer) -> list[tuple[ConcealmentView, Case]]:
    """Return the concealments whose measure ends within 60 days or has ended, the most urgent first (R-DV-5)."""
    if not viewer.may("casework.conceal"):
        return []
    last = timezone.localdate() + dt.timedelta(days=max(REMIND_DAYS))
    near = ConcealmentGround.objects.filter(ends_on__lte=last, concealment__lift__isnull=True)
    cases = {ground.case_id: ground.case for ground in near.select_related("case")}
    views = [(view, case) for case in cases.values() for view in concealments_for(viewer, case)]
    due = [
        (view, case)
        for view, case in views
        if view.days_left is not None and view.days_left <= max(REMIND_DAYS)
    ]
    return sorted(due, key=lambda pair: pair[0].days_left or 0)


def _fresh(rows: Any) -> Any:
    """Narrow requests to those of the last day: later ones have to be made anew."""
    return rows.filter(asked_at__gt=ClockNow() - ASKED_FOR)


def _open_to(viewer: Viewer) -> QuerySet[PlaceOpening]:
    return PlaceOpening.objects.filter(request__asked_by=viewer.membership, until__gt=ClockNow())
