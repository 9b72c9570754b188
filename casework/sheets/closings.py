"""What stands on the closing sheet (終結シート, domain.md 1.8): how a case ended and what comes after, for one reader."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from casework.closing.models import Closure
from casework.closing.selectors import closure_for
from casework.evaluation.selectors import evaluations_for
from casework.households.models import Household, Person
from casework.households.selectors import name_people
from casework.reopening.selectors import neighbors_of
from permissions.viewer import Viewer

from .content import Label, family_for, labels_printed
from .evaluations import evaluation_sheet_for

if TYPE_CHECKING:
    from casework.cases.models import Case

    from .models import Sheet


@dataclass
class ClosingSheet:
    """Everything printed, and the labels it came from. ``results``: of the newest evaluation."""

    viewer: Viewer
    case: Case
    closure: Closure
    results: list[Any]
    household: Household | None
    people: list[Person]
    later: Case | None  # the case in which the household came back, while it is open
    labels: list[Label]
    made_at: dt.datetime
    number: str

    @property
    def has_sealed(self) -> bool:
        """Whether it prints what is for the center alone."""
        return any(row.is_sealed for row in self.results)

    @property
    def met_on(self) -> dt.date | None:
        """The day of the meeting that is named."""
        agenda = self.closure.agenda
        return timezone.localdate(agenda.meeting.held_at) if agenda else None


def closing_content_for(viewer: Viewer, sheet: Sheet) -> ClosingSheet | None:
    """Return what reaches this reader now, or None where the closing does not."""
    return closing_sheet_for(viewer, sheet.case, made_at=sheet.requested_at, number=str(sheet.pk)[:8].upper())


def closing_sheet_for(
    viewer: Viewer, case: Case, *, made_at: dt.datetime | None = None, number: str = ""
) -> ClosingSheet | None:
    """Return the closing sheet of a case as far as it reaches this reader, or None where there is none."""
    closure = closure_for(viewer, case)
    if closure is None:
        return None
    household, people = family_for(viewer, case)
    results = name_people(viewer, _results(viewer, case))
    return ClosingSheet(
        viewer=viewer,
        case=case,
        closure=closure,
        results=results,
        household=household,
        people=people,
        later=neighbors_of(viewer, case).open_after,
        labels=labels_printed(viewer, case, household, people, [closure, *results]),
        made_at=made_at or timezone.now(),
        number=number,
    )


def _results(viewer: Viewer, case: Case) -> list[Any]:
    """Of a decision that is 会議限り nothing leaves the center on paper, neither alone nor in here (domain.md R-MTG-6)."""
    newest = next(iter(evaluations_for(viewer, case)), None)
    sheet = evaluation_sheet_for(viewer, case, newest.key) if newest else None
    if sheet is None or (sheet.decision and sheet.decision.is_meeting_only and not viewer.sees_all_cases):
        return []
    return list(sheet.view.results)
