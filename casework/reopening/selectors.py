"""Reading which case went before and which follows; for the center's duty, where it may see both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.rounds import Steps, in_rounds
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import cases_for
from permissions.viewer import Viewer

from .models import Reopening

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Neighbors:
    """The case before and the case after, as far as the viewer may see them."""

    before: Reopening | None = None
    after: Reopening | None = None

    @property
    def open_after(self) -> Case | None:
        """The case after, while it is open."""
        return self.after.case if self.after and self.after.case.stage in OPEN_STAGES else None


def reopenings_for(viewer: Viewer) -> QuerySet[Reopening]:
    """Return the links of which this viewer may see both cases, unordered."""
    if not viewer.sees_all_cases:
        return Reopening.objects.none()
    return Reopening.objects.filter(NotBlocked("case"), NotBlocked("before"), NotHidden("pk"))


@in_rounds
def neighbors_of(viewer: Viewer, case: Case) -> Steps[Neighbors]:
    """Return what went before a case and what follows it."""
    if not viewer.sees_all_cases:
        return Neighbors()
    rows = reopenings_for(viewer).filter(Q(case=case) | Q(before=case))
    (found,) = yield [rows.select_related("case", "before")]
    return Neighbors(_first(row for row in found if row.case_id == case.pk), _first(
        row for row in found if row.before_id == case.pk
    ))  # fmt: skip


def _first(rows: Iterable[Reopening]) -> Reopening | None:
    return next(iter(rows), None)


def ended_case(viewer: Viewer, number: str) -> Case | None:
    """Return the case with this number that has ended, as far as the viewer may see it."""
    rows = cases_for(viewer).exclude(stage__in=OPEN_STAGES)
    return rows.filter(number=number.strip().upper()).first()
