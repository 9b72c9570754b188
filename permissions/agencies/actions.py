"""The only writer of agencies and memberships."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from permissions.accounts.sessions import end_sessions_of
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.roles import ROLES
from permissions.viewer import Viewer

from .models import Agency, Membership
from .years import renewed_until, today, year_end

if TYPE_CHECKING:
    from django.contrib.auth.models import User

EDITORS = "marugoto editors"


@transaction.atomic
def open_agency(
    *, code: str, name: str, kind: str, legal_type: str, is_center: bool = False, by: Viewer | None = None
) -> Agency:
    """Add an agency together with its Django group."""
    group = Group.objects.create(name=f"agency {code}")
    agency = Agency.objects.create(
        code=code, name=name, kind=kind, legal_type=legal_type, is_center=is_center, group=group
    )
    record(by, "agency_opened", agency)
    return agency


@transaction.atomic
def close_agency(agency: Agency, *, by: Viewer | None) -> None:
    """Close an agency: its people see nothing from the next statement on, and their sessions end."""
    agency.closed_at = timezone.now()
    agency.save(update_fields=["closed_at"])
    memberships = list(agency.memberships.filter(ended_at=None).select_related("user"))
    _sync_groups_of(memberships)
    ended = end_sessions_of(membership.user_id for membership in memberships)
    record(by, "agency_closed", agency, detail={"sessions_ended": ended})


@transaction.atomic
def add_membership(
    *,
    user: User,
    agency: Agency,
    role: str,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
    by: Viewer | None = None,
) -> Membership:
    """Let a person act for an agency in a role, until the end of the fiscal year unless told otherwise.

    Raises NotAllowed for a center role outside the center, and for a role the person has there already
    (one that lapsed is renewed, not added).
    """
    if ROLES[role].center_only and not agency.is_center:
        raise NotAllowed(f"role {role} exists in the center only")
    if Membership.objects.filter(user=user, agency=agency, role=role, ended_at=None).exists():
        raise NotAllowed(f"the person has role {role} here already")
    first = starts_on or today()
    membership = Membership.objects.create(
        user=user, agency=agency, role=role, starts_on=first, ends_on=ends_on or year_end(max(first, today()))
    )
    _sync_groups_of([membership])
    record(by, "membership_added", membership)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: Viewer | None) -> None:
    """End a membership at once, and with it the person's sessions."""
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    _sync_groups_of([membership])
    ended = end_sessions_of([membership.user_id])
    record(by, "membership_ended", membership, detail={"sessions_ended": ended})


@transaction.atomic
def renew_membership(membership: Membership, *, by: Viewer | None) -> None:
    """Let a membership reach to the end of the fiscal year, from February of the next one.

    Raises NotAllowed for one that was ended: that is an invitation anew.
    """
    if membership.ended_at is not None:
        raise NotAllowed("a membership that was ended is not renewed")
    until = renewed_until(today())
    if membership.ends_on is None or membership.ends_on >= until:
        return
    membership.ends_on = until
    membership.save(update_fields=["ends_on"])
    _sync_groups_of([membership])
    record(by, "membership_renewed", membership, detail={"until": until.isoformat()})


@transaction.atomic
def disable_person(user: User, *, by: Viewer | None) -> None:
    """Shut an account: nothing more from the next statement on, and its sessions end."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = end_sessions_of([user.pk])
    record(by, "person_disabled", user, detail={"sessions_ended": ended})


@transaction.atomic
def enable_person(user: User, *, by: Viewer | None) -> None:
    """Open a shut account again."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(by, "person_enabled", user)


def _sync_groups_of(memberships: list[Membership]) -> None:
    """Keep the Wagtail editors' group equal to the live editor memberships. Nobody else writes user.groups."""
    editors, _created = Group.objects.get_or_create(name=EDITORS)
    for user in {membership.user for membership in memberships}:
        if Membership.objects.live().filter(user=user, role="editor").exists():
            user.groups.add(editors)
        else:
            user.groups.remove(editors)
