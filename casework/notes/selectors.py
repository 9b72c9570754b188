"""Reading progress notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Note

if TYPE_CHECKING:
    from casework.cases.models import Case


def notes_for(viewer: Viewer, case: Case) -> QuerySet[Note]:
    """Return the notes of a case this viewer may see, newest first, each with ``is_corrected``.

    The person is not joined: their name is an item of its own (see households.selectors.name_people).
    """
    correction = labelled_for(viewer, Note).filter(corrects=OuterRef("pk"))
    notes: QuerySet[Note] = labelled_for(viewer, Note).filter(case=case)
    return (
        notes.annotate(is_corrected=Exists(correction))
        .select_related("author__user", "author__agency")
        .order_by("-occurred_at", "-pk")
    )
