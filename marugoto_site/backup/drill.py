"""The drill: the newest backup is restored into a server of its own, looked at, and thrown away.

Nothing of the running installation is touched or asked. The scratch server writes without the safety that a
crash would need (it does not outlive the drill), which makes the drill quick enough to be done every week.
"""

import datetime as dt
import json
import os
import shlex
import shutil
import subprocess
import tarfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import pq, sql

from marugoto_site.backup import physical
from marugoto_site.backup.facts import differences, facts_of
from marugoto_site.backup.making import MANIFEST, digests_of
from marugoto_site.backup.programs import BackupError, start
from marugoto_site.database import embedded
from marugoto_site.database.roles import OWNER, PUBLIC, WEB, Preparation, prepare
from permissions.walls.installer import all_walls

DATABASE = "marugoto_drill"
SCRATCH = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",  # a table filled in the transaction that made it is not written twice
    "max_wal_senders": "0",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
    "maintenance_work_mem": "1GB",
    # Each job builds an index of its own; helpers would only stand in line.
    "max_parallel_maintenance_workers": "0",
}
# A copied server says itself how its log is written; what recovery needs of it must stay.
SCRATCH_PHYSICAL = {name: SCRATCH[name] for name in SCRATCH if name not in {"wal_level", "max_wal_senders"}}
# Policies show these to everybody who may log in: what was published is public.
SHOWN_TO_ALL = frozenset({"forms_app_consultationform", "forms_app_formrevision"})
KEYS_TRIED = 500


@dataclass(frozen=True)
class Restored:
    """A database that came back, on a scratch server."""

    place: embedded.Place
    database: str

    @property
    def socket(self) -> Path:
        return self.place.socket_dir


@dataclass
class Drill:
    """What was done, how long each step took, and what was wrong."""

    backup: str
    began_at: str
    steps: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(self.steps.values())

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.steps[name] = round(time.monotonic() - began, 1)


