"""Computing every seal anew, and naming the first batch that is not what was sealed."""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB

from .archives import archived_rows
from .models import AuditArchive, AuditEntry, AuditSeal
from .seal_file import FileArchive, FileSeal, SealFile, SealFileError
from .seals import NO_SEAL, SEQUENCE, Batch, rows_as_text, seal_digest

if TYPE_CHECKING:
    from _hashlib import HASH

SEALS_AT_ONCE = 10_000
# A row's time is the start of its transaction, so it comes a little before its number; never a day.
SLACK = dt.timedelta(days=1)
WAIT_SECONDS = 5.0
LOWEST = -(2**62)


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was sealed. ``seal`` is the number of the batch, or None for the whole."""

    seal: int | None
    kind: str
    words: str


@dataclass
class Report:
    """What was looked at and what was found, the first bad batch first."""

    seals: int = 0
    rows: int = 0
    archived_seals: int = 0
    unsealed_rows: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    @property
    def first_bad(self) -> Finding | None:
        return min(self.findings, key=lambda found: (found.seal is None, found.seal or 0), default=None)

    def add(self, seal: int | None, kind: str, words: str) -> None:
        self.findings.append(Finding(seal, kind, words))


def verify_log(file_path: Path | None, *, archives: Path | None = None) -> Report:
    """Check the chain, the rows, the file outside, and what lies beyond the last seal."""
    report = Report()
    began = time.perf_counter()
    with clock(SEAL_JOB):
        gone = list(AuditArchive.objects.order_by("month"))
        last = _check_rows(report, gone, archives)
        _check_beyond(report, last)
        if file_path is not None:
            _check_file(report, SealFile(file_path), gone)
    report.seconds = time.perf_counter() - began
    return report


# --- the chain and the rows -----------------------------------------------------------------------


def _check_rows(report: Report, gone: list[AuditArchive], archives: Path | None) -> AuditSeal | None:
    """Walk the seals and, beside them, the rows in the order of their numbers; return the last seal."""
    missing = [] if archives else [(month.first, month.last) for month in gone]
    before: AuditSeal | None = None
    start = LOWEST
    for page in _pages():
        upto = max(seal.upto for seal in page)
        with _rows_between(start, upto, gone, archives) as stream:
            rows = _Rows(stream)
            for seal in page:
                _check_chain(report, seal, before)
                _check_batch(report, seal, before, rows, missing)
                before = seal
        start = upto
    return before


def _check_batch(
    report: Report,
    seal: AuditSeal,
    before: AuditSeal | None,
    rows: _Rows,
    missing: list[tuple[int, int]],
) -> None:
    is_away = any(first <= seal.upto and last > seal.after for first, last in missing)
    count, digest = rows.digest(seal, before)
    report.archived_seals += is_away
    report.rows += count
    if not is_away and (count, digest) != (seal.rows, seal.rows_digest):
        report.add(seal.number, "rows", _told(seal, count))
    elif rows.is_out_of_time:
        report.add(seal.number, "backdated", "a row bears a time that does not belong into this batch")
    if rows.strays:
        report.add(seal.number, "stray", f"{rows.strays} rows have numbers that stand in no batch")
        rows.strays = 0
    report.seals += 1


def _told(seal: AuditSeal, found: int) -> str:
    if found < seal.rows:
        return f"{seal.rows} rows were sealed, {found} are there: deleted"
    if found > seal.rows:
        return f"{seal.rows} rows were sealed, {found} are there: inserted later"
    return f"{seal.rows} rows were sealed and are there, but not as they were: altered"


def _check_chain(report: Report, seal: AuditSeal, before: AuditSeal | None) -> None:
    number, after, previous = (before.number + 1, before.upto, before.digest) if before else (1, 0, NO_SEAL)
    if seal.number != number:
        report.add(number, "missing", f"seal {number} is missing")
        return
    batch = Batch(seal.after, seal.upto, seal.rows, seal.rows_digest)
    if seal.after != after or seal.previous != previous:
        report.add(seal.number, "order", "the seal does not follow on the one before it")
    elif seal.digest != seal_digest(seal.number, batch, previous=seal.previous, sealed_at=seal.sealed_at):
        report.add(seal.number, "seal", "the seal itself was altered")


def _pages() -> Iterator[list[AuditSeal]]:
    last = LOWEST
    while page := list(AuditSeal.objects.filter(number__gt=last).order_by("number")[:SEALS_AT_ONCE]):
        yield page
        last = page[-1].number


@contextmanager
def _rows_between(
    after: int, upto: int, gone: list[AuditArchive], archives: Path | None
) -> Iterator[Iterator[bytes]]:
    """Read the rows of the database, and of its archives beside them, in the order of their numbers.

    Whatever happens, no row of the database is left unread: an open COPY holds the connection, and the next query waits
    for ever. A damaged archive ends the merged stream, not the COPY within.
    """
    here = rows_as_text(after, upto)
    files = [
        (row for row in archived_rows(archives, month) if after < _number(row) <= upto)
        for month in gone
        if archives and month.first <= upto and month.last > after
    ]
    try:
        yield heapq.merge(here, *files, key=_number) if files else here
    finally:
        for _left in here:
            pass


def _number(row: bytes) -> int:
    return int(row[: row.index(b"\t")])


class _Rows:
    """A stream of rows, cut into batches."""

    def __init__(self, rows: Iterator[bytes]) -> None:
        self.rows = rows
        self.waiting = next(rows, None)
        self.strays = 0
        self.is_out_of_time = False

    def digest(self, seal: AuditSeal, before: AuditSeal | None) -> tuple[int, str]:
        """Consume the rows up to the end of this seal and return what they come to."""
        earliest = _as_text(before.sealed_at - SLACK) if before else b""
        latest = _as_text(seal.sealed_at + SLACK)
        digest: HASH = hashlib.sha256()
        count = 0
        self.is_out_of_time = False
        row = self.waiting
        while row is not None:
            first, at, _rest = row.split(b"\t", 2)
            number = int(first)
            if number > seal.upto:
                break
            if number > seal.after:
                if not earliest <= at <= latest:
                    self.is_out_of_time = True
                digest.update(row)
                count += 1
            else:
                self.strays += 1
            row = next(self.rows, None)
        self.waiting = row
        return count, digest.hexdigest()


def _as_text(at: dt.datetime) -> bytes:
    """Return a moment as COPY writes it in UTC, so that texts compare as moments do."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S").encode()


