"""Reading what was done in an emergency: through the contact, which comes through its own door."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from casework.intake.models import Contact
from casework.intake.selectors import contacts_for
from permissions.viewer import Viewer

from .models import EmergencyCall, NoticeReply, StatutoryNotice


def calls_for(viewer: Viewer, contact: Contact) -> QuerySet[EmergencyCall]:
    """Return the calls of a contact, oldest first."""
    found = EmergencyCall.objects.filter(contact__in=contacts_for(viewer), contact=contact)
    return found.select_related("called_by__user").order_by("called_at", "written_at", "pk")


def notices_for(viewer: Viewer, contact: Contact) -> QuerySet[StatutoryNotice]:
    """Return the notices of a contact with their replies, oldest first."""
    replies = NoticeReply.objects.select_related("written_by__user").order_by(
        "replied_at", "written_at", "pk"
    )
    found = StatutoryNotice.objects.filter(contact__in=contacts_for(viewer), contact=contact)
    return (
        found.select_related("noticed_by__user")
        .prefetch_related(Prefetch("replies", replies))
        .order_by("noticed_at", "written_at", "pk")
    )
