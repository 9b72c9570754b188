"""The test database: made by the owner, used by the web role, put back from a copy.

The owner creates and migrates it once and keeps it between runs for as long as no migration changes. A
second database, ``<name>_clean``, holds the state after migration; a test that commits gets a fresh copy
afterwards (a flush would need the owner and would lose Wagtail's root page).
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from psycopg import sql

from marugoto_site.database import choice
from marugoto_site.database.roles import OWNER, WEB
from marugoto_site.settings.base import CACHES

PROJECT = Path(__file__).resolve().parents[1]
# Tests move the database's clock, policies included: SET test.shift = '3 days'.
SHIFTED_CLOCK = """
CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE AS
$$ SELECT now() + coalesce(nullif(current_setting('test.shift', true), ''), '0')::interval $$
"""
# What a crash of the machine would cost here is one run of the tests.
UNSAFE_BUT_QUICK = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
DIRTY = "a test that commits was broken off"


def owner_settings() -> dict[str, str]:
    """Return what differs between the web role's log-in and the owner's."""
    if choice.uses_embedded_server():
        return {"USER": OWNER}
    url = os.environ["MARUGOTO_OWNER_DATABASE_URL"]
    parts = choice.settings_of_url(url, variable="MARUGOTO_OWNER_DATABASE_URL")
    return {key: parts[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}


def web_settings() -> dict[str, str]:
    if choice.uses_embedded_server():
        return {"USER": WEB}
    parts = choice.settings_of_url(os.environ["DATABASE_URL"], variable="DATABASE_URL")
    return {key: parts[key] for key in ("USER", "PASSWORD", "HOST", "PORT")}


def use(role_settings: dict[str, str]) -> None:
    """Let this process log in as another role from its next connection on."""
    connection.close()
    connection.settings_dict.update(role_settings)


@contextmanager
def owner_connection(database: str, *, read_only: bool = False) -> Iterator[psycopg.Connection]:
    words = {**connection.settings_dict, **owner_settings()}
    with psycopg.connect(
        dbname=database,
        user=words["USER"],
        password=words["PASSWORD"] or None,
        host=words["HOST"] or None,
        port=words["PORT"] or None,
        autocommit=True,
    ) as owner:
        if read_only:
            owner.execute("SET default_transaction_read_only = on")
        yield owner


def stem() -> str:
    """Return what this process calls its test database, if nobody else does."""
    suffix = os.environ.get("PYTEST_XDIST_WORKER", "")
    return f"test_marugoto{suffix and '_' + suffix}"


def free_name(stem: str) -> tuple[str, IO[str]]:
    """Return a name no other test run uses now, and the lock that keeps it ours."""
    settings.LOCAL_DIR.mkdir(parents=True, exist_ok=True)
    for number in range(1, 20):
        name = stem if number == 1 else f"{stem}_{number}"
        lock = (settings.LOCAL_DIR / f"{name}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return name, lock
    raise RuntimeError("twenty test runs at once")


def commits(test: pytest.Item) -> bool:
    """Whether what this test does to the database stays there until it is put back."""
    mark = test.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & set(getattr(test, "fixturenames", ()))
    return bool(asked or (mark and mark.kwargs.get("transaction")))


def schema_mark() -> str:
    """Return a hash of everything a fresh test database depends on."""
    files = [
        *PROJECT.glob("*/migrations/*.py"),
        *PROJECT.glob("*/walls.py"),
        PROJECT / "permissions" / "walls" / "public_node.py",
        PROJECT / "requirements" / "run.txt",
        Path(__file__),
    ]
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def drop_unless_fresh(name: str, mark: str) -> None:
    """Drop the kept database if a migration changed since, or if a test left it half way."""
    with owner_connection("postgres") as owner:
        query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
        found = [owner.execute(query, [each]).fetchone() for each in (name, f"{name}_clean")]
        if found != [(mark,), (mark,)]:
            _drop(owner, name)
            _drop(owner, f"{name}_clean")


_making: list[IO[str]] = []


def wait_for_turn() -> None:
    """Let one process at a time look for a database to copy; whoever makes one keeps the others waiting until ``finish``.

    Migrating takes a minute, and longer when two do it at once.
    """
    _making.append((settings.LOCAL_DIR / "making.lock").open("w"))
    fcntl.flock(_making[0], fcntl.LOCK_EX)


def _let_others_make() -> None:
    while _making:
        _making.pop().close()


def copy_of_another(name: str, mark: str) -> None:
    """Copy what another process has migrated, if this one has no database and there is a fresh one."""
    with owner_connection("postgres") as owner:
        query = r"""
            SELECT datname FROM pg_database
            WHERE datname LIKE 'test\_marugoto%%\_clean' AND shobj_description(oid, 'pg_database') = %s
            ORDER BY datname = %s DESC, datname
        """
        fresh = [row[0] for row in owner.execute(query, [mark, f"{name}_clean"])]
        if fresh and fresh[0] != f"{name}_clean":
            for each in (name, f"{name}_clean"):
                _copy(owner, fresh[0], each)
                _note(owner, each, mark)
    if fresh:
        _let_others_make()


def finish(name: str, mark: str) -> None:
    """Make the cache table, replace the clock and keep a clean copy. Must be the owner."""
    with override_settings(CACHES=CACHES):
        call_command("createcachetable", verbosity=0)
    connection.close()
    with owner_connection(name) as owner:
        if owner.execute("SELECT to_regprocedure('clock_now()')").fetchone() != (None,):
            owner.execute(SHIFTED_CLOCK)
    with owner_connection("postgres") as owner:
        _drop(owner, f"{name}_clean")
        _copy(owner, name, f"{name}_clean")
        for each in (name, f"{name}_clean"):
            _note(owner, each, mark)
    _let_others_make()


def note_dirty(name: str) -> None:
    with owner_connection("postgres") as owner:
        _note(owner, name, DIRTY)


def restore(name: str, mark: str) -> None:
    """Make the test database anew from the clean copy."""
    with owner_connection("postgres") as owner:
        _drop(owner, name)
        _copy(owner, f"{name}_clean", name)
        _note(owner, name, mark)


def copy_clean(name: str, new: str) -> None:
    """Make a database of another name as the test database was after migration."""
    with owner_connection("postgres") as owner:
        _drop(owner, new)
        _copy(owner, f"{name}_clean", new)


def drop(name: str) -> None:
    with owner_connection("postgres") as owner:
        _drop(owner, name)


def _drop(owner: psycopg.Connection, name: str, *, tries: int = 40) -> None:
    words = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    for left in reversed(range(tries)):
        try:
            owner.execute(words)
        except psycopg.errors.InsufficientPrivilege:
            # An autovacuum worker is in there; it belongs to the superuser and is soon done.
            if not left:
                raise
            time.sleep(0.25)
        else:
            return


def _copy(owner: psycopg.Connection, old: str, new: str) -> None:
    words = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log")
    owner.execute(words.format(sql.Identifier(new), sql.Identifier(old)))


def _note(owner: psycopg.Connection, name: str, text: str) -> None:
    words = sql.SQL("COMMENT ON DATABASE {} IS {}")
    owner.execute(words.format(sql.Identifier(name), sql.Literal(text)))
