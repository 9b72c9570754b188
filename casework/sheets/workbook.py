"""The plan as a spreadsheet: a template with named cells (名前付きセル), the city's or ours, filled for one reader."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext

from casework.dates import in_era
from casework.meetings.models import AgendaItem
from casework.planning.models import Section
from permissions.people import name_of

from .plans import PlanSheet

# In half-width letters: the first column holds the titles too, and the table as a whole stays legible on A4 landscape.
WIDTHS = (24, 14, 30, 18, 16, 12, 12, 16, 18, 22, 22)
TEXT_COLUMNS = (2, 5)
LINE_POINTS = 15
ROLE_HEADS = (
    *(_lazy("だれのこと"), _lazy("課題"), _lazy("すること"), _lazy("機関"), _lazy("いつまで")),
    *(_lazy("担当者"), _lazy("副担当"), _lazy("いつから"), _lazy("使うサービス・事業"), _lazy("要る情報")),
    _lazy("知らせること"),
)


def plan_workbook(sheet: PlanSheet) -> bytes:
    """Return the plan as .xlsx. MARUGOTO_PLAN_TEMPLATE names the city's own layout; a name it does not use stays out.

    Names: plan_number, plan_kind, case_number, decided_on, decision_number, decided_at (the meeting), confirmed_on, document_number,
    period, monitor_on, assessment, household, made_on, made_by, each block by its code
    (wish, issue, ... exit: its entries, a line each), agreement and roles (the first cell of a table that grows downwards, its columns
    as in ROLE_HEADS; further rows look like the first).
    No text becomes a formula (assurance.md A26). Raises OSError or KeyError for a template that cannot be read.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 -- slow import

    place = getattr(settings, "MARUGOTO_PLAN_TEMPLATE", "")
    book = load_workbook(Path(place)) if place else _our_layout()
    values = _values(sheet)
    for name, defined in book.defined_names.items():
        if name in values:
            for title, reference in defined.destinations:
                _write(book[title], reference.replace("$", "").partition(":")[0], values[name])
    if not place:
        _give_height(book["plan"])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _values(sheet: PlanSheet) -> dict[str, Any]:
    view, plan, decision = sheet.view, sheet.view.plan, sheet.view.decision
    confirmed = sheet.confirmed
    people = [person.name for person in sheet.people]
    found: dict[str, Any] = {
        "plan_number": str(plan),
        "plan_kind": _("初回プラン") if view.is_first else _("再プラン"),
        "case_number": sheet.case.number,
        "decided_on": in_era(decision.decided_on) if decision else "",
        "decision_number": decision.number if decision else "",
        "decided_at": _meeting(sheet.agenda) if sheet.agenda else "",
        "confirmed_on": f"{in_era(confirmed.confirmed_on)} {name_of(confirmed.confirmed_by.user)}"
        if confirmed
        else "",
        "document_number": confirmed.document_number if confirmed else "",
        "period": f"{in_era(plan.period_from)}〜{in_era(plan.period_to)}",
        "monitor_on": in_era(plan.monitor_on),
        "assessment": view.assessment.name if view.assessment else "",
        "household": _("、").join([*([sheet.household.name] if sheet.household else []), *people]),
        "roles": [_role(role) for role in view.roles],
        "made_on": in_era(plan.made_on),
        "made_by": name_of(plan.made_by.user),
        "agreement": "\n".join(_agreement(said) for said in sheet.agreements),
    }
    for section in Section:
        parts: list[Any] = [part for part in view.parts if part.section == section]
        found[section.value] = "\n".join(f"{part.who}　{part.words}" for part in parts)
    unasked = [f"{person.name}　{_('（聞いていない）')}" for person in sheet.unasked]
    wish = Section.WISH.value
    found[wish] = "\n".join(filter(None, (found[wish], *unasked)))
    return found


def _meeting(agenda: AgendaItem) -> str:
    held_on = timezone.localdate(agenda.meeting.held_at)
    return f"{agenda.meeting.number} {in_era(held_on)} {agenda.get_kind_display()}"


def _agreement(said: Any) -> str:
    explained_by, witness = (said.explained_by, said.witness)
    words = [
        said.person.name,
        said.get_answer_display(),
        in_era(said.explained_on),
        said.get_method_display(),
        _said_by(_("説明した人"), name_of(explained_by.user)),
        _said_by(_("立ち会い"), name_of(witness.user)) if witness else "",
        _said_by(_("答えた人"), f"{said.get_giver_display()} {said.giver_name}") if said.giver_name else "",
    ]
    return "　".join(filter(None, (*words, said.own_view)))


