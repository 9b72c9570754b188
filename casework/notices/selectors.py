"""Reading what was done in an emergency: through the contact, which comes through its own door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from casework.intake.models import Contact
from casework.intake.selectors import contacts_for
from permissions.viewer import Viewer

from .models import EmergencyCall, NoticeReply, StatutoryNotice

if TYPE_CHECKING:
    from casework.cases.models import Case


def calls_for(viewer: Viewer, contact: Contact) -> QuerySet[EmergencyCall]:
    """Return the calls of a contact, oldest first."""
    found = EmergencyCall.objects.filter(contact__in=contacts_for(viewer), contact=contact)
    return found.select_related("called_by__user").order_by("called_at", "written_at", "pk")


def case_calls_for(viewer: Viewer, case: Case) -> QuerySet[EmergencyCall]:
    """Return the calls made for a case, by all of its contacts, unordered."""
    contacts = contacts_for(viewer).filter(case=case)
    return EmergencyCall.objects.filter(contact__in=contacts).select_related("called_by__user")


def case_notices_for(viewer: Viewer, case: Case) -> QuerySet[StatutoryNotice]:
    """Return the notices given for a case, by all of its contacts, unordered and without their replies."""
    contacts = contacts_for(viewer).filter(case=case)
    return StatutoryNotice.objects.filter(contact__in=contacts).select_related("noticed_by__user")


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
