"""Where rooms above meetings/ say that something changed on which an item of an agenda rests."""

from __future__ import annotations

import uuid
from contextlib import AbstractContextManager
from typing import Any

from django.utils.module_loading import import_string

from permissions.viewer import Viewer


def telling_of_agendas(case_id: uuid.UUID, *, by: Viewer) -> AbstractContextManager[None]:
    """Return the context in which a consent is taken back or somebody leaves the household: who loses an item by it is told."""
    telling: Any = import_string("casework.meetings.leaving.telling_who_leaves")
    context: AbstractContextManager[None] = telling(case_id, by=by)
    return context