def restore_drill(backup: Path, *, scratch: Path, jobs: int) -> Drill:
    """Restore a backup into a scratch server and compare. The findings are in ``wrong``; empty is good."""
    drill = Drill(backup.name, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
    scratch = scratch.absolute()
    scratch.mkdir(mode=0o700, parents=True)
    try:
        with drill.step("read the backup"):
            folder = _opened(backup, scratch)
            manifest = json.loads((folder / MANIFEST).read_text())
            digests = digests_of(folder)
            drill.wrong += differences({"sha256": manifest["sha256"]}, {"sha256": digests})
            drill.wrong += differences({"files": manifest["files"]}, {"files": _files_in(folder)})
        if not drill.wrong:  # what is damaged need not be restored to be known as such
            _restore_and_look(drill, folder, manifest, scratch, jobs=jobs)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return drill


def _restore_and_look(
    drill: Drill, folder: Path, manifest: dict[str, Any], scratch: Path, *, jobs: int
) -> None:
    if (base := folder / physical.BASE).is_dir():
        with _server_of(base, scratch, drill, manifest) as restored:
            _look(drill, restored, manifest)
    else:
        with _server(scratch, drill) as restored:
            _restore(drill, restored, folder, jobs=jobs)
            _look(drill, restored, manifest)


def _opened(backup: Path, scratch: Path) -> Path:
    """Return the backup as a folder, decrypted if it is one file (MARUGOTO_BACKUP_DECRYPT)."""
    if backup.is_dir():
        return backup
    command = os.environ.get("MARUGOTO_BACKUP_DECRYPT", "")
    if not command:
        raise BackupError("MARUGOTO_BACKUP_DECRYPT is not set, and the backup is encrypted.")
    folder = scratch / "plain"
    folder.mkdir(mode=0o700)
    with (
        backup.open("rb") as file,
        subprocess.Popen(  # noqa: S603 -- the command is the operator's own
            shlex.split(command), stdin=file, stdout=subprocess.PIPE
        ) as pipe,
    ):
        try:
            with tarfile.open(fileobj=pipe.stdout, mode="r|") as archive:
                archive.extractall(folder, filter="data")
        except tarfile.TarError as error:
            raise BackupError(f"MARUGOTO_BACKUP_DECRYPT: {error}") from error
    (inner,) = folder.iterdir()
    return inner


def _files_in(folder: Path) -> dict[str, int]:
    found = {}
    for path in folder.glob("*.tar"):
        with tarfile.open(path) as archive:
            found[path.stem] = sum(member.isfile() for member in archive.getmembers())
    return found


def _buffers() -> dict[str, str]:
    """A quarter of this machine's memory: a table is still there when its indexes are built."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"shared_buffers": f"{min(max(total // 4 >> 20, 128), 8192)}MB"}


@contextmanager
def _server(scratch: Path, drill: Drill) -> Iterator[Restored]:
    """Start an empty server for a dump."""
    with drill.step("start a scratch server"):
        embedded.make_cluster(scratch / "server", checksums=False)
        place = embedded.ensure_running(scratch / "server", options={**SCRATCH, **_buffers()})
        prepare(embedded.admin_url(place), Preparation(DATABASE))
    with _thrown_away(place):
        yield Restored(place, DATABASE)


@contextmanager
def _server_of(base: Path, scratch: Path, drill: Drill, manifest: dict[str, Any]) -> Iterator[Restored]:
    """Start a server from a copy of a physical backup; it opens at the moment of the backup's facts."""
    place = embedded.place_of(scratch / "server")
    with drill.step("copy the server's files"):
        embedded.make_folders(place)
        physical.lay_out(base, place.data_dir)
        embedded.hand_over(place)
    options = {**SCRATCH_PHYSICAL, **physical.recovery_options(manifest["stop"])}
    with _thrown_away(place):
        with drill.step("start the copy, read the log"):
            embedded.ensure_running(scratch / "server", options=options)
            _wait_until_open(place)
        yield Restored(place, manifest["database"])


def _wait_until_open(place: embedded.Place) -> None:
    """Wait while the log is read; a server that gave up has taken its pid file with it."""
    address = embedded.admin_url(place).encode()
    while pq.PGconn.ping(address) != pq.Ping.OK:
        if not (place.data_dir / "postmaster.pid").exists():
            raise BackupError(place.log_file.read_text(errors="replace")[-2000:])
        time.sleep(0.1)


@contextmanager
def _thrown_away(place: embedded.Place) -> Iterator[None]:
    try:
        yield
    finally:
        embedded.release(place, os.getpid())
        with suppress(FileNotFoundError):
            shutil.rmtree(place.home)


def _restore(drill: Drill, restored: Restored, folder: Path, *, jobs: int) -> None:
    """As the scratch server's superuser: the roles and their rights come back as they were.

    In one pass, so that a table is filled in the transaction that empties it (nothing goes to the log then), and
    keys of one table are made while another is still being filled.
    """
    words = {
        "NAME": restored.database,
        "USER": embedded.SUPERUSER,
        "HOST": str(restored.socket),
        "PORT": "5432",
    }
    arguments = [
        "--dbname",
        restored.database,
        f"--jobs={jobs}",
        "--no-password",
        "--exit-on-error",
        "--verbose",
    ]
    began = rows_done = time.monotonic()
    said: deque[str] = deque(maxlen=30)
    with start("pg_restore", [*arguments, str(folder / "dump")], words) as process:
        assert process.stdout is not None  # noqa: S101 -- start() asks for it
        for line in process.stdout:
            said.append(line)
            if "finished item" in line and "TABLE DATA" in line:
                rows_done = time.monotonic()
    if process.returncode:
        raise BackupError(f"pg_restore ({process.returncode}): {''.join(said).strip()[-2000:]}")
    drill.steps["restore rows, begin keys and indexes"] = round(rows_done - began, 1)
    drill.steps["restore the rest of keys, indexes, policies"] = round(time.monotonic() - rows_done, 1)


def _look(drill: Drill, place: Restored, manifest: dict[str, Any]) -> None:
    with drill.step("compare"), _connected(place, OWNER) as owner:
        found = facts_of(owner)
        if "numbers" in manifest:
            found.pop("sequences")
            drill.wrong += physical.behind(manifest["numbers"], physical.last_numbers(owner))
        drill.wrong += differences(manifest["facts"], found)
        drill.facts = {
            "rows": sum(found["rows"].values()),
            **{f"compared {kind}": len(things) for kind, things in found.items()},
        }
        keys = _keys_of_walled(owner, found["rows"])
    with drill.step("look as a stranger"):
        drill.wrong += _seen_by_nobody(place, keys)
    with drill.step("verify the audit log"):
        drill.wrong += _audit_findings(place, drill)


def _connected(place: Restored, role: str) -> psycopg.Connection:
    return psycopg.connect(
        dbname=place.database, user=role, host=str(place.socket), port=5432, autocommit=True
    )


def _keys_of_walled(owner: psycopg.Connection, rows: dict[str, int]) -> dict[str, list[Any]]:
    """Return keys that exist, for each walled table: what nobody may see must be there first."""
    found = {}
    for wall in all_walls():
        if rows.get(wall.table) and wall.table not in SHOWN_TO_ALL:
            column = _key_column(owner, wall.table)
            words = sql.SQL("SELECT {key} FROM {table} ORDER BY {key} LIMIT {most}").format(
                key=column, table=sql.Identifier(wall.table), most=KEYS_TRIED
            )
            found[wall.table] = [key for (key,) in owner.execute(words).fetchall()]
    return found


def _key_column(connection: psycopg.Connection, table: str) -> sql.Identifier:
    row = connection.execute(
        "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
        " AND a.attnum = i.indkey[0] WHERE i.indrelid = %s::regclass AND i.indisprimary",
        [table],
    ).fetchone()
    return sql.Identifier(row[0] if row else "id")


def _seen_by_nobody(place: Restored, keys: dict[str, list[Any]]) -> list[str]:
    """Ask as the application's role that was told nothing, and as the public node's."""
    wrong = []
    with _connected(place, OWNER) as owner:
        columns = {table: _key_column(owner, table) for table in keys}
    with _connected(place, WEB) as web:
        for table, wanted in keys.items():
            words = sql.SQL("SELECT count(*) FROM {} WHERE {} = ANY (%s)")
            row = web.execute(words.format(sql.Identifier(table), columns[table]), [wanted]).fetchone()
            if row != (0,):
                wrong.append(f"walls: {WEB} without a context sees rows of {table}")
    with _connected(place, PUBLIC) as public:
        for table in keys:
            if table.startswith("casework_"):
                with suppress(psycopg.errors.InsufficientPrivilege):
                    public.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table)))
                    wrong.append(f"rights: {PUBLIC} may read {table}")
    return wrong


