"""An item leaves the agenda with the consent it rests on, or with the person it is about. Called by name from consent/ and households/,
which stand above this room."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from casework.cases.models import Case
from permissions.viewer import Viewer

from .actions import tell_of_removal
from .models import AgendaRemoval


@contextmanager
def telling_who_leaves(case_id: uuid.UUID, *, by: Viewer) -> Iterator[None]:
    """Write inside what may take items off the agenda: a trigger does it (sql.py), and their members are told afterwards."""
    # Whoever takes an item off by hand tells it themselves, and comes before what is counted here or after.
    Case.objects.select_for_update(no_key=True).get(pk=case_id)
    of_case = AgendaRemoval.objects.filter(case=case_id)
    before = set(of_case.values_list("pk", flat=True))
    yield
    for removal in of_case.exclude(pk__in=before).select_related("agenda__meeting").order_by("pk"):
        tell_of_removal(removal, by=by)
