from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from casework.rounds import Steps, in_rounds
from permissions.agencies.models import Membership
from permissions.people import name_of
from permissions.roles import ROLES
from permissions.viewer import Viewer

from .models import Seal

if TYPE_CHECKING:
    from casework.cases.models import Case

DUTY = tuple(code for code, role in ROLES.items() if role.sees_all_cases)


@dataclass(frozen=True)
class SealView:
    """What holds of a case, with the names of those who may see it, for one of them."""

    row: Seal
    names: list[str]


def newest_seal(case_id: uuid.UUID) -> Seal | None:
    """Return the newest row of a case, also one that opened it again. None too for whoever it keeps out."""
    return _seals(case_id).first()


def _seals(case_id: uuid.UUID) -> QuerySet[Seal]:
    return Seal.objects.filter(case=case_id).order_by("-number")


@in_rounds
def seal_for(viewer: Viewer, case: Case) -> Steps[SealView | None]:
    """Return the seal that holds, for those of the center whom it lets see the case; else None."""
    if not viewer.sees_all_cases:
        return None
    (rows,) = yield [_seals(case.pk)[:1]]
    if not rows or not rows[0].members:
        return None
    seats = Membership.objects.filter(user__in=rows[0].members, agency__is_center=True)
    (found,) = yield [seats.select_related("user").order_by("user")]
    names = {seat.user_id: name_of(seat.user) for seat in found}
    return SealView(rows[0], list(names.values()))


def seats_on_duty() -> QuerySet[Any]:
    """Return the seats of the center's people whose duty is every case, one for each person, by name of the agency."""
    seats = Membership.objects.live().filter(agency__is_center=True, role__in=DUTY)
    return seats.order_by("user", "pk").distinct("user").select_related("user", "agency")
