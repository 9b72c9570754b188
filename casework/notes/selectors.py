"""Reading progress notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from casework.rounds import Steps, attach, in_rounds
from casework.sharing.selectors import labelled_for
from permissions.viewer import Viewer

from .models import Attendee, Note, NoteParagraph, ParagraphSource, SpokenWith

if TYPE_CHECKING:
    from casework.cases.models import Case


def notes_for(viewer: Viewer, case: Case) -> QuerySet[Any]:
    """Return the notes of a case this viewer may see, newest first, with paragraphs and attendees, each with ``is_corrected``.

    The person is not joined: their name is an item of its own (see households.selectors.name_people).
    """
    correction = labelled_for(viewer, Note).filter(corrects=OuterRef("pk"))
    notes = labelled_for(viewer, Note).filter(case=case)
    paragraphs = labelled_for(viewer, NoteParagraph).order_by("position")
    found: QuerySet[Any] = (
        notes.annotate(is_corrected=Exists(correction))
        .select_related("author__user", "author__agency")
        .prefetch_related(
            Prefetch("paragraphs", queryset=paragraphs), Prefetch("attendees", queryset=_attendees(viewer))
        )
        .order_by("-occurred_at", "-pk")
    )
    return found


def talks_for(viewer: Viewer) -> QuerySet[Note]:
    """Return the notes about a talk with somebody of the household.

    A note that does not say with whom counts if it holds words of the person: what counts too much hides that nobody was seen.
    """
    own_words = labelled_for(viewer, NoteParagraph).filter(note=OuterRef("pk"), source=ParagraphSource.SELF)
    return labelled_for(viewer, Note).filter(
        Q(spoken_with=SpokenWith.HOUSEHOLD) | Q(spoken_with="") & Q(Exists(own_words))
    )


@in_rounds
def standing_notes_for(viewer: Viewer, case: Case, *, limit: int) -> Steps[list[Any]]:
    """Return the notes that hold, newest first, each with ``earlier``: what it corrected, the latest text first."""
    rows = notes_for(viewer, case).prefetch_related(None)
    paragraphs = labelled_for(viewer, NoteParagraph).order_by("position")
    (notes,) = yield [rows.filter(is_corrected=False)[:limit]]
    attendees = _attendees(viewer)
    asked = [paragraphs.filter(note__in=notes), attendees.filter(note__in=notes)]
    if any(note.corrects_id for note in notes):
        asked += [rows.filter(is_corrected=True), paragraphs.filter(case=case), attendees.filter(case=case)]
    texts, there, *replaced = yield asked
    corrected: dict[Any, Any] = {}
    if replaced:
        attach(replaced[0], "paragraphs", replaced[1], by="note_id")
        attach(replaced[0], "attendees", replaced[2], by="note_id")
        corrected = {note.pk: note for note in replaced[0]}
    attach(notes, "paragraphs", texts, by="note_id")
    attach(notes, "attendees", there, by="note_id")
    for note in notes:
        note.earlier = []
        before = corrected.get(note.corrects_id)
        while before is not None:
            note.earlier.append(before)
            before = corrected.get(before.corrects_id)
    return notes


def _attendees(viewer: Viewer) -> QuerySet[Any]:
    return labelled_for(viewer, Attendee).order_by("position")
