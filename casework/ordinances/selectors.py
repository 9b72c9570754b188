"""Reading ordinances and oaths."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Func, OuterRef, Q, QuerySet
from django.utils import timezone

from permissions.agencies.models import Membership
from permissions.roles import ROLES
from permissions.viewer import Viewer
from permissions.walls.clock import ClockToday

from .models import Oath, Ordinance

READER_ROLES = [code for code, role in ROLES.items() if role.reads_cases]


def fiscal_year(day: dt.date) -> int:
    """Return the year in which a day's fiscal year began, in April."""
    return day.year if day.month >= 4 else day.year - 1


def this_year() -> int:
    return fiscal_year(timezone.localdate())


def ordinances_for(viewer: Viewer) -> QuerySet[Any]:
    """Return every version of every ordinance, each with ``holds``: whether it is in force; newest first."""
    later = Ordinance.objects.filter(supersedes=OuterRef("pk"), valid_from__lte=ClockToday())
    in_force = Q(valid_from__lte=ClockToday()) & (
        Q(valid_until__isnull=True) | Q(valid_until__gte=ClockToday())
    )
    rows: QuerySet[Any] = Ordinance.objects.annotate(holds=~Exists(later) & in_force)
    if not viewer.membership.role_rights.reads_cases:
        return rows.none()
    return rows.order_by("-valid_from", "-made_at", "pk")


class _Year(Func):
    function = "casework_fiscal_year"


def oaths_of_this_year() -> QuerySet[Oath]:
    """Return the oaths of the fiscal year by the database's clock, as far as the walls show them."""
    return Oath.objects.filter(year=_Year(ClockToday()))


def sworn_of(year: int, memberships: Iterable[int]) -> set[int]:
    """Return which of these memberships have sworn for a fiscal year, as far as the walls show it."""
    return set(
        Oath.objects.filter(year=year, membership__in=list(memberships)).values_list("membership", flat=True)
    )


def own_oath_for(viewer: Viewer) -> Oath | None:
    """Return one's own oath of this fiscal year."""
    return oaths_of_this_year().filter(membership=viewer.membership).first()


def seats() -> QuerySet[Membership]:
    """Return the live memberships that can sit in a meeting, each with ``has_oath``; by agency. For the center.

    Whoever reads no cases (agency administrators, editors, auditors) sits in none.
    """
    oath = oaths_of_this_year().filter(membership=OuterRef("pk"))
    live = Membership.objects.live().filter(role__in=READER_ROLES).select_related("user", "agency")
    return live.annotate(has_oath=Exists(oath)).order_by(
        "-agency__is_center", "agency__name", "user__last_name", "pk"
    )
