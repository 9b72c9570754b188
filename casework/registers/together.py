"""Writing many at once: rows of a register, and households of which none needs anything special (decisions/023)."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from casework.cases.actions import next_numbers
from casework.cases.models import Case
from casework.search.actions import index_all
from permissions.audit.actions import record_each
from permissions.viewer import Viewer

from .checking import CaseDraft
from .households import case_of, mark_taken, rows_of_household, workers_of

_WRITE_FOUND = """
UPDATE casework_registerrow r SET state = v.state, findings = v.findings::jsonb
  FROM unnest(%s::uuid[], %s::text[], %s::text[]) AS v (id, state, findings) WHERE r.id = v.id
"""
_WRITE_TAKEN = """
UPDATE casework_registerrow r SET state = v.state, case_id = v.case_id, cells = v.cells::jsonb
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::text[]) AS v (id, state, case_id, cells) WHERE r.id = v.id
"""


def write_found(rows: Iterable[Any]) -> None:
    """Write the state of rows of a register and what was found in them, in one statement."""
    _write(_WRITE_FOUND, [(row.pk, str(row.state), json.dumps(row.findings)) for row in rows])


def write_taken(rows: Iterable[Any]) -> None:
    """Write of which cases rows of a register are, and what is kept of them, in one statement."""
    _write(_WRITE_TAKEN, [(row.pk, str(row.state), row.case_id, json.dumps(row.cells)) for row in rows])


def _write(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [list(column) for column in zip(*rows, strict=True)])


def take_households(drafts: Sequence[CaseDraft], *, by: Viewer) -> None:
    """Make cases of what the register says of many households. Belongs to the caller's transaction: all of them or none.

    The same rows as taking.take_household one by one. What is saved here belongs to cases that nobody else sees yet, so none
    has a vault that the guard of places would have to ask.
    """
    workers = workers_of(drafts)
    # Last before the writing: whoever opens a case meanwhile waits for the number.
    numbers = next_numbers("K", len(drafts))
    cases = [case_of(draft, number, workers, by) for draft, number in zip(drafts, numbers, strict=True)]
    rows = [row for case, draft in zip(cases, drafts, strict=True) for row in rows_of_household(case, draft)]
    Case.objects.bulk_create(cases)
    by_model: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        by_model[type(row)].append(row)
    for model, of_model in by_model.items():
        model.objects.bulk_create(of_model)
    index_all(rows)
    write_taken(row for case, draft in zip(cases, drafts, strict=True) for row in mark_taken(case, draft))
    record_each(by, "case_taken_from_register", [(case, case.pk) for case in cases])
