"""Reading the numbers of a month: with the rights of whoever asks, and never more (decision 031)."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from casework.cases.models import Case
from casework.intake.models import Contact
from casework.intake.selectors import contacts_for
from casework.sharing.models import NotBlocked
from casework.sharing.selectors import cases_for
from permissions.viewer import Viewer

from .counts import COUNTED_ONCE
from .models import MonthClose, MonthFact
from .months import Month

Cells = Counter[
    tuple[str, str, str]
]  # (count, dimension, cell) -> number; ("contacts", "", "") is the whole of a count

# The walls show whoever calls what they may see; the door says so once more.
FACTS = """
SELECT f.code, f.subject, f.case_id, f.groups FROM casework_month_facts(%s, %s, %s, %s) f
 WHERE f.case_id IS NULL OR NOT (f.case_id = ANY ((SELECT wall_blocked())::uuid[]))
"""


@dataclass(frozen=True)
class Fact:
    """One thing that is counted, and the cells into which it falls."""

    code: str
    subject: uuid.UUID
    case: uuid.UUID | None
    groups: dict[str, list[str]]

    def cells(self) -> Iterator[tuple[str, str]]:
        """Yield the whole, as ("", ""), and every cell."""
        yield "", ""
        for dimension, found in self.groups.items():
            yield from ((dimension, cell) for cell in found)

    def is_in(self, dimension: str, cell: str) -> bool:
        return not dimension or cell in self.groups.get(dimension, ())


@dataclass
class Kept:
    """One revision of a closed month, as its reader may know it."""

    revision: int
    closed_at: dt.datetime
    cells: Cells = field(default_factory=Counter)


def facts_now_for(viewer: Viewer, month: Month, code: str | None = None) -> list[Fact]:
    """Return what is counted of a month as things stand now, of what this viewer sees; none outside the center's duty."""
    if not (viewer.sees_all_cases and viewer.may("casework.view_counted")):
        return []
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [code, month.first_on, month.next.first_on, month.working_days()])
        rows: list[tuple[str, uuid.UUID, uuid.UUID | None, Any]] = cursor.fetchall()
    return [
        Fact(code, subject, case, json.loads(groups) if isinstance(groups, str) else groups)
        for code, subject, case, groups in rows
    ]


def cells_of(facts: Iterable[Fact]) -> Cells:
    """Add facts up: each for itself, or each subject once in a cell where the count says so."""
    cells: Cells = Counter()
    seen: set[tuple[str, str, str, uuid.UUID]] = set()
    for fact in facts:
        for dimension, cell in fact.cells():
            key = (fact.code, dimension, cell, fact.subject)
            if key in seen:
                continue
            if fact.code in COUNTED_ONCE:
                seen.add(key)
            cells[fact.code, dimension, cell] += 1
    return cells


def kept_for(viewer: Viewer, month: Month) -> list[Kept]:
    """Return the revisions of a closed month, the first first; empty for a month that is not closed.

    Who reads cases gets the numbers without those they must not see; who reads none, the whole.
    """
    if not viewer.may("casework.view_reports"):
        return []
    closes = MonthClose.objects.filter(month=month.first_on).order_by("revision")
    kept = {close.revision: Kept(close.revision, close.closed_at) for close in closes}
    if kept:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM casework_month_counts(%s)", [month.first_on])
            for revision, code, dimension, cell, value in cursor.fetchall():
                kept[revision].cells[code, dimension, cell] = int(value)
    return list(kept.values())


def facts_kept_for(viewer: Viewer, month: Month, code: str) -> list[Fact]:
    """Return what the newest revision of a closed month counts, as far as this viewer may see its cases."""
    if not (viewer.sees_all_cases and viewer.may("casework.view_counted")):
        return []
    rows: QuerySet[Any] = MonthFact.objects.filter(
        Q(case__isnull=True) | Q(NotBlocked("case")), close__month=month.first_on, code=code
    )
    standing = rows.values("subject", "case", "groups").annotate(stands=Sum("weight")).filter(stands__gt=0)
    return [Fact(code, row["subject"], row["case"], row["groups"]) for row in standing]


def closed_months_for(viewer: Viewer) -> list[Month]:
    """Return the months that are closed, the newest first."""
    if not viewer.may("casework.view_reports"):
        return []
    found = MonthClose.objects.filter(revision=1).order_by("-month")
    return [Month(day) for day in found.values_list("month", flat=True)]


def cases_behind(viewer: Viewer, facts: Iterable[Fact]) -> QuerySet[Case]:
    """Return the cases of these facts, through the door."""
    keys = {fact.case for fact in facts if fact.case}
    return cases_for(viewer).filter(pk__in=keys).select_related("holder", "worker__user").order_by("number")


def contacts_behind(viewer: Viewer, facts: Iterable[Fact]) -> QuerySet[Contact]:
    """Return the contacts of these facts that became no case, through their door."""
    keys = {fact.subject for fact in facts if not fact.case}
    return contacts_for(viewer).filter(pk__in=keys).order_by("number")
