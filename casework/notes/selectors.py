"""Reading progress notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Note, NoteParagraph

if TYPE_CHECKING:
    from casework.cases.models import Case


def notes_for(viewer: Viewer, case: Case) -> QuerySet[Any]:
    """Return the notes of a case this viewer may see, newest first, with paragraphs, each with ``is_corrected``.

    The person is not joined: their name is an item of its own (see households.selectors.name_people).
    """
    correction = labelled_for(viewer, Note).filter(corrects=OuterRef("pk"))
    notes = labelled_for(viewer, Note).filter(case=case)
    paragraphs = labelled_for(viewer, NoteParagraph).order_by("position")
    found: QuerySet[Any] = (
        notes.annotate(is_corrected=Exists(correction))
        .select_related("author__user", "author__agency")
        .prefetch_related(Prefetch("paragraphs", queryset=paragraphs))
        .order_by("-occurred_at", "-pk")
    )
    return found


def standing_notes_for(viewer: Viewer, case: Case, *, limit: int) -> list[Any]:
    """Return the notes that hold, newest first, each with ``earlier``: what it corrected, the latest text first."""
    notes: list[Any] = list(notes_for(viewer, case).filter(is_corrected=False)[:limit])
    corrected: dict[Any, Any] = {}
    if any(note.corrects_id for note in notes):
        corrected = {note.pk: note for note in notes_for(viewer, case).filter(is_corrected=True)}
    for note in notes:
        note.earlier = []
        before = corrected.get(note.corrects_id)
        while before is not None:
            note.earlier.append(before)
            before = corrected.get(before.corrects_id)
    return notes
