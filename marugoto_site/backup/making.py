"""Making a backup: the dump, the files and a manifest of what must be there after a restore."""

import datetime as dt
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from marugoto_site.backup import physical
from marugoto_site.backup.facts import facts_of
from marugoto_site.backup.programs import BackupError, finish, start
from marugoto_site.database.choice import settings_of_url

PREFIX = "marugoto-"
PHYSICAL = "-physical"
MANIFEST = "manifest.json"
# Tables whose policies hide rows from the role that is asking.
HIDDEN = """
SELECT c.relname FROM pg_class c, pg_roles me
WHERE me.rolname = current_user AND NOT me.rolsuper AND NOT me.rolbypassrls
  AND c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
  AND (c.relforcerowsecurity OR c.relowner <> me.oid)
  AND (NOT EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
                   AND p.permissive = 'PERMISSIVE' AND p.cmd IN ('ALL', 'SELECT') AND p.qual = 'true'
                   AND p.roles && ARRAY[current_user, 'public'::name])
       OR EXISTS (SELECT 1 FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname
                  AND p.permissive = 'RESTRICTIVE' AND p.roles && ARRAY[current_user, 'public'::name]))
ORDER BY 1
"""


@dataclass(frozen=True)
class Backup:
    """A finished backup: a folder, or one encrypted file."""

    path: Path
    bytes: int
    rows: int
    seconds: float


def make_backup(root: Path, *, jobs: int = 2, compress: str = "gzip:1") -> Backup:
    """Write a backup of database and files below ``root``.

    errors   BackupError when the role does not see every row, or the folder is open to others
    effects  the database keeps serving; the dump is of one moment
    """
    return _make(root, "", partial(_write, jobs=jobs, compress=compress))


def make_physical_backup(root: Path) -> Backup:
    """Write the whole server's files, the log up to one moment, and the site's files below ``root``.

    errors   as make_backup; BackupError also without MARUGOTO_REPLICATION_URL, or with tablespaces
    effects  writers wait for an instant, once
    """
    return _make(root, PHYSICAL, _write_physical)


def _make(root: Path, ending: str, write: Callable[[Path], dict[str, Any]]) -> Backup:
    began = dt.datetime.now(dt.UTC)
    root = root.absolute()
    _refuse_open_folder(root)
    name = f"{PREFIX}{began:%Y%m%dT%H%M%SZ}{ending}"
    unfinished = root / f".{name}"
    unfinished.mkdir(mode=0o700)
    try:
        manifest = write(unfinished) | {"made_at": began.isoformat()}
        (unfinished / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True))
        path = _close(unfinished, root / name)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    seconds = (dt.datetime.now(dt.UTC) - began).total_seconds()
    return Backup(path, _size(path), sum(manifest["facts"]["rows"].values()), seconds)


def newest_backup(root: Path) -> Path:
    """Return the newest backup below ``root``. Raises BackupError if there is none."""
    found = sorted(path for path in root.glob(f"{PREFIX}*") if path.name[len(PREFIX)].isdigit())
    if not found:
        raise BackupError(f"{root} にバックアップがありません。 / There is no backup in {root}.")
    return found[-1]


def _refuse_open_folder(root: Path) -> None:
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = root.stat()
    if found.st_mode & 0o077 or found.st_uid != os.geteuid():
        raise BackupError(
            f"{root} はほかの利用者にも開いています。実行してください: chmod 700 {root}"
            f" / {root} is open to others, or not yours. Run: chmod 700 {root}"
        )


def _write(folder: Path, *, jobs: int, compress: str) -> dict[str, Any]:
    with psycopg.connect(**_words(), autocommit=True) as owner:
        refuse_hidden_rows(owner)
        # Counts and dump are of the same moment.
        owner.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        row = owner.execute("SELECT pg_export_snapshot(), current_setting('server_version')").fetchone()
        assert row is not None  # noqa: S101 -- functions always answer
        snapshot, version = row
        dump = start(
            "pg_dump",
            [
                "--format=directory", f"--file={folder / 'dump'}", f"--jobs={jobs}", f"--snapshot={snapshot}",
                "--enable-row-security", f"--compress={compress}", "--no-password",
            ],
            connection.settings_dict,
        )  # fmt: skip
        try:
            facts = facts_of(owner)
            finish(dump)
        finally:
            dump.kill()
    return {"server": version, "facts": facts, **_write_files(folder)}


