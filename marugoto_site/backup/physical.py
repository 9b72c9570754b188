"""A physical backup: the server's files (pg_basebackup) with the log up to one moment, and what must be there then.

Quick to restore, since no index is built anew; but as large as the database, for one major version and one kind of
machine only, and nothing in it can be read without starting it. The dump stays the backup that outlives a server.
"""

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from marugoto_site.backup.programs import BackupError, finish, start

BASE = "base"
# Writers wait while the moment is taken. Shorter than deadlock_timeout, so that it is never they who are ended.
PATIENCE = "700ms"
TRIES = 30

# What the copy is started with: nothing of the city's own configuration, which names its folders and certificates.
CONFIGURATION = "# Written by the restore drill.\n"
LOG_IN = "local all all trust\n"


@dataclass(frozen=True)
class Moment:
    """An instant that the log knows: positions in it, and the sequences' numbers just before."""

    stop: str  # a restore stops here
    until: str  # the log is needed up to here
    numbers: dict[str, int | None]


def copy_server(folder: Path, *, words: Mapping[str, Any]) -> None:
    """Copy the server's files into ``folder``/base. The server keeps serving."""
    arguments = [
        f"--pgdata={folder / BASE}", "--format=plain", "--wal-method=stream", "--checkpoint=fast",
        "--manifest-checksums=SHA256", "--no-password",
    ]  # fmt: skip
    finish(start("pg_basebackup", arguments, words))


def refuse_tablespaces(base: Path) -> None:
    """Raise BackupError if files lie elsewhere: a copy of their links would point at the running server's."""
    if any((base / "pg_tblspc").iterdir()):
        raise BackupError("表領域は扱えません。 / Tablespaces are not supported in a physical backup.")


def moment(locker: psycopg.Connection, reader: psycopg.Connection, *, name: str) -> Moment:
    """Begin the reader's transaction at a moment that the log knows, too.

    errors   BackupError if others' transactions leave none
    effects  writers wait for an instant: what the reader sees is what the log holds up to ``stop``
    """
    for _try in range(TRIES):
        try:
            with locker.transaction():
                _stop_writers(locker)
                reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                numbers = last_numbers(reader)  # the snapshot is taken here
                stop = _mark(locker, name)
        except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
            time.sleep(1)
        else:
            return Moment(stop, _mark(locker, name), numbers)
    raise BackupError(
        "書き込みが続き、時点を決められません。 / Long transactions left no moment: try again later."
    )


def _stop_writers(locker: psycopg.Connection) -> None:
    names = locker.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        " ORDER BY relname"
    ).fetchall()
    tables = sql.SQL(", ").join(sql.Identifier("public", name) for (name,) in names)
    locker.execute(sql.SQL("SET LOCAL statement_timeout = {}").format(sql.Literal(PATIENCE)))
    locker.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(tables))
    locker.execute("SET LOCAL statement_timeout = 0")


def _mark(locker: psycopg.Connection, name: str) -> str:
    """Put a record into the log; its commit is flushed, so that the log reaches beyond it."""
    row = locker.execute(
        "SELECT pg_logical_emit_message(true, 'marugoto-backup', %s)::text", [name]
    ).fetchone()
    assert row is not None  # noqa: S101 -- functions always answer
    return str(row[0])


def last_numbers(connection: psycopg.Connection) -> dict[str, int | None]:
    """Return each sequence's last number; none if it was never asked."""
    words = "SELECT sequencename::text, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY 1"
    return dict(connection.execute(words).fetchall())


def receive_log(folder: Path, *, until: str, words: Mapping[str, Any]) -> None:
    """Fetch the log from the end of the copy up to a position."""
    target = folder / BASE / "pg_wal"
    arguments = [f"--directory={target}", f"--endpos={until}", "--no-loop", "--no-password"]
    finish(start("pg_receivewal", arguments, words))
    for path in target.glob("*.partial"):
        path.rename(path.with_suffix(""))


def lay_out(base: Path, data_dir: Path) -> None:
    """Copy a physical backup to where a server shall start from it, with a configuration of its own."""
    refuse_tablespaces(base)
    shutil.copytree(base, data_dir, symlinks=True, copy_function=shutil.copyfile, dirs_exist_ok=True)
    data_dir.chmod(0o700)
    for name in ("postgresql.conf", "postgresql.auto.conf", "pg_ident.conf"):
        (data_dir / name).write_text(CONFIGURATION)
    (data_dir / "pg_hba.conf").write_text(LOG_IN)  # the socket's folder lets nobody else in
    (data_dir / "standby.signal").unlink(missing_ok=True)
    (data_dir / "recovery.signal").touch()


def recovery_options(stop: str) -> dict[str, str]:
    """Return how a server reads the log up to the moment of the backup and opens there."""
    return {
        "hot_standby": "off",
        "restore_command": "false",  # all that is needed lies in pg_wal
        "recovery_target_lsn": stop,
        "recovery_target_inclusive": "off",
        "recovery_target_action": "promote",
    }


def unlike_server(folder: Path, digests: Mapping[str, str]) -> list[str]:
    """Return the files that are not as the server read them; ``digests`` are those of the folder's files."""
    files = json.loads((folder / BASE / "backup_manifest").read_text())["Files"]
    listed = {f"{BASE}/{_path_of(file)}": file["Checksum"] for file in files}
    return [
        f"server's own list: {path} differs" for path, digest in listed.items() if digests.get(path) != digest
    ]


def _path_of(file: Mapping[str, str]) -> str:
    return file["Path"] if "Path" in file else bytes.fromhex(file["Encoded-Path"]).decode()


def behind(wanted: Mapping[str, int | None], found: Mapping[str, int | None]) -> list[str]:
    """Return the sequences that would give a number twice. They may stand ahead: the log knows them in steps of 32."""
    return [
        f"sequences: {name} is behind: {number} in the backup, {found.get(name)} restored"
        for name, number in wanted.items()
        if (found.get(name) or 0) < (number or 0)
    ]
