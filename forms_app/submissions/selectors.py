"""Reading submissions. There is no other way to them."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet

from forms_app.status.codes import reference_hash
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

from .models import Submission

READ = "forms_app.read_submission"


def submissions_for(viewer: Viewer) -> QuerySet[Submission]:
    """Return what was sent to the viewer's agency, newest first; the center's agencies read as one.

    Empty for every role that does not read submissions. The database says the same (forms_app/walls.py).
    """
    if not viewer.may(READ):
        return Submission.objects.none()
    reached = [viewer.agency.pk]
    if viewer.sees_all_cases:
        reached += Agency.objects.filter(is_center=True).values_list("pk", flat=True)
    found = Submission.objects.filter(destination_agency__in=reached)
    return found.select_related("form", "revision", "receipt").order_by("-received_at", "id")


def submission_by_reference(viewer: Viewer, code: str) -> Submission | None:
    """Return the first submission of a reference code that somebody tells on the telephone, or None."""
    found = submissions_for(viewer).filter(receipt__reference_hash=reference_hash(code))
    return found.order_by("received_at").first()


def submission_for(viewer: Viewer, submission_id: uuid.UUID) -> Submission | None:
    """Return one submission with its answers, or None when it does not reach the viewer."""
    return submissions_for(viewer).prefetch_related("answers").filter(pk=submission_id).first()