# --- what no seal speaks of -----------------------------------------------------------------------


def _check_beyond(report: Report, last: AuditSeal | None) -> None:
    """Rows after the last seal wait for the next one; a number that was never drawn belongs to no seal to come."""
    after = last.upto if last else 0
    report.unsealed_rows = AuditEntry.objects.filter(number__gt=after).count()
    highest = AuditEntry.objects.order_by("-number").values_list("number", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT last_value FROM {SEQUENCE}")  # noqa: S608 -- a constant
        drawn = cursor.fetchone()[0]
    if highest > drawn:
        report.add(None, "stray", f"a row has number {highest}, but numbers were drawn up to {drawn} only")
    if after > drawn:
        report.add(None, "stray", f"seals reach number {after}, but numbers were drawn up to {drawn} only")


# --- the file outside -----------------------------------------------------------------------------


def _check_file(report: Report, file: SealFile, gone: list[AuditArchive]) -> None:
    try:
        entries = list(file.entries())
    except SealFileError as error:
        report.add(None, "file", str(error))
        return
    _check_archives(report, [entry for entry in entries if isinstance(entry, FileArchive)], gone)
    told = [entry for entry in entries if isinstance(entry, FileSeal)]
    if not told:
        if report.seals:
            report.add(1, "file", f"{file.path} is missing or empty")
        return
    expected = told[0].number
    for entry in told:
        if entry.number != expected:
            report.add(expected, "file", f"the file has no line for seal {expected}")
        expected = entry.number + 1
    _compare(report, told)


def _compare(report: Report, told: list[FileSeal]) -> None:
    by_number = {entry.number: entry for entry in told}
    first, last = told[0].number, told[-1].number
    seen = 0
    for seal in (seal for page in _pages() for seal in page):
        seen = max(seen, seal.number)
        entry = by_number.get(seal.number)
        if entry is None and seal.number > last:
            report.add(seal.number, "file shortened", f"the file ends with seal {last}")
            break
        if entry is not None and FileSeal.of(seal, kind=entry.kind) != entry:
            report.add(seal.number, "file", "the file says something else about this seal")
    if first > 1 and not told[0].is_beginning:
        report.add(1, "file shortened", f"the file begins with seal {first}")
    if last > seen and not _appears(last, seen):
        report.add(seen + 1, "cut off", f"the file knows seals up to {last}, the database up to {seen}")


def _appears(last: int, seen: int) -> bool:
    """Return whether the one seal more in the file is being written just now."""
    deadline = time.monotonic() + WAIT_SECONDS
    while last == seen + 1 and time.monotonic() < deadline:
        if AuditSeal.objects.filter(number=last).exists():
            return True
        time.sleep(0.2)
    return False


def _check_archives(report: Report, told: list[FileArchive], gone: list[AuditArchive]) -> None:
    known = {entry.month: (entry.first, entry.last, entry.rows, entry.rows_digest) for entry in told}
    for month in gone:
        here = (month.first, month.last, month.rows, month.rows_digest)
        if known.get(f"{month.month:%Y-%m}") != here:
            report.add(
                None, "archive", f"the file does not say that {month.month:%Y-%m} was archived like this"
            )
