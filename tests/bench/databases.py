"""The databases of the benchmarks: made by the owner, kept between runs, measured as the web role."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

from marugoto_site.database import choice
from marugoto_site.database.roles import ROLE_SETTINGS, WEB
from tests import database
from tests.bench import city

BYTES_PER_CASE = 8_000
HERE = Path(__file__).parent
EMPTY = "bench_empty"


@contextmanager
def ours_alone(name: str) -> Iterator[None]:
    """Let no second run make or measure the same database; waits for the other."""
    settings.LOCAL_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.LOCAL_DIR / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(name: str, *, cases: int) -> None:
    """Make and fill a database unless a kept one fits. Prints what it does."""
    mark = f"{_mark('city.py', 'loading.py')} {cases}"
    if _is_kept(name, mark):
        print(f"{name}: kept from an earlier run", flush=True)
        return
    _say_room(cases)
    with ours_alone(EMPTY):
        _prepare_empty()
        _make(name, template=EMPTY)
    print(f"{name}: loading {cases:,} cases", flush=True)
    with as_default(log_in(name, role="owner")), database.owner_connection(name) as owner:
        city.open_agencies()
        city.fill(owner, cases=cases)
        connections[DEFAULT_DB_ALIAS].close()
    _note(name, mark)


def prepare_small(name: str) -> None:
    """Make a database anew with agencies and people and no case. It is written to, so it is never kept."""
    with ours_alone(EMPTY):
        _prepare_empty()
        _make(name, template=EMPTY)
    with as_default(log_in(name, role="owner")):
        city.open_agencies()
        connections[DEFAULT_DB_ALIAS].close()


def leave_alone(name: str) -> None:
    """Tidy up now and let autovacuum pass by, which would fall on one side of a comparison or the other."""
    words = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    with database.owner_connection(name) as owner:
        for (table,) in owner.execute(words).fetchall():
            off = sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table))
            owner.execute(off)
        owner.execute("VACUUM ANALYZE")


def _prepare_empty() -> None:
    mark = _mark()
    if _is_kept(EMPTY, mark):
        return
    print(f"{EMPTY}: migrating", flush=True)
    _make(EMPTY, template="template1")
    with as_default(log_in(EMPTY, role="owner")):
        call_command("migrate", verbosity=0)
        connections[DEFAULT_DB_ALIAS].close()
    _note(EMPTY, mark)


def _make(name: str, *, template: str) -> None:
    database.drop(name)
    with database.owner_connection("postgres") as owner:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        owner.execute(words.format(sql.Identifier(name), sql.Identifier(template)))


def _note(name: str, mark: str) -> None:
    with database.owner_connection("postgres") as owner:
        words = sql.SQL("COMMENT ON DATABASE {} IS {}")
        owner.execute(words.format(sql.Identifier(name), sql.Literal(mark)))


def _mark(*more: str) -> str:
    """Return a hash of what the content of a database depends on."""
    files = [*database.PROJECT.glob("*/migrations/*.py"), *(HERE / name for name in more)]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _is_kept(name: str, mark: str) -> bool:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with database.owner_connection("postgres") as owner:
        return owner.execute(query, [name]).fetchone() == (mark,)


def _say_room(cases: int) -> None:
    """Say how much room the database takes; stop while it is missing on this machine's own server."""
    needed = cases * BYTES_PER_CASE
    if not choice.uses_embedded_server():
        print(f"About {needed / 1e9:.1f} GB are needed on the server.", flush=True)
        return
    free = shutil.disk_usage(settings.LOCAL_DIR).free
    print(f"About {needed / 1e9:.1f} GB are needed, {free / 1e9:.1f} GB are free.", flush=True)
    if free < needed * 1.5:
        raise SystemExit("Not enough room: set BENCH_SIZES=10k or make room.")


def log_in(name: str, *, role: str = "web") -> BaseDatabaseWrapper:
    """Return a connection to a database as ``web`` or ``owner``, with the web role's settings either way."""
    new = connections.create_connection(DEFAULT_DB_ALIAS)
    words = database.owner_settings() if role == "owner" else database.web_settings()
    new.settings_dict = {**new.settings_dict, **words, "NAME": name}
    if role == "owner":
        workers = ROLE_SETTINGS[WEB]["max_parallel_workers_per_gather"]
        options = f"-c max_parallel_workers_per_gather={workers}"
        new.settings_dict["OPTIONS"] = {**new.settings_dict["OPTIONS"], "options": options}
    return new


@contextmanager
def as_default(chosen: BaseDatabaseWrapper) -> Iterator[None]:
    """Let Django's one alias be this connection; the other stays open, so that both can be measured in turn."""
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = chosen
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before
