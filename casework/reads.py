"""The log of what was shown: one row per item of a person, with the ground on which whoever asked may see it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from casework.sharing.selectors import lines_reaching
from permissions.audit.actions import Ground, Read, record, record_reads
from permissions.viewer import Viewer

if TYPE_CHECKING:
    from casework.cases.models import Case
    from permissions.access import ViewerRequest

DUTY = Ground("duty")


def record_items(viewer: Viewer, reads: Iterable[Read]) -> None:
    """Log things that were shown: (subject, case, person, item). Several lines for one label: the oldest counts."""
    shown = list(reads)
    record_reads(viewer, shown, grounds=grounds_of(viewer, shown))


def grounds_of(viewer: Viewer, reads: Iterable[Read]) -> dict[tuple[Any, ...], Ground]:
    """Return {(case, person, item): ground}. The center sees by its duty, an agency by a line of the ledger.

    A case as such, without an item, is seen by whichever line was first.
    """
    labels = {(case, person, item) for _subject, case, person, item in reads}
    if viewer.sees_all_cases:
        return dict.fromkeys(labels, DUTY)
    cases = {case for case, _person, _item in labels}
    lines = lines_reaching(viewer).filter(case__in=cases).order_by("added_at", "pk")
    found: dict[tuple[Any, ...], Ground] = {}
    for case, person, item, basis, line in lines.values_list("case_id", "person_id", "item", "basis", "pk"):
        ground = Ground(basis, line)
        found.setdefault((case, person, item), ground)
        found.setdefault((case, None, ""), ground)
    return found


def record_case_shown(viewer: Viewer, request: ViewerRequest, *, case: Case, **rest: Any) -> None:
    """Log that a screen about a case was shown which has not said itself what of it."""
    label: tuple[uuid.UUID, None, str] = (case.pk, None, "")
    ground = grounds_of(viewer, [(case, *label)]).get(label)
    screen = request.resolver_match.view_name if request.resolver_match else ""
    record(viewer, "read", case, case=case.pk, ground=ground, detail={"screen": screen})
