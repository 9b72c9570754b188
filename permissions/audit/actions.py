"""The only writer of the audit log: plain inserts, one statement per act, in the caller's transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connection
from django.db.models import Model

from .origin import Origin, current_origin

if TYPE_CHECKING:
    from permissions.viewer import Viewer

Read = tuple[Model, uuid.UUID, uuid.UUID | None, str]

# Number and time are the database's own; the application has no right to give them.
COLUMNS = (
    "request_id", "address", "user_id", "membership_id", "agency_id", "role", "verb", "subject", "subject_id",
    "case_id", "person_id", "item", "basis", "line_id", "detail",
)  # fmt: skip
_ONE = "(%s,%s::inet,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s::jsonb)"
_INSERT = f"INSERT INTO marugoto_permissions_auditentry ({', '.join(COLUMNS)}) VALUES "  # noqa: S608 -- constants
ROWS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Ground:
    """On what a read rests: "duty", or the legal basis of a share line."""

    basis: str = ""
    line_id: uuid.UUID | None = None


NO_GROUND = Ground()


@dataclass(frozen=True)
class Beside:
    """An INSERT of one row that goes to the database in the same statement: a way there and back costs more than a row."""

    insert: str
    values: tuple[Any, ...]


def record(
    viewer: Viewer | None,
    verb: str,
    subject: Model | None,
    *,
    case: uuid.UUID | None = None,
    person: uuid.UUID | None = None,
    item: str = "",
    ground: Ground | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one row in the caller's transaction. ``detail`` holds codes and ids, never content."""
    what = (verb, subject._meta.label_lower if subject else "", str(subject.pk) if subject else "")
    _write(viewer, [(*what, case, person, item, ground or NO_GROUND, json.dumps(detail) if detail else "{}")])


def record_each(viewer: Viewer, verb: str, subjects: Iterable[tuple[Model, uuid.UUID]]) -> None:
    """Write one row per (subject, case), as ``record`` does with each, in one statement for many."""
    _write(
        viewer,
        [
            (verb, subject._meta.label_lower, str(subject.pk), case, None, "", NO_GROUND, "{}")
            for subject, case in subjects
        ],
    )


def record_beside(
    beside: Beside,
    viewer: Viewer | None,
    verb: str,
    subject: Model,
    *,
    case: uuid.UUID,
    person: uuid.UUID | None,
    item: str,
) -> None:
    """Write one row, and another table's beside it, in one statement: both or neither."""
    what = (verb, subject._meta.label_lower, str(subject.pk))
    _write(viewer, [(*what, case, person, item, NO_GROUND, "{}")], beside)


def record_reads(
    viewer: Viewer, reads: Iterable[Read], *, grounds: Mapping[tuple[Any, ...], Ground] | None = None
) -> None:
    """Write one row per thing shown: (subject, case, person, item). ``grounds`` by (case, person, item)."""
    known = grounds or {}
    _write(
        viewer,
        [
            (
                "read",
                subject._meta.label_lower,
                str(subject.pk),
                case,
                person,
                item,
                known.get((case, person, item), NO_GROUND),
                "{}",
            )
            for subject, case, person, item in reads
        ],
    )


def _write(viewer: Viewer | None, acts: list[tuple[Any, ...]], beside: Beside | None = None) -> None:
    origin = current_origin() or Origin(request_id=uuid.uuid4())
    who: tuple[Any, ...] = (None, None, None, "")
    if viewer:
        who = (viewer.user.pk, viewer.membership.pk, viewer.agency.pk, viewer.role)
    head = (origin.request_id, origin.address, *who)
    rows = [
        (*head, verb, subject, key, case, person, item, ground.basis, ground.line_id, detail)
        for verb, subject, key, case, person, item, ground, detail in acts
    ]
    if beside:
        execute_kept(f"WITH beside AS ({beside.insert}) {_INSERT}{_ONE}", [*beside.values, *rows[0]])
    elif len(rows) == 1:
        execute_kept(_INSERT + _ONE, rows[0])
    else:
        _insert_many(rows)
    origin.rows += len(rows)


def _insert_many(rows: list[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_AT_ONCE):
            part = rows[start : start + ROWS_AT_ONCE]
            cursor.execute(_INSERT + ",".join([_ONE] * len(part)), [value for row in part for value in row])


def execute_kept(insert: str, values: Iterable[Any]) -> None:
    """Insert one row by a statement that the server keeps, unless a pooler stands between (prepare_threshold).

    Every value goes as text: what it is, its column says, so it is one statement whatever is missing.
    """
    with connection.cursor() as cursor:
        if connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None:
            cursor.cursor = psycopg.Cursor(connection.connection)
        cursor.execute(insert, [None if value is None else str(value) for value in values])
