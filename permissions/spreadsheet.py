"""Tables for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula (assurance.md A26)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) or cell.lstrip().startswith(FORMULA_STARTS) else cell


def write_table(file: Any, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write CSV that no cell of which is a formula. The file is opened with ``newline=""``, as UTF-8 with its mark."""
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
