"""Reading contacts: the inbox of the center."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from casework.sharing.models import NotBlocked
from forms_app.status.selectors import waiting_replies_for
from permissions.viewer import Viewer

from .models import Contact, Urgency


def contacts_for(viewer: Viewer) -> QuerySet[Contact]:
    """Return the contacts the viewer may see, unordered; none outside the center's duty."""
    if not (viewer.sees_all_cases and viewer.may("casework.view_inbox")):
        return Contact.objects.none()
    return Contact.objects.filter(Q(case__isnull=True) | Q(NotBlocked("case")))


def queue_for(viewer: Viewer, states: Iterable[str]) -> QuerySet[Contact]:
    """Return the contacts in these states: urgent ones first (each with ``is_urgent``), then the newest."""
    urgent = Q(urgency__in=(Urgency.A, Urgency.B)) | Q(urgency=Urgency.UNCHECKED, is_flagged=True)
    return (
        contacts_for(viewer)
        .filter(state__in=states)
        .annotate(
            is_urgent=Case(When(urgent, then=Value(True)), default=Value(False), output_field=BooleanField())
        )
        .select_related("taken_by__user")
        .order_by("-is_urgent", "-received_at", "-pk")
    )


def contacts_with_waiting_replies(viewer: Viewer) -> QuerySet[Contact]:
    """Return the contacts whose citizen wrote last on the status page, longest waiting first."""
    if not viewer.may("casework.view_inbox"):
        return Contact.objects.none()
    waiting = waiting_replies_for(viewer).order_by().values("submissions")
    return contacts_for(viewer).filter(submission_id__in=waiting).order_by("received_at", "pk")
