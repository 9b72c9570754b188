"""Telling the database who is asking.

Each context opens a transaction and sets transaction-local settings; row-level security reads them. A connection
that was told nothing sees no row of a walled table. Contexts put back what they found, so they may be nested.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from permissions.viewer import Viewer

SETTINGS = ("membership", "form", "receipt", "job", "link")


@contextmanager
def _told(**values: str) -> Iterator[None]:
    with transaction.atomic():
        before = _read()
        _write(SETTINGS, [values.get(name, "") for name in SETTINGS])
        yield
        # A transaction that is going to be rolled back takes the settings with it, and refuses statements.
        if not connection.needs_rollback:
            _write(SETTINGS, before)


def _read() -> list[str]:
    columns = ", ".join(f"current_setting('marugoto.{name}', true)" for name in SETTINGS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}")
        row: tuple[str | None, ...] = cursor.fetchone()
    return [value or "" for value in row]


def _write(names: tuple[str, ...], values: list[str]) -> None:
    calls = ", ".join(f"set_config('marugoto.{name}', %s, true)" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", values)


@contextmanager
def acting_for(viewer: Viewer) -> Iterator[None]:
    """Act as this person for this agency. The database checks anew that the membership is live."""
    with _told(membership=str(viewer.membership.pk)):
        yield


@contextmanager
def receiving(form_id: uuid.UUID | int | str) -> Iterator[None]:
    """Act as an anonymous citizen who sends one form: may add and read nothing back."""
    with _told(form=str(form_id)):
        yield


@contextmanager
def receipt(code_hash: str) -> Iterator[None]:
    """Act as the holder of one receipt: sees the state of one submission, not its content."""
    with _told(receipt=code_hash):
        yield


@contextmanager
def link(token_hash: str) -> Iterator[None]:
    """Act as the holder of one invitation: sees and uses that one."""
    with _told(link=token_hash):
        yield


@contextmanager
def clock(job: str) -> Iterator[None]:
    """Act as one named job of the worker. Policies name the jobs that they let through."""
    with _told(job=job):
        yield
