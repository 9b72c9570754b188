"""Old months of the log as files: the same rows as text, so that the seals can still be computed from them."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Min

from permissions.errors import NotAllowed

from .actions import record
from .models import AuditArchive, AuditEntry, AuditSeal
from .partitions import TABLE, Partition, month_after, partitions
from .seal_file import FileArchive, SealFile
from .seals import SEALED_COLUMNS, copied_rows

JAPAN = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True)
class Span:
    """A month in Japan as two moments."""

    low: dt.datetime
    high: dt.datetime

    @classmethod
    def of(cls, month: dt.date) -> Span:
        after = month_after(month)
        return cls(
            dt.datetime(month.year, month.month, 1, tzinfo=JAPAN),
            dt.datetime(after.year, after.month, 1, tzinfo=JAPAN),
        )


def file_of(folder: Path, month: dt.date) -> Path:
    return folder / f"audit-{month:%Y-%m}.gz"


def archivable(before: dt.date, *, today: dt.date) -> list[Partition]:
    """Return the months before a day that may leave the database, oldest first.

    Raises NotAllowed when the day lies within the time that the log has to stay at hand.
    """
    months = settings.MARUGOTO_AUDIT_ONLINE_MONTHS
    newest = (today.year * 12 + today.month - 1) - months
    if before.year * 12 + before.month - 1 > newest:
        raise NotAllowed(f"the last {months} months stay in the database (MARUGOTO_AUDIT_ONLINE_MONTHS)")
    return [part for part in partitions() if part.month and part.month < before.replace(day=1)]


def archive_month(part: Partition, folder: Path) -> Path | None:
    """Write one month into a file, read it back, and drop its table. Works as the owner.

    One transaction: when anything differs the table stays. Returns the file, or None for a month without rows.
    Raises NotAllowed while a row of it is not sealed.
    """
    if part.month is None:
        raise NotAllowed("the rows of no month of their own stay")
    span = Span.of(part.month)
    with transaction.atomic():
        mine = AuditEntry.objects.filter(at__gte=span.low, at__lt=span.high)
        ends = mine.aggregate(first=Min("number"), last=Max("number"))
        if ends["first"] is None:
            _drop(part)
            return None
        sealed = AuditSeal.objects.aggregate(upto=Max("upto"))["upto"] or 0
        if ends["last"] > sealed:
            raise NotAllowed(f"{part.month:%Y-%m} is not sealed to its end")
        path = file_of(folder, part.month)
        rows, digest = _write(path, part.month, span)
        if (rows, digest) != _digest(_rows_of(path)) or rows != mine.count():
            raise NotAllowed(f"{path.name} is not what the database holds")
        told = FileArchive(f"{part.month:%Y-%m}", ends["first"], ends["last"], rows, digest)
        AuditArchive(month=part.month, first=told.first, last=told.last, rows=rows, rows_digest=digest).save(
            force_insert=True
        )
        record(None, "audit_archived", None, detail={"month": told.month, "rows": rows, "sha256": digest})
        _drop(part)
        if settings.MARUGOTO_SEAL_FILE:
            SealFile(Path(settings.MARUGOTO_SEAL_FILE)).append(told)
    return path


def archived_rows(folder: Path, month: AuditArchive) -> Iterator[bytes]:
    """Yield the rows of an archived month. Raises NotAllowed if the file is missing or is another."""
    path = file_of(folder, month.month)
    if not path.exists():
        raise NotAllowed(f"{path} is missing")
    if _digest(_rows_of(path)) != (month.rows, month.rows_digest):
        raise NotAllowed(f"{path} is not the file that was archived")
    return _rows_of(path)


def _write(path: Path, month: dt.date, span: Span) -> tuple[int, str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    keep_until = month.replace(year=month.year + settings.MARUGOTO_AUDIT_ARCHIVE_YEARS)
    head = {"month": f"{month:%Y-%m}", "columns": SEALED_COLUMNS, "keep_until": f"{keep_until:%Y-%m}"}
    digest, count = hashlib.sha256(), 0
    # Made anew, by nobody else, readable for nobody else.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file:
        file.write(json.dumps(head).encode() + b"\n")
        condition = f"at >= '{span.low.isoformat()}' AND at < '{span.high.isoformat()}'"
        for row in copied_rows(condition):
            file.write(row)
            digest.update(row)
            count += 1
        file.flush()
        os.fsync(raw.fileno())
    return count, digest.hexdigest()


def _rows_of(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        next(file)
        yield from file


def _digest(rows: Iterator[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(row)
        count += 1
    return count, digest.hexdigest()


def _drop(part: Partition) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {part.name}")
        cursor.execute(f"DROP TABLE {part.name}")
