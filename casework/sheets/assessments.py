"""What stands on the assessment sheet (アセスメントシート, domain.md 1.3): one fixed version as a whole, for one reader."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from casework.assessments.models import AssessedFact
from casework.assessments.selectors import (
    About,
    AssessmentView,
    Block,
    assessment_views_for,
    blocks_of,
    household_of,
    household_order_for,
    issues_of,
)
from casework.concealment.selectors import standing
from casework.households.selectors import name_people
from casework.relations.selectors import name_both
from permissions.viewer import Viewer

from .content import Label, labels_printed

if TYPE_CHECKING:
    from casework.cases.models import Case

    from .models import Sheet


@dataclass
class AssessmentSheet:
    """Everything printed, and the labels it came from."""

    viewer: Viewer
    case: Case
    view: AssessmentView
    household: list[About]
    relations: list[Any]
    issues: list[AssessedFact]
    blocks: list[Block]
    labels: list[Label]
    made_at: dt.datetime
    number: str

    @property
    def has_sealed(self) -> bool:
        """Whether it prints what is for the center alone."""
        issues = (fact.issue for fact in self.issues)
        return any(row.is_sealed for row in (*self.relations, *issues) if row)


def assessment_content_for(viewer: Viewer, sheet: Sheet) -> AssessmentSheet | None:
    """Return what of the version reaches this reader now, or None where nothing does."""
    if sheet.assessment_id is None:
        return None
    number = str(sheet.pk)[:8].upper()
    return assessment_sheet_for(
        viewer, sheet.case, sheet.assessment_id, made_at=sheet.requested_at, number=number
    )


def assessment_sheet_for(
    viewer: Viewer,
    case: Case,
    assessment_id: uuid.UUID,
    *,
    made_at: dt.datetime | None = None,
    number: str = "",
) -> AssessmentSheet | None:
    """Return one version as far as it reaches this reader, or None where nothing of it does."""
    views = assessment_views_for(viewer, case)
    view = next((each for each in views if each.assessment.pk == assessment_id and each.parts), None)
    if view is None:
        return None
    rows = name_people(viewer, [*view.parts, *view.facts])
    relations = _relations_on_paper(viewer, case, view)
    told = {(case.pk, person, item) for row in relations for person, item in row.labels}
    return AssessmentSheet(
        viewer=viewer,
        case=case,
        view=view,
        household=household_of(view.facts),
        relations=relations,
        issues=issues_of(view.facts),
        blocks=blocks_of(view.parts, household_order_for(viewer, case)),
        labels=sorted({*labels_printed(viewer, case, None, [], rows), *told}, key=str),
        made_at=made_at or timezone.now(),
        number=number,
    )


def _relations_on_paper(viewer: Viewer, case: Case, view: AssessmentView) -> list[Any]:
    """While a household hides, an agency's paper has none: whom it may be linked with can change after the paper was made.

    A paper from before dies when it begins to hide (sql.FROM_BEFORE_HIDING), and else with the labels of both people.
    """
    if not viewer.sees_all_cases and standing(case.pk).exists():
        return []
    return name_both(viewer, view.relations)
