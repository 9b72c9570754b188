"""Reading why a case rests; for the center's duty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from casework.cases.states import NEXT_STAGES, Stage
from casework.cases.words import offered_stages
from casework.rounds import Steps, in_rounds
from casework.sharing.models import NotBlocked, NotHidden
from permissions.viewer import Viewer

from .models import Suspension

if TYPE_CHECKING:
    from casework.cases.models import Case


def suspensions_for(viewer: Viewer, case: Case) -> QuerySet[Suspension]:
    """Return the suspensions of a case, the newest first."""
    if not viewer.sees_all_cases:
        return Suspension.objects.none()
    rows = Suspension.objects.filter(NotBlocked("case"), NotHidden("pk"), case=case)
    return rows.select_related("decided_by__user", "task", "end", "agenda__meeting").order_by(
        "-decided_at", "-pk"
    )


@in_rounds
def suspension_of(viewer: Viewer, case: Case) -> Steps[Suspension | None]:
    """Return why a case rests now; None if it does not, or if nobody wrote it down."""
    if case.stage != Stage.SUSPENDED:
        return None
    (found,) = yield [suspensions_for(viewer, case)[:1]]
    return found[0] if found else None


def ways_on(viewer: Viewer, case: Case) -> list[str]:
    """Return where a case that rests may go: where it was, or towards its end.

    A case that rested before there were reasons may go wherever the table says.
    """
    found = suspension_of(viewer, case)
    ways = (found.stage_before, Stage.CLOSING) if found else NEXT_STAGES[Stage.SUSPENDED]
    offered = offered_stages(Stage.SUSPENDED)
    return [stage for stage in ways if stage in offered]
