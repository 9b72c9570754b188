"""The file outside the database that the head of the chain goes to: one line per seal, only ever added to.

Put it where the database's administrators cannot write: another machine's share, a file with the append-only
attribute, a log collector that reads along (docs/audit.md).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .models import AuditSeal

BEGINNING = "begin"
SEALED = "seal"
ARCHIVED = "archived"
TAIL_BYTES = 4_096
SEAL_PARTS, ARCHIVE_PARTS = 9, 6
DIGEST_LENGTH = 64
MOMENT_LENGTH = len("2026-11-23T00:00:00.000000+00:00")


class SealFileError(Exception):
    """The file cannot be read, or does not belong to this database."""


@dataclass(frozen=True)
class FileSeal:
    """One line about a seal: ``begin`` for what a new file starts after, ``seal`` for every one since."""

    kind: str
    number: int
    after: int
    upto: int
    rows: int
    rows_digest: str
    previous: str
    digest: str
    sealed_at: str

    @property
    def is_beginning(self) -> bool:
        return self.kind == BEGINNING

    @classmethod
    def of(cls, seal: AuditSeal, *, kind: str = SEALED) -> FileSeal:
        return cls(
            kind,
            seal.number,
            seal.after,
            seal.upto,
            seal.rows,
            seal.rows_digest,
            seal.previous,
            seal.digest,
            seal.sealed_at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        )

    def as_seal(self) -> AuditSeal:
        return AuditSeal(
            number=self.number,
            after=self.after,
            upto=self.upto,
            rows=self.rows,
            rows_digest=self.rows_digest,
            previous=self.previous,
            digest=self.digest,
            sealed_at=dt.datetime.fromisoformat(self.sealed_at),
        )

    def line(self) -> str:
        parts = (self.kind, self.number, self.after, self.upto, self.rows, self.rows_digest)
        return "\t".join(map(str, (*parts, self.previous, self.digest, self.sealed_at)))


@dataclass(frozen=True)
class FileArchive:
    """One line about a month that left the database."""

    month: str
    first: int
    last: int
    rows: int
    rows_digest: str

    def line(self) -> str:
        return "\t".join(map(str, (ARCHIVED, self.month, self.first, self.last, self.rows, self.rows_digest)))


def parse(line: str) -> FileSeal | FileArchive:
    """Return what a line says. Raises SealFileError for a line that we did not write."""
    kind, *rest = line.split("\t")
    try:
        if kind == ARCHIVED:
            month, first, last, rows, digest = rest
            return FileArchive(month, int(first), int(last), int(rows), digest)
        number, after, upto, count, rows_digest, previous, digest, sealed_at = rest
        if kind not in {BEGINNING, SEALED}:
            raise ValueError(kind)
        numbers = (int(number), int(after), int(upto), int(count))
        return FileSeal(kind, *numbers, rows_digest, previous, digest, sealed_at)
    except ValueError as error:
        raise SealFileError("the seal file has a line that cannot be read") from error


@dataclass(frozen=True)
class SealFile:
    """The file at ``path``. It may not exist yet."""

    path: Path

    def append(self, entry: FileSeal | FileArchive) -> None:
        """Add one line and wait until it is on the disk."""
        is_new = not self.path.exists()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            size = os.fstat(descriptor).st_size
            is_torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            os.write(descriptor, f"{chr(10) if is_torn else ''}{entry.line()}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if is_new:
            _sync_folder(self.path.parent)

    def entries(self) -> Iterator[FileSeal | FileArchive]:
        """Yield every line. What a crash cut off in the middle of a line says nothing; the next line says it all."""
        if not self.path.exists():
            return
        with self.path.open(encoding="ascii", errors="replace") as file:
            torn = ""
            for text in file:
                line = text.rstrip("\n")
                if torn and not line.startswith(torn):
                    raise SealFileError("the seal file has a line that cannot be read")
                torn = "" if _is_whole(line) else line
                if not torn and line:
                    yield parse(line)

    def last(self) -> FileSeal | None:
        """Return the last seal of the file, reading its end only; None without a file."""
        if not self.path.exists():
            return None
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(max(0, size - TAIL_BYTES))
            lines = file.read().decode("ascii", errors="replace").split("\n")
        if size > TAIL_BYTES:
            del lines[0]
        seals = [entry for line in lines if _is_whole(line) and isinstance(entry := parse(line), FileSeal)]
        if not seals:
            raise SealFileError(f"{self.path} holds no seal")
        return seals[-1]


def _is_whole(line: str) -> bool:
    """Return whether a line has all its parts and a last part of full length (a crash may cut a line off)."""
    parts = line.split("\t")
    if parts[0] == ARCHIVED:
        return len(parts) == ARCHIVE_PARTS and len(parts[-1]) == DIGEST_LENGTH
    return len(parts) == SEAL_PARTS and len(parts[-1]) == MOMENT_LENGTH


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