def _audit_findings(place: Restored, drill: Drill) -> list[str]:
    """Compute the chain of the audit log anew. The seal file is not asked: it has gone on since."""
    from permissions.audit.verify import verify_log  # noqa: PLC0415 -- needs the app registry

    new = connections.create_connection(DEFAULT_DB_ALIAS)
    new.settings_dict = {
        **new.settings_dict,
        "NAME": place.database, "USER": WEB, "PASSWORD": "", "HOST": str(place.socket), "PORT": "5432",
        "OPTIONS": {"prepare_threshold": None},
    }  # fmt: skip
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = new
    try:
        report = verify_log(None)
    finally:
        connections[DEFAULT_DB_ALIAS] = before
        new.close()
    drill.facts["audit seals"] = report.seals
    return [f"audit: {finding.kind}: {finding.words}" for finding in report.findings]


# --- the report --------------------------------------------------------------------------------------------


def write_report(drill: Drill, folder: Path) -> Path:
    """Write the report as Markdown and JSON; return the first."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"drill-{drill.began_at[:19].replace(':', '')}"
    words = {
        "backup": drill.backup, "began_at": drill.began_at, "seconds": round(drill.seconds, 1),
        "steps": drill.steps, "facts": drill.facts, "wrong": drill.wrong,
    }  # fmt: skip
    (folder / f"{stem}.json").write_text(json.dumps(words, indent=1, ensure_ascii=False))
    path = folder / f"{stem}.md"
    path.write_text(_markdown(drill))
    return path


def _markdown(drill: Drill) -> str:
    verdict = "FAILED" if drill.wrong else "passed"
    lines = [
        f"# Restore drill: {verdict}",
        "",
        f"Backup `{drill.backup}`, begun {drill.began_at}, {drill.seconds:.1f} s.",
        "",
        "| Step | Seconds |",
        "|---|---|",
        *(f"| {name} | {seconds:.1f} |" for name, seconds in drill.steps.items()),
        "",
        *(f"- {name}: {value:,}" for name, value in drill.facts.items()),
        "",
        "## What was wrong",
        "",
        *([f"- {line}" for line in drill.wrong] or ["Nothing."]),
    ]
    return "\n".join(lines) + "\n"
