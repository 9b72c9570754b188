"""Reading agencies and memberships. Neither holds case content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from permissions.viewer import Viewer, viewer_of

from .models import Agency, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def memberships_of(user: User) -> QuerySet[Membership]:
    """Return a person's live memberships with user and agency, oldest first; may be empty."""
    return Membership.objects.live().filter(user=user).select_related("user", "agency__group").order_by("pk")


def partner_agencies() -> QuerySet[Agency]:
    """Return the open agencies that are not the center: those a case can be shared with."""
    return Agency.objects.open().filter(is_center=False).order_by("kind", "name")


def viewer_for_membership(membership_id: int) -> Viewer | None:
    """Return the viewer for a membership that is live now, else None. For the worker, at run time."""
    found = Membership.objects.live().filter(pk=membership_id).select_related("user", "agency__group").first()
    return viewer_of(found) if found else None


def people_for(viewer: Viewer) -> QuerySet[Membership]:
    """Return the memberships a person manages, ended ones left out, with user and agency, in agency and name order.

    Of their own agency for its administrator, of every agency for the system administrator, of none for
    anybody else; may be empty.
    """
    rows = Membership.objects.filter(ended_at=None).select_related("user", "agency")
    if viewer.may("agencies.manage"):
        return rows.order_by("agency__code", "user__last_name", "user__first_name", "pk")
    if viewer.may("people.manage"):
        return rows.filter(agency=viewer.agency).order_by("user__last_name", "user__first_name", "pk")
    return rows.none()


def agencies_for(viewer: Viewer) -> QuerySet[Agency]:
    """Return the open agencies whose people a person manages; may be empty."""
    if viewer.may("agencies.manage"):
        return Agency.objects.open()
    if viewer.may("people.manage"):
        return Agency.objects.open().filter(pk=viewer.agency.pk)
    return Agency.objects.none()