def _said_by(what: str, who: str) -> str:
    return what + pgettext("after a name", "：") + who


def _role(role: Any) -> list[str]:
    over = _("（終わった役割）") if role.is_over else ""
    what = " ".join(filter(None, (over, role.what, role.frequency, role.get_seat_display())))
    begins, until = (in_era(day) if day else "" for day in (role.starts_on, role.until_on))
    more = [role.worker, role.deputy, begins, role.get_service_display(), role.needs, role.reports]
    return [role.who, role.issue, what, role.agency.name, until, *more]


def _write(page: Any, reference: str, value: str | Sequence[Sequence[str]]) -> None:
    start = page[reference]
    rows = [[value]] if isinstance(value, str) else value
    for down, row in enumerate(rows):
        for right, text in enumerate(row):
            cell = page.cell(start.row + down, start.column + right)
            cell._style = copy(page.cell(start.row, start.column + right)._style)
            _put(cell, text)


def _put(cell: Any, text: str) -> None:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415 -- slow import

    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell.quotePrefix = True


def _give_height(page: Any) -> None:
    """Make each row as high as its text: a spreadsheet does not do so for cells that are merged, and cuts what is longer."""
    merged = sum(WIDTHS[TEXT_COLUMNS[0] - 1 : TEXT_COLUMNS[1]])
    in_one = {cells.min_row for cells in page.merged_cells.ranges}
    for row in page.iter_rows():
        widths = (WIDTHS[0], merged) if row[0].row in in_one else WIDTHS
        lines = [
            _lines(str(cell.value), width)
            for cell, width in zip(row, widths, strict=False)
            if cell.value is not None
        ]
        page.row_dimensions[row[0].row].height = LINE_POINTS * max(lines, default=1)


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column; a letter of Japanese is as wide as two."""
    wide = [
        sum(1 + (unicodedata.east_asian_width(letter) in "WFA") for letter in line)
        for line in text.split("\n")
    ]
    return sum(max(1, -(-each // width)) for each in wide)


def _our_layout() -> Any:
    """Our own template: titles to the left, named cells to the right, the role table below."""
    from openpyxl import Workbook  # noqa: PLC0415 -- slow import
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.workbook.defined_name import DefinedName  # noqa: PLC0415

    book = Workbook()
    page: Any = book.active
    page.title = "plan"
    page.page_setup.paperSize, page.page_setup.fitToHeight = page.PAPERSIZE_A4, 0
    page.page_setup.orientation = page.ORIENTATION_LANDSCAPE
    page.sheet_properties.pageSetUpPr.fitToPage = True
    for number, width in enumerate(WIDTHS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    top = Alignment(vertical="top", wrap_text=True)
    titles = {
        "plan_number": _("プラン番号・版"), "plan_kind": _("初回か再プランか"), "case_number": _("ケース番号"),
        "decided_on": _("決定した日"), "decision_number": _("決定番号"), "decided_at": _("どの会議で決めたか"),
        "confirmed_on": _("市の支援決定"), "document_number": _("文書番号"), "period": _("期間"),
        "monitor_on": _("次のモニタリング"), "assessment": _("もとにしたアセスメント"), "household": _("世帯・人"), "made_on": _("作成した日"), "made_by": _("書いた人"),
        **{section.value: str(section.label) for section in Section}, "agreement": _("説明と同意"),
    }  # fmt: skip
    for row, (name, title) in enumerate(titles.items(), start=1):
        page.cell(row, 1, title).font = Font(bold=True)
        page.merge_cells(start_row=row, start_column=TEXT_COLUMNS[0], end_row=row, end_column=TEXT_COLUMNS[1])
        for column in (1, 2):
            page.cell(row, column).alignment = top
        book.defined_names[name] = DefinedName(name, attr_text=f"'plan'!$B${row}")
    head = len(titles) + 2
    for column, words in enumerate(ROLE_HEADS, start=1):
        page.cell(head, column, str(words)).font = Font(bold=True)
        page.cell(head, column).alignment = page.cell(head + 1, column).alignment = top
    book.defined_names["roles"] = DefinedName("roles", attr_text=f"'plan'!$A${head + 1}")
    return book
