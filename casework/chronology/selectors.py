"""Reading chronologies, narrowed by who asks."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from casework.sharing.selectors import labelled_for, lines_reaching, persons_for
from permissions.viewer import Viewer

from .models import ITEMS, ChronologyEntry

if TYPE_CHECKING:
    from casework.cases.models import Case

Label = tuple[uuid.UUID | None, str]


@dataclass
class Row:
    """One year, or a month of it, with the entries of each column in the order of the columns."""

    when: str
    cells: list[list[ChronologyEntry]]


@dataclass
class Chronology:
    """The table as one viewer sees it: nothing of a column or a row in which nothing reaches them."""

    columns: list[str]
    rows: list[Row]
    entries: list[ChronologyEntry]


def entries_for(viewer: Viewer) -> QuerySet[ChronologyEntry]:
    """Return what stands and reaches the viewer, the earliest first: neither corrected nor taken back."""
    rows: QuerySet[ChronologyEntry] = labelled_for(viewer, ChronologyEntry)
    later = labelled_for(viewer, ChronologyEntry).filter(corrects=OuterRef("pk"))
    return (
        rows.filter(~Exists(later), is_void=False)
        .select_related("source", "written_by__user")
        .order_by("year", "month", "written_at", "pk")
    )


def chronology_for(viewer: Viewer, case: Case) -> Chronology:
    """Return the chronology of a case: years downwards, people across, what is around the household last."""
    entries = sorted(entries_for(viewer).filter(case=case), key=lambda entry: (entry.year, entry.month or 0))
    names = dict(persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", "name"))
    there = {entry.person_id for entry in entries}
    unnamed = sorted((key for key in there if key and key not in names), key=str)
    columns: list[uuid.UUID | None] = [*(key for key in names if key in there), *unnamed]
    columns += [None] if None in there else []
    words = [_column(names, key) for key in columns]
    for entry, who in ((entry, words[columns.index(entry.person_id)]) for entry in entries):
        shown: Any = entry
        shown.who = who
    return Chronology(words, _rows(entries, columns), entries)


def _column(names: dict[uuid.UUID, str], key: uuid.UUID | None) -> str:
    if key is None:
        return _("世帯全体・社会・機関")
    return names.get(key, _("（氏名は共有されていません）"))


def _rows(entries: Sequence[ChronologyEntry], columns: Sequence[uuid.UUID | None]) -> list[Row]:
    moments: dict[tuple[int, int], list[ChronologyEntry]] = defaultdict(list)
    for entry in entries:
        moments[entry.year, entry.month or 0].append(entry)
    return [
        Row(found[0].when, [[entry for entry in found if entry.person_id == key] for key in columns])
        for found in moments.values()
    ]


def entry_for(viewer: Viewer, case: Case, entry_id: uuid.UUID) -> ChronologyEntry | None:
    """Return an entry whether it still stands or not, or None."""
    rows: QuerySet[ChronologyEntry] = labelled_for(viewer, ChronologyEntry)
    return rows.select_related("source").filter(case=case, pk=entry_id).first()


def correction_for(viewer: Viewer, entry: ChronologyEntry) -> ChronologyEntry | None:
    """Return what took the place of an entry, or None while it stands."""
    rows: QuerySet[ChronologyEntry] = labelled_for(viewer, ChronologyEntry)
    return rows.filter(corrects=entry).first()


def may_correct(viewer: Viewer, entry: ChronologyEntry) -> bool:
    """Return whether the viewer may correct an entry: the center all, an agency what it knows itself."""
    return viewer.may("casework.assess") and (viewer.sees_all_cases or entry.source_id == viewer.agency.pk)


def writable_labels_for(viewer: Viewer, case: Case) -> list[Label]:
    """Return under which labels the viewer may write now: what is shared with them, for the center all."""
    offered = [item.value for item in ITEMS]
    people = list(
        persons_for(viewer).filter(case=case).order_by("position", "pk").values_list("pk", flat=True)
    )
    if viewer.sees_all_cases:
        return [(key, item) for key in (*people, None) for item in offered]
    lines = lines_reaching(viewer).filter(case=case, item__in=offered)
    found = set(lines.values_list("person_id", "item"))
    order: dict[uuid.UUID | None, int] = {key: place for place, key in enumerate(people)}
    last = len(order)
    return sorted(
        found, key=lambda label: (label[0] is None, order.get(label[0], last), str(label[0]), offered.index(label[1]))
    )  # fmt: skip
