"""Reading sheets: each person sees their own, while every label printed on it still reaches them."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.concealment.selectors import standing
from casework.sharing.selectors import cases_for, reaches
from permissions.viewer import Viewer

from .models import Sheet

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.plans.models import Decision


def sheets_for(viewer: Viewer, decision: Decision) -> list[Sheet]:
    """Return the viewer's own sheets of a decision, newest first, without the bytes; at most 20."""
    own = _own(viewer).filter(decision=decision, evaluation=None).order_by("-requested_at", "pk")[:20]
    return [sheet for sheet in own if _still_reaches(viewer, sheet)]


def sheets_of_case_for(
    viewer: Viewer,
    case: Case,
    kind: str,
    *,
    evaluation_id: uuid.UUID | None = None,
    assessment_id: uuid.UUID | None = None,
) -> list[Sheet]:
    """Return the viewer's own sheets of one kind that are of the case itself, or of one evaluation or version of it.

    Newest first, without the bytes; at most 20.
    """
    own = _own(viewer).filter(case=case, evaluation=evaluation_id, assessment=assessment_id, kind=kind)
    newest = own.order_by("-requested_at", "pk")[:20]
    return [sheet for sheet in newest if _still_reaches(viewer, sheet)]


def sheet_for(viewer: Viewer, sheet_id: uuid.UUID) -> Sheet | None:
    """Return one of the viewer's own sheets, or None once anything printed on it no longer reaches them."""
    found = _own(viewer).filter(pk=sheet_id).select_related("case", "decision").first()
    return found if found and _still_reaches(viewer, found) else None


def _own(viewer: Viewer) -> QuerySet[Sheet]:
    return Sheet.objects.filter(membership=viewer.membership, case__in=cases_for(viewer)).defer("pdf")


def _still_reaches(viewer: Viewer, sheet: Sheet) -> bool:
    """Return whether the reader reaches every label that is printed, and no household has hidden since it was read."""
    knows_all = sheet.made_at is None or set(sheet.hidings).issuperset(
        standing(sheet.case_id).values_list("pk", flat=True)
    )
    return knows_all and all(
        reaches(viewer, case_id=uuid.UUID(case), person_id=uuid.UUID(person) if person else None, item=item)
        for case, person, item in sheet.labels
    )
