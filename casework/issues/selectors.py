"""Reading issues."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet

from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Issue

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass
class IssuesOf:
    """The issues of one person: those that weigh now, the heaviest first, and those that are over."""

    open: list[Any] = field(default_factory=list)
    closed: list[Any] = field(default_factory=list)


def issues_for(viewer: Viewer, case: Case) -> QuerySet[Any]:
    """Return every row about issues of a case that reaches the viewer; sealed ones for the center's duty alone.

    Each with ``is_followed``. The heaviest first, then in the order in which they were written down.
    """
    rows = seen_issues_for(viewer).filter(case=case)
    follower = seen_issues_for(viewer).filter(follows=OuterRef("pk"))
    found: QuerySet[Any] = (
        rows.annotate(is_followed=Exists(follower))
        .select_related("noted_by__user", "noted_by__agency")
        .order_by("-severity", "noted_at", "pk")
    )
    return found


def seen_issues_for(viewer: Viewer) -> QuerySet[Any]:
    """Return every row about issues that reaches the viewer, unordered; sealed ones for the center's duty alone."""
    rows = labelled_for(viewer, Issue)
    return rows if viewer.sees_all_cases else rows.filter(is_sealed=False)


@in_rounds
def issues_by_person(viewer: Viewer, case: Case) -> Steps[dict[uuid.UUID, IssuesOf]]:
    """Return what is known now of the issues of each person, as far as it reaches the viewer."""
    found: dict[uuid.UUID, IssuesOf] = {}
    (issues,) = yield [issues_for(viewer, case).filter(is_followed=False)]
    for issue in issues:
        of = found.setdefault(issue.person_id, IssuesOf())
        (of.open if issue.is_open else of.closed).append(issue)
    for of in found.values():
        of.open.sort(key=weight_of)
    return found


def weight_of(issue: Any) -> int:
    """Return where an issue stands in the order of the heaviest first."""
    return _WEIGHT[issue.severity]


_WEIGHT = {"3": 0, "2": 1, "1": 2, "unknown": 3}


def history_of(viewer: Viewer, case: Case, issue: Any) -> list[Any]:
    """Return what was known of an issue before, the latest first."""
    rows = {row.pk: row for row in issues_for(viewer, case).filter(person=issue.person_id, code=issue.code)}
    earlier = []
    before = rows.get(issue.follows_id)
    while before is not None:
        earlier.append(before)
        before = rows.get(before.follows_id)
    return earlier
