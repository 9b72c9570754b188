import datetime
import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import hypothesis
import psycopg
import pytest
import requests
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase
from django.utils.translation.reloader import translation_file_changed
from django_tasks_db.management.commands import db_worker

from marugoto_site.database import choice
from marugoto_site.translations import compile_changed
from tests import database

# How long one example takes says something about the machine.
hypothesis.settings.register_profile("marugoto", deadline=None)
hypothesis.settings.load_profile("marugoto")

pytest_plugins = ["tests.browser", "tests.hats", "tests.kept_worlds", "tests.paper"]


def pytest_configure() -> None:
    # Compiled catalogues are not in the repository, and Django has read what was there before we came here.
    for compiled in compile_changed():
        translation_file_changed(sender=None, file_path=compiled.with_suffix(".mo"))


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    # On one of the workers, one after the other: two such tests at once would be four programs or more.
    for item in items:
        if item.get_closest_marker("programs"):
            item.add_marker(pytest.mark.xdist_group("programs"))
    result = yield
    # pytest-django lets tests that commit come late. The long ones first: at the end one worker would wait for them.
    items.sort(
        key=lambda item: (_place(item), not (item.get_closest_marker("slow") and database.commits(item)))
    )
    return result


def _place(item: pytest.Item) -> int:
    """The first worker begins with the programs, for which it makes the database; the demo, with one of its own, need not wait."""
    group = item.get_closest_marker("xdist_group")
    return {"programs": 0, "demo": 1}.get(group.args[0], 2) if group else 2


def pytest_collection_finish(session: pytest.Session) -> None:
    grouped = [item for item in session.items if item.get_closest_marker("xdist_group")]
    if getattr(session.config.option, "loadgroup", False) and not all("@" in item.nodeid for item in grouped):
        raise pytest.UsageError("pytest and pytest-xdist of these versions forget which tests stay together")
    # What is loaded by now stays: looking through it again and again took a tenth of the time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


# --- The database: created by the owner, used by the web role ---------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR, options=database.UNSAFE_BUT_QUICK)
    name, lock = database.free_name(database.stem())
    with lock:
        database.use(database.owner_settings())
        connection.settings_dict["TEST"]["NAME"] = name
        database.wait_for_turn()
        database.drop_unless_fresh(name, database.schema_mark())
        database.copy_of_another(name, database.schema_mark())
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    name, mark = connection.settings_dict["NAME"], database.schema_mark()
    with django_db_blocker.unblock():
        connection.close()
        database.finish(name, mark)
        database.use(database.web_settings())
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user, current_user")
            assert cursor.fetchone() == (connection.settings_dict["USER"],) * 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_setup", classmethod(lambda cls: database.note_dirty(name))
        )
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: _put_back(name, mark))
        yield
    with django_db_blocker.unblock():
        database.use(database.owner_settings())


def _put_back(name: str, mark: str) -> None:
    connection.close()
    database.restore(name, mark)


@pytest.fixture(autouse=True)
def _no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """The identity provider of the settings is nowhere: nothing of ours asks the network (requests serves nobody else)."""

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise requests.ConnectionError("nobody answers in tests")

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", refuse)


@pytest.fixture
def as_owner(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[psycopg.Connection]]:
    """Give SQL to the owner of the tables, on a connection of its own:  with as_owner() as owner: owner.execute(...)

    It sees only what is committed. In a test that is rolled back it may only read; a test that marks itself
    django_db(transaction=True) may write, too.
    """
    may_write = database.commits(request.node)

    @contextmanager
    def connect() -> Iterator[psycopg.Connection]:
        with database.owner_connection(connection.settings_dict["NAME"], read_only=not may_write) as owner:
            yield owner

    return connect


@pytest.fixture
def shift_clock(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[datetime.timedelta], None]:
    """Move the database's clock, the one the policies and the code read:  shift_clock(timedelta(days=3))

    In a test that commits, every later connection of the web role has it, the live server's too.
    """
    stays = database.commits(request.node)

    def shift(by: datetime.timedelta) -> None:
        seconds = f"{by.total_seconds():.6f} seconds"
        if stays:
            escaped = seconds.replace(" ", "\\ ")
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", f"-c test.shift={escaped}")
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('test.shift', %s, %s)", [seconds, not stays])

    return shift


@pytest.fixture
def run_tasks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Do what the worker would do now:  run_tasks() runs every task that waits, in this test's transaction."""
    monkeypatch.setattr(db_worker, "close_old_connections", lambda: None)
    return lambda: call_command("run_worker", "--batch")
