"""From a file (Excel, CSV) to columns and rows of text. What a cell means is not asked here."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from permissions.my_number import mask_my_numbers
from permissions.typed import as_typed
from permissions.uploads.errors import NotTaken
from permissions.uploads.names import title_of
from permissions.uploads.office import checked_xlsx
from permissions.uploads.texts import decoded

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_LETTERS = 4_000  # of a cell
ACCEPT = ".xlsx,.csv"
DELIMITERS = (",", "\t", ";")
_GUARD = "'"


@dataclass(frozen=True)
class Table:
    """A register as it was read. ``rows``: (number of the row in the file, one text per column), empty rows left out.

    ``masked``: in how many cells there was a My Number, of which nothing is kept.
    """

    title: str
    digest: str
    columns: list[str]
    rows: list[tuple[int, list[str]]]
    masked: int


def read_table(file: UploadedFile, *, sheet: str = "", heading_row: int = 1) -> Table:
    """Read a register. Raises NotTaken, which says what to do, for what is no table, too large, or without headings."""
    content = _content(file)
    name = (file.name or "").lower()
    if name.endswith(".xlsx"):
        lines = _of_workbook(content, sheet)
    elif name.endswith(".csv"):
        lines = _of_csv(content, heading_row)
    else:
        raise NotTaken(_("Excel（.xlsx）かCSV（.csv）のファイルを選んでください。"))
    return _table(
        [(number, [_kept(cell) for cell in cells]) for number, cells in lines],
        heading_row, title=title_of(file.name or ""), digest=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > MOST_BYTES:
        raise NotTaken(
            _("ファイルが大きすぎます。10MBまでです。行を分けて、いくつかのファイルにしてください。")
        )
    file.seek(0)
    content: bytes = file.read(MOST_BYTES + 1)
    if not content:
        raise NotTaken(_("ファイルに何も入っていません。"))
    return content


Lines = Iterable[tuple[int, list[str]]]


def _of_csv(content: bytes, heading_row: int) -> Lines:
    """Read with the delimiter that gives the most headings. What is quoted how, Excel's rules say: guessing cuts cells up."""
    text = decoded(content)
    csv.field_size_limit(MOST_BYTES)
    try:
        readings = [list(csv.reader(io.StringIO(text, newline=""), delimiter=each)) for each in DELIMITERS]
    except csv.Error as error:
        raise NotTaken(_("CSVとして読めません。Excelで開き、CSVで保存し直してください。")) from error
    widest = max(readings, key=lambda lines: sum(map(len, lines[heading_row - 1 : heading_row])))
    return list(enumerate(widest, start=1))


def _of_workbook(content: bytes, sheet: str) -> Lines:
    from openpyxl import load_workbook  # noqa: PLC0415 -- slow import

    checked_xlsx(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile) as error:
        raise NotTaken(_("Excelのファイルとして読めません。Excelで保存し直してください。")) from error
    if sheet and sheet not in book.sheetnames:
        raise NotTaken(
            _("「%(sheet)s」というシートがありません。あるのは：%(names)s")
            % {"sheet": sheet, "names": "、".join(book.sheetnames)}
        )
    page = book[sheet] if sheet else book.worksheets[0]
    # What a workbook says of its own size may be anything.
    page.reset_dimensions()
    return list(_lines_of(page))


def _lines_of(page: Any) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(page.iter_rows(values_only=True), start=1):
        if number > MOST_ROWS * 2:
            raise NotTaken(_too_many())
        yield number, [_text(cell) for cell in cells]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _kept(cell: str) -> str:
    """Return a cell as it was typed; our own guard against formulas (permissions/spreadsheet.py) goes again."""
    text = as_typed(cell)
    return text[1:] if text.startswith(_GUARD) else text


def _table(lines: list[tuple[int, list[str]]], heading_row: int, *, title: str, digest: str) -> Table:
    heading = next((cells for number, cells in lines if number == heading_row), [])
    width = max((index for index, cell in enumerate(heading, start=1) if cell), default=0)
    if width < 2:
        raise NotTaken(
            _("%(number)d行目に見出しが見つかりません。見出しが何行目にあるかを書いてください。")
            % {"number": heading_row}
        )
    if width > MOST_COLUMNS:
        raise NotTaken(_("列が多すぎます。%(most)d列までにしてください。") % {"most": MOST_COLUMNS})
    rows = [(number, cells) for number, cells in lines if number > heading_row and any(cells)]
    if not rows:
        raise NotTaken(_("見出しの下に、行がありません。"))
    if len(rows) > MOST_ROWS:
        raise NotTaken(_too_many())
    return Table(title, digest, _columns(heading[:width]), *_without_my_numbers(rows, width))


def _columns(heading: list[str]) -> list[str]:
    """Return a name for every column, each once."""
    names: list[str] = []
    for index, cell in enumerate(heading, start=1):
        name = " ".join(cell.split())[:60] or _("（%(index)d列目）") % {"index": index}
        again = 2
        plain = name
        while name in names:
            name, again = f"{plain}（{again}）", again + 1
        names.append(name)
    return names


def _without_my_numbers(
    rows: list[tuple[int, list[str]]], width: int
) -> tuple[list[tuple[int, list[str]]], int]:
    kept, masked = [], 0
    for number, cells in rows:
        full = [*cells, *([""] * (width - len(cells)))]
        # What stands beyond the last heading is told by no heading, and not lost without a word.
        if any(full[width:]):
            raise NotTaken(
                _("%(number)d行目に、見出しのない列の値があります。見出しを付けるか、消してください。")
                % {"number": number}
            )
        if any(len(cell) > MOST_LETTERS for cell in full):
            raise NotTaken(
                _("%(number)d行目に、%(most)d文字より長いところがあります。分けてください。")
                % {"number": number, "most": MOST_LETTERS}
            )
        full = full[:width]
        clean = [mask_my_numbers(cell) for cell in full]
        masked += sum(one != other for one, other in zip(full, clean, strict=True))
        kept.append((number, clean))
    return kept, masked


def _too_many() -> str:
    return _("行が多すぎます。%(most)d行までにして、いくつかのファイルに分けてください。") % {
        "most": MOST_ROWS
    }
