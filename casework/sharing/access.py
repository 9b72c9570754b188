"""The case a URL speaks of, loaded through the door."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse

from permissions.access import requires
from permissions.viewer import Viewer

from .selectors import cases_for

View = Callable[..., HttpResponse]


def case_view(permission: str = "casework.view_case", *, fresh: bool = False) -> Callable[[View], View]:
    """Declare a view about one case: ``case_id`` of the URL becomes ``case``, or 404 outside the viewer's scope.

    Outside and absent look the same: nothing is said about a case that is hidden.
    """
    return requires(permission, load=_load, shown=_shown, fresh=fresh)


def _shown(viewer: Viewer, request: Any, **loaded: Any) -> None:
    from casework.reads import record_case_shown  # noqa: PLC0415 -- it reads the ledger of this room

    record_case_shown(viewer, request, **loaded)


def _load(viewer: Viewer, *, case_id: uuid.UUID, **rest: Any) -> dict[str, Any]:
    case = cases_for(viewer).select_related("holder", "worker__user").filter(pk=case_id).first()
    if case is None:
        raise Http404
    return {"case": case, **rest}
