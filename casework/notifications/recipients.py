"""Who is told. Memberships only: what reaches them is decided when they look."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from permissions.agencies.models import Membership
from permissions.roles import ROLES

if TYPE_CHECKING:
    from casework.cases.models import Case


def members_of(agency_id: int, *, permission: str) -> list[int]:
    """Return the memberships of an agency whose role has a permission and that are live now."""
    live = Membership.objects.live().filter(agency=agency_id, role__in=_roles_with(permission))
    return list(live.order_by("pk").values_list("pk", flat=True))


def center_members(*, permission: str) -> list[int]:
    """Return the live memberships of the center whose role has a permission."""
    live = Membership.objects.live().filter(agency__is_center=True, role__in=_roles_with(permission))
    return list(live.order_by("pk").values_list("pk", flat=True))


def chiefs() -> list[int]:
    """Return the live memberships of the center's chiefs."""
    live = Membership.objects.live().filter(agency__is_center=True, role="chief")
    return list(live.order_by("pk").values_list("pk", flat=True))


def workers_of(case: Case, *, besides: Iterable[int] = ()) -> list[int]:
    """Return who works on a case at the center, and ``besides``; with nobody of them left, everybody who coordinates."""
    named = [case.worker_id, *besides]
    live = Membership.objects.live().filter(pk__in=[each for each in named if each])
    found = list(live.order_by("pk").values_list("pk", flat=True))
    return found or center_members(permission="casework.share")


def _roles_with(permission: str) -> list[str]:
    return [code for code, role in ROLES.items() if permission in role.permissions]
