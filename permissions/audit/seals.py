"""Sealing the log in batches by a hash chain whose head stands in a file outside the database.

A batch is a range of numbers. Numbers are drawn before they are committed and out of order, so a range is sealed
only when nobody who may have drawn one of its numbers is still at work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB

from .models import AuditSeal
from .partitions import TABLE
from .seal_file import FileSeal, SealFile, SealFileError

log = logging.getLogger("marugoto.audit")

SEQUENCE = "marugoto_permissions_audit_number"
NO_SEAL = "0" * 64
NUMBERS_AT_ONCE = 50_000
WAIT_SECONDS = 5.0

# Everything a row says, in this order for ever: seals of years ago are computed anew from it. A later column
# goes to the end, with a text of its own for rows from before.
SEALED_COLUMNS = (
    "number", "at", "request_id", "address", "user_id", "membership_id", "agency_id", "role", "verb", "subject",
    "subject_id", "case_id", "person_id", "item", "basis", "line_id", "detail",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """A range of numbers (above ``after``, up to ``upto``) and what its rows came to."""

    after: int
    upto: int
    rows: int
    rows_digest: str


def seal_entries() -> int:
    """Seal what is settled; return the number of batches. Without settings.MARUGOTO_SEAL_FILE nothing is done here.

    Raises SealFileError when the file and the database do not belong together: then somebody has to look.
    """
    if not settings.MARUGOTO_SEAL_FILE:
        return 0
    upto = _settled_number()
    made = 0
    while _seal_next(upto):
        made += 1
    return made


def rows_as_text(after: int, upto: int) -> Iterator[bytes]:
    """Yield the rows of a range in the order of their numbers, as COPY writes them, times in UTC.

    Asks for numbers only, never for times: a row that was put into an old month is found.
    """
    return copied_rows(f"number > {int(after)} AND number <= {int(upto)}")


def copied_rows(condition: str) -> Iterator[bytes]:
    """Yield the rows that meet a condition of ours, each as one line of text."""
    columns = ", ".join(SEALED_COLUMNS)
    query = f"COPY (SELECT {columns} FROM {TABLE} WHERE {condition} ORDER BY number, at) TO STDOUT"  # noqa: S608 -- names are constants, numbers are numbers
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true)"
        )
        driver: Any = cursor.cursor
        with driver.copy(query) as rows:
            for row in rows:
                yield bytes(row)


def seal_digest(number: int, batch: Batch, *, previous: str, sealed_at: dt.datetime) -> str:
    """Return what a seal must be, given the one before it."""
    told = (number, batch.after, batch.upto, batch.rows, batch.rows_digest, previous, moment(sealed_at))
    return hashlib.sha256("\t".join(str(part) for part in told).encode()).hexdigest()


def moment(at: dt.datetime) -> str:
    """Return a moment as it is sealed: UTC, microseconds."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _settled_number() -> int:
    """Return the highest number such that no row at or below it can still appear.

    Whoever inserts holds a lock on the table from before drawing a number until after the commit. Long writers
    are waited for a little; the next run tries again.
    """
    with transaction.atomic():
        drawn = _drawn_number()
        writers = _writers()
    deadline = time.monotonic() + WAIT_SECONDS
    while writers and writers & _writers():
        if time.monotonic() > deadline:
            return 0  # as far as it is sealed already, whatever that is
        time.sleep(0.05)
    return drawn


def _drawn_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {SEQUENCE}")  # noqa: S608 -- names are constants, numbers are numbers
        drawn: int = cursor.fetchone()[0]
    return drawn


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE relation = %s::regclass AND mode = 'RowExclusiveLock'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND pid IS DISTINCT FROM pg_backend_pid()",
            [TABLE],
        )
        return {name for (name,) in cursor.fetchall()}


def _seal_next(settled: int) -> bool:
    """Seal one batch up to ``settled``; False if there is nothing to seal.

    The file is written before the commit: it knows at least what the database knows. What a crash in between
    left in the file is made good first, and must come out the same.
    """
    with clock(SEAL_JOB):
        last = AuditSeal.objects.order_by("-number").first()
        file = SealFile(Path(settings.MARUGOTO_SEAL_FILE))
        if ahead := _in_the_file_only(file, last):
            _make_good(ahead, last)
            return True
        after = last.upto if last else 0
        upto = min(settled, after + NUMBERS_AT_ONCE)
        if upto <= after:
            return False
        batch = digest_of(after, upto)
        if not batch.rows and upto == settled:
            return False  # numbers of acts that were rolled back: they wait for the next row
        seal = _seal(last, batch)
        file.append(FileSeal.of(seal))
        seal.save(force_insert=True)
    return True


def digest_of(after: int, upto: int) -> Batch:
    digest, rows = hashlib.sha256(), 0
    for row in rows_as_text(after, upto):
        digest.update(row)
        rows += 1
    return Batch(after, upto, rows, digest.hexdigest())


def _seal(last: AuditSeal | None, batch: Batch) -> AuditSeal:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_now()")
        now = cursor.fetchone()[0]
    number, previous = (last.number + 1, last.digest) if last else (1, NO_SEAL)
    return AuditSeal(
        number=number,
        after=batch.after,
        upto=batch.upto,
        rows=batch.rows,
        rows_digest=batch.rows_digest,
        previous=previous,
        digest=seal_digest(number, batch, previous=previous, sealed_at=now),
        sealed_at=now,
    )


def _in_the_file_only(file: SealFile, last: AuditSeal | None) -> FileSeal | None:
    """Return the one seal that the file has and the database has not; raise SealFileError for anything else."""
    known = file.last()
    number = last.number if last else 0
    if known is None:
        if last is not None:
            raise SealFileError(
                f"{file.path} does not exist, but there are {number} seals. Bring the file back, or begin a new one:"
                " manage.py verify_audit --begin-file"
            )
        return None
    if last is not None and known.number == number and known.digest != last.digest:
        raise SealFileError(
            f"{file.path} and the database disagree about seal {number}: manage.py verify_audit"
        )
    if known.number == number + 1 and not known.is_beginning:
        return known
    if known.number != number:
        raise SealFileError(
            f"{file.path} ends with seal {known.number}, the database with {number}: manage.py verify_audit"
        )
    return None


def _make_good(ahead: FileSeal, last: AuditSeal | None) -> None:
    """Write down the seal that a crash left in the file. Whoever could write the file alone could have put it there."""
    seal = ahead.as_seal()
    after, previous = (last.upto, last.digest) if last else (0, NO_SEAL)
    if (seal.after, seal.previous) != (after, previous):
        raise SealFileError(
            f"seal {seal.number} stands in the file, but does not follow the one before: manage.py verify_audit"
        )
    batch = digest_of(seal.after, seal.upto)
    if (batch.rows, batch.rows_digest) != (seal.rows, seal.rows_digest):
        raise SealFileError(
            f"seal {seal.number} stands in the file, but its rows are others now: manage.py verify_audit"
        )
    if seal.digest != seal_digest(seal.number, batch, previous=seal.previous, sealed_at=seal.sealed_at):
        raise SealFileError(
            f"seal {seal.number} stands in the file, but is not the digest of what it says: manage.py verify_audit"
        )
    seal.save(force_insert=True)
