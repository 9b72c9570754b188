"""Reading contacts: the inbox of the center."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When

from casework.codes.lists import NOT_ASKED
from casework.sharing.models import NotBlocked, NotHidden
from forms_app.status.selectors import waiting_replies_for
from permissions.viewer import Viewer

from .models import Contact, ContactDraft, ContactTopic, Urgency, WithoutConsent


def contacts_for(viewer: Viewer) -> QuerySet[Contact]:
    """Return the contacts the viewer may see, unordered; none outside the center's duty."""
    if not (viewer.sees_all_cases and viewer.may("casework.view_inbox")):
        return Contact.objects.none()
    return Contact.objects.filter(Q(case__isnull=True) | Q(NotBlocked("case")))


def queue_for(viewer: Viewer, states: Iterable[str]) -> QuerySet[Contact]:
    """Return the contacts in these states: urgent ones first (each with ``is_urgent``), then the newest.

    Urgent is also what words or topics flagged, until somebody made the emergency check.
    """
    urgent = Q(urgency__in=(Urgency.A, Urgency.B)) | Q(checked_at__isnull=True, is_flagged=True)
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


def drafts_for(viewer: Viewer) -> QuerySet[ContactDraft]:
    """Return what the viewer has begun to write down and not recorded, newest first. Nobody else's, ever."""
    if not viewer.may("casework.take_contact"):
        return ContactDraft.objects.none()
    return ContactDraft.objects.filter(author=viewer.membership).order_by("-saved_at", "-pk")


def without_consent_for(viewer: Viewer, contact: Contact) -> QuerySet[WithoutConsent]:
    """Return what agencies told without consent, newest first: the first one counts."""
    found = WithoutConsent.objects.filter(NotHidden("pk"), contact__in=contacts_for(viewer), contact=contact)
    return found.select_related("written_by__user").order_by("-written_at", "-pk")


def facts_of(contact: Contact, topics: Iterable[ContactTopic]) -> dict[str, bool]:
    """Return what is known of a contact, for the list of what is missing (levels.py). Not asked is missing, unknown not."""
    return {
        "channel": bool(contact.channel),
        "route": contact.is_informant_hidden or contact.route != NOT_ASKED,
        "speaker": contact.is_informant_hidden or contact.speaker != NOT_ASKED,
        "matter": bool(contact.one_line or list(topics)),
        "urgency": contact.urgency != Urgency.UNCHECKED,
        "reply_to": bool(contact.reply_to or contact.submission_id or contact.is_informant_hidden),
    }