def _write_physical(folder: Path) -> dict[str, Any]:
    url = os.environ.get("MARUGOTO_REPLICATION_URL", "")
    if not url:
        raise BackupError(
            "MARUGOTO_REPLICATION_URL に REPLICATION の役割を設定してください。"
            " / Set MARUGOTO_REPLICATION_URL to a role with REPLICATION."
        )
    words = settings_of_url(url, variable="MARUGOTO_REPLICATION_URL")
    with (
        psycopg.connect(**_words(), autocommit=True) as locker,
        psycopg.connect(**_words(), autocommit=True) as reader,
    ):
        refuse_hidden_rows(reader)
        physical.copy_server(folder, words=words)
        physical.refuse_tablespaces(folder / physical.BASE)
        at = physical.moment(locker, reader, name=folder.name)
        physical.receive_log(folder, until=at.until, words=words)
        facts = facts_of(reader)
        version = reader.info.parameter_status("server_version")
    facts.pop("sequences")  # compared as numbers: the log knows them in steps
    files = _write_files(folder)
    if unlike := physical.unlike_server(folder, files["sha256"]):
        raise BackupError("\n".join(unlike[:5]))
    return {
        "server": version, "facts": facts, "stop": at.stop, "numbers": at.numbers,
        "database": connection.settings_dict["NAME"], **files,
    }  # fmt: skip


def _write_files(folder: Path) -> dict[str, Any]:
    files = {name: _pack(folder, name, path) for name, path in _file_roots().items()}
    return {"files": files, "sha256": digests_of(folder)}


def _words() -> dict[str, Any]:
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    given = connection.settings_dict
    words = {name: given[word] for name, word in names.items() if given[word]}
    return {**words, **(given.get("OPTIONS") or {})}


def refuse_hidden_rows(owner: psycopg.Connection) -> None:
    """Raise BackupError if a policy keeps a row from this role: the backup would lack it silently."""
    hidden = [name for (name,) in owner.execute(HIDDEN).fetchall()]
    if hidden:
        raise BackupError(
            f"この役割では見えない行のある表があります({', '.join(hidden[:5])})。app_owner で実行してください。"
            f" / Policies hide rows of {', '.join(hidden[:5])} from this role: run as app_owner."
        )


def _file_roots() -> dict[str, Path]:
    found = {"media": Path(settings.MEDIA_ROOT), "private": Path(settings.MARUGOTO_PRIVATE_ROOT)}
    seal_file = getattr(settings, "MARUGOTO_SEAL_FILE", "")
    return {**found, "seal_file": Path(seal_file)} if seal_file else found


def _pack(folder: Path, name: str, path: Path) -> int:
    """Put a folder into an archive of its own and return how many files it held."""
    with tarfile.open(folder / f"{name}.tar", "w") as archive:
        if path.exists():
            archive.add(path, arcname=name)
        return sum(member.isfile() for member in archive.getmembers())


def digests_of(folder: Path) -> dict[str, str]:
    """Return path below the folder: SHA-256, for every file but the manifest."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:  # hashing leaves Python to the others
        return dict(
            zip((str(path.relative_to(folder)) for path in paths), pool.map(_sha256, paths), strict=True)
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _close(unfinished: Path, final: Path) -> Path:
    """Give the folder its name, or put it encrypted into one file (MARUGOTO_BACKUP_ENCRYPT)."""
    command = os.environ.get("MARUGOTO_BACKUP_ENCRYPT", "")
    if not command:
        unfinished.rename(final)
        return final
    target = final.with_name(f"{final.name}.tar.enc")
    with target.open("xb") as file:
        target.chmod(0o600)
        with subprocess.Popen(  # noqa: S603 -- the command is the operator's own
            shlex.split(command), stdin=subprocess.PIPE, stdout=file
        ) as pipe:
            assert pipe.stdin is not None  # noqa: S101 -- asked for above
            with tarfile.open(fileobj=pipe.stdin, mode="w|") as archive:
                archive.add(unfinished, arcname=final.name)
            pipe.stdin.close()
    if pipe.returncode:
        target.unlink()
        raise BackupError(f"MARUGOTO_BACKUP_ENCRYPT ({pipe.returncode}): {command.split()[0]}")
    return target


def _size(path: Path) -> int:
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
