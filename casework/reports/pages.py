"""The numbers of a month as a page and as a file show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from statistics import median

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from casework.cases.states import Flow
from permissions.viewer import Viewer

from .counts import COUNTS, FLOW, MET, Count, Dimension, Section, Told
from .months import Month
from .selectors import Cells, Kept, cells_of, facts_now_for, kept_for
from .small import LEAST, hidden_cells, is_part_told, is_small, is_whole_hidden

HIDDEN = "＊"


@dataclass(frozen=True)
class CellView:
    """A number in words, what it was corrected to later (empty: nothing), and the list behind it (empty: none)."""

    word: str
    value: str
    revised: str = ""
    url: str = ""


@dataclass(frozen=True)
class Breakdown:
    """A count by one dimension."""

    label: str
    is_many: bool
    cells: list[CellView]


@dataclass(frozen=True)
class CountView:
    """One count of a month."""

    count: Count
    whole: CellView
    breakdowns: list[Breakdown]


@dataclass(frozen=True)
class Report:
    """A month as one reader sees it. ``closed_at`` None: it is still running, or nobody has closed it."""

    month: Month
    closed_at: dt.datetime | None
    revised_at: dt.datetime | None
    sections: list[tuple[str, list[CountView]]]
    is_small_hidden: bool

    @property
    def has_numbers(self) -> bool:
        return bool(self.sections)


def report_for(viewer: Viewer, month: Month, *, hides_small: bool = False) -> Report:
    """Return a month's numbers: kept ones once it is closed, what a recount says beside them; else as things stand now.

    Who reads no cases sees closed months alone, without small cells: theirs is the whole.
    """
    kept = kept_for(viewer, month)
    lists = viewer.may("casework.view_counted")
    if not kept:
        if not lists:
            return Report(month, None, None, [], is_small_hidden=True)
        kept = [Kept(0, dt.datetime.now(dt.UTC), cells_of(facts_now_for(viewer, month)))]
    first, last = kept[0], kept[-1]
    book = _Book(month, first.cells, last.cells, hides_small=hides_small or not lists, links=lists)
    sections = [
        (
            str(section.label),
            [book.count_view(count) for count in COUNTS.values() if count.section == section],
        )
        for section in Section
    ]
    return Report(
        month,
        first.closed_at if first.revision else None,
        last.closed_at if last.revision > 1 else None,
        sections,
        is_small_hidden=hides_small or not lists,
    )


@dataclass(frozen=True)
class _Book:
    month: Month
    first: Cells
    last: Cells
    hides_small: bool
    links: bool

    def count_view(self, count: Count) -> CountView:
        told, now = (self._whole(count, cells) for cells in (self.first, self.last))
        whole = CellView("", told, self._correction(told, now), self._url(count) if self._has(count) else "")
        shown = [] if count.told == Told.MIDDLE else [self._breakdown(count, by) for by in count.by]
        return CountView(count, whole, [each for each in shown if each.cells])

    def _correction(self, told: str, now: str) -> str:
        """Return what a number was corrected to; a correction by one or two would tell of one or two people."""
        if now == told:
            return ""
        is_number = told.isdecimal() and now.isdecimal()
        if self.hides_small and not (is_number and abs(int(now) - int(told)) >= LEAST):
            return ""
        return now

    def _has(self, count: Count) -> bool:
        return bool(self.last[count.code, "", ""])

    def _of(self, cells: Cells, count: Count, by: Dimension) -> dict[str, int]:
        return {
            cell: value
            for (code, dimension, cell), value in cells.items()
            if code == count.code and dimension == by.code and value
        }

    def _is_shut(self, count: Count, cells: Cells) -> bool:
        """Return whether nothing of a count may be told: the one beside it would tell a small number, or tells none itself."""
        if not (self.hides_small and count.beside):
            return False
        other = COUNTS[count.beside]
        if is_small(cells[other.code, "", ""] - cells[count.code, "", ""]):
            return True
        if not count.is_part:
            return False
        hidden = hidden_cells(self._of(cells, other, FLOW), is_many=FLOW.is_many)
        return Flow.COORDINATION in hidden or self._whole(other, cells) == HIDDEN

    def _are_told(self, count: Count, by: Dimension, cells: Cells) -> bool:
        """Return whether the cells of a count may be told, each by itself."""
        if self._is_shut(count, cells):
            return False
        if not (self.hides_small and count.is_part):
            return True
        return is_part_told(self._of(cells, count, by), self._of(cells, COUNTS[count.beside], by))

    def _whole(self, count: Count, cells: Cells) -> str:
        total = cells[count.code, "", ""]
        if self._is_shut(count, cells):
            return HIDDEN
        if self.hides_small and any(
            is_whole_hidden(total, self._of(cells, count, by), is_many=by.is_many)
            for by in (count.by or (MET,))
            if count.told != Told.MIDDLE
        ):
            return HIDDEN
        if count.told == Told.NUMBER or not total:
            return str(total) if count.told == Told.NUMBER else "—"
        if count.told == Told.SHARE:
            return self._share(count, cells, total)
        if self.hides_small and is_whole_hidden(total, {}, is_many=True):
            return HIDDEN
        days = sorted(
            int(day) for day, many in self._of(cells, count, count.by[0]).items() for _each in range(many)
        )
        middle = f"{median(days):g}"
        return ngettext("%(days)s日（%(count)dケース）", "%(days)s日（%(count)dケース）", total) % {
            "days": middle,
            "count": total,
        }

    def _share(self, count: Count, cells: Cells, total: int) -> str:
        met = cells[count.code, MET.code, "yes"]
        if self.hides_small and hidden_cells(self._of(cells, count, MET), is_many=False):
            return HIDDEN
        words = _("%(percent)d%%（%(total)d件のうち%(met)d件）")
        return words % {"percent": round(100 * met / total), "total": total, "met": met}

    def _breakdown(self, count: Count, by: Dimension) -> Breakdown:
        if not self._are_told(count, by, self.first):
            return Breakdown(str(by.label), by.is_many, [])
        first, last = (self._of(cells, count, by) for cells in (self.first, self.last))
        if not self._are_told(count, by, self.last):
            last = first
        hidden = [
            hidden_cells(cells, is_many=by.is_many) if self.hides_small else set() for cells in (first, last)
        ]
        views = []
        for cell in sorted({*first, *last}, key=lambda cell: (-first.get(cell, 0), by.word(cell))):
            told, now = (
                HIDDEN if cell in gone else str(cells.get(cell, 0))
                for cells, gone in zip((first, last), hidden, strict=True)
            )
            url = self._url(count, by, cell) if last.get(cell) else ""
            views.append(CellView(by.word(cell), told, self._correction(told, now), url))
        return Breakdown(str(by.label), by.is_many, views)

    def _url(self, count: Count, by: Dimension | None = None, cell: str = "") -> str:
        if not self.links:
            return ""
        address = reverse("casework:report_list", args=[*self.month.arguments, count.code])
        return f"{address}?{urlencode({'by': by.code, 'cell': cell})}" if by else address


def rows_of_file(report: Report) -> list[list[str]]:
    """Return the rows of a month's file: section, count, unit, dimension, cell, number, number after a correction."""
    rows = []
    for section, views in report.sections:
        for view in views:
            start = [section, str(view.count.label), str(view.count.unit.label)]
            rows.append([*start, "", "", view.whole.value, view.whole.revised])
            rows += [
                [*start, breakdown.label, cell.word, cell.value, cell.revised]
                for breakdown in view.breakdowns
                for cell in breakdown.cells
            ]
    return rows
