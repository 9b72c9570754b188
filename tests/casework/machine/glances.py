"""Everybody at once: what each seat sees of one table, by the walls and by the door.

One way to the database for all seats, with statements that it has planned before: a look at everybody after each step
would take longer than the step otherwise. They are the policies' and the door's own, asked as each seat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from casework.files.models import CaseFile
from casework.files.selectors import files_for
from casework.sharing.selectors import cases_for, persons_for
from permissions.agencies.models import Membership
from permissions.viewer import Viewer, viewer_of
from tests.casework.canaries import LABELLED
from tests.casework.doors import ON_TABLES, RAW, SOME_LABELS, lying_by_door, through_door
from tests.casework.ledger import Seat
from tests.casework.narrow import NarrowWorld

MODELS = {model._meta.model_name: model for model in (*LABELLED, *SOME_LABELS)}
TABLES = (*MODELS, "person", "table")
Rows = list[tuple[Any, ...]]
_CASES = "SELECT 'case', id, NULL::uuid, '', 1 FROM casework_case"


class Glances:
    """The statements of one world and its test, prepared when first asked for, with the walls and doors of that test.

    Not functions: a temporary schema makes every wall several times slower, as their own plans are then made anew.
    """

    def __init__(self, world: NarrowWorld) -> None:
        members = Membership.objects.select_related("user", "agency__group")
        rows = members.in_bulk([seat.membership for seat in world.seats.values()])
        self.viewers = {key: viewer_of(row) for key, row in rows.items()}
        self.tables = world.tables
        self.prepared: set[str] = set()
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")

    def by_walls(self, seats: Iterable[Seat], table: str) -> list[Rows]:
        """Return (table, case, person, item, number) of one table and of the cases, seat by seat."""
        name = self._prepare(f"walls_{table}", lambda _cursor: _by_walls(table))
        return _asked([(seat, name) for seat in seats])

    def by_walls_whole(self, seats: Iterable[Seat]) -> list[Rows]:
        """Return what ``doors.rows_by_sql`` reads, seat by seat."""
        name = self._prepare("walls", lambda _cursor: RAW)
        return _asked([(seat, name) for seat in seats])

    def by_door(self, seats: Iterable[Seat], table: str) -> list[Rows]:
        """Return the same as ``by_walls`` through the door."""
        return _asked([(seat, self._prepare_door(seat, table)) for seat in seats])

    def _prepare_door(self, seat: Seat, table: str) -> str:
        viewer = self.viewers[seat.membership]
        return self._prepare(
            f"door_{table}_{seat.membership}", lambda cursor: self._by_door(cursor, viewer, table)
        )

    def _by_door(self, cursor: Any, viewer: Viewer, table: str) -> str:
        (cases,) = _sql(cursor, cases_for(viewer).values_list("pk"))
        if table == "table":
            lying = [each for each in lying_by_door(viewer, self.tables) if not each.query.is_empty()]
            found = [
                f"SELECT 'table', r.c::uuid, NULL::uuid, r.t, 1 FROM ({rows}) r (c, t)"
                for rows in _sql(cursor, *lying)
            ]
        else:
            (rows,) = _sql(cursor, _through_door(viewer, table))
            found = [f"SELECT '{table}', r.*, count(*) FROM ({rows}) r (c, p, i) GROUP BY 2, 3, 4"]
        return " UNION ALL ".join([*found, f"SELECT 'case', c.id, NULL::uuid, '', 1 FROM ({cases}) c (id)"])

    def _prepare(self, name: str, sql: Callable[[Any], str]) -> str:
        if name not in self.prepared:
            with connection.cursor() as cursor:
                cursor.execute(f"PREPARE {name} AS {sql(cursor)}")
            self.prepared.add(name)
        return name


@contextmanager
def kept() -> Iterator[None]:
    """psycopg drops every prepared statement with each savepoint that is rolled back, if one of them is its own."""
    server = connection.connection
    before, server.prepare_threshold = server.prepare_threshold, None
    yield
    server.prepare_threshold = before


def _by_walls(table: str) -> str:
    if table == "table":
        return f"{ON_TABLES} UNION ALL {_CASES}"
    person = "id" if table == "person" else "person_id"
    sql = f"SELECT '{table}', case_id, {person}, item, count(*) FROM casework_{table} GROUP BY 2, 3, 4"
    return f"{sql} UNION ALL {_CASES}"


def _sql(cursor: Any, *querysets: Any) -> list[str]:
    return [cursor.mogrify(*each.order_by().query.sql_with_params()) for each in querysets]


def _through_door(viewer: Viewer, table: str) -> Any:
    if table == "person":
        return persons_for(viewer).values_list("case", "pk", "item")
    model = MODELS[table]
    if model is CaseFile:
        return files_for(viewer).filter(is_removed=False).values_list("case", "person", "item")
    return through_door(viewer, model).values_list("case", "person", "item")


def _asked(questions: list[tuple[Seat, str]]) -> list[Rows]:
    """Ask one prepared statement as each seat, all in one message; whoever was asking before asks on."""
    tell = "SELECT set_config('{}', {}, true)"
    script = [tell.format("test.before", "coalesce(current_setting('marugoto.membership', true), '')")]
    for seat, name in questions:
        script += [
            tell.format("marugoto.membership", f"'{seat.membership}'"),
            f"EXECUTE {name}",
        ]
    script.append(tell.format("marugoto.membership", "current_setting('test.before')"))
    answers = []
    with connection.cursor() as cursor:
        cursor.execute("; ".join(script))
        for _question in questions:
            cursor.nextset()
            cursor.nextset()
            answers.append(cursor.fetchall())
    return answers
