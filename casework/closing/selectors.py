"""Reading how a case was closed, narrowed by who asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.rounds import Steps, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Closure

if TYPE_CHECKING:
    from casework.cases.models import Case


@in_rounds
def closure_for(viewer: Viewer, case: Case) -> Steps[Closure | None]:
    """Return the closing sheet of a case, if there is one and it reaches the viewer."""
    rows = labelled_for(viewer, Closure).filter(case=case)
    (found,) = yield [rows.select_related("closed_by__user", "closed_by__agency", "lead", "decision")]
    return found[0] if found else None
