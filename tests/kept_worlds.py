"""Worlds that are made once a run: a database in which one is committed, and its Python objects as bytes.

Making a world takes longer than most tests take with it. A test that asks for one of these fixtures,
itself or through its fixtures, runs in a copy of the test database that has it. A test that commits makes its own,
as the copy is for everybody.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from tests import database

CLASSES = {
    "kept_world": "tests.worlds.World",
    "kept_canaries": "tests.casework.canaries.CanaryWorld",
    "kept_full": "tests.casework.test_frozen.FullWorld",
    "kept_narrow": "tests.casework.narrow.NarrowWorld",
    "kept_matrix": "tests.test_access_matrix.MatrixWorld",
}
made: dict[str, bytes] = {}  # fixture -> the objects of the world in its database


@pytest.fixture
def kept_world(request: pytest.FixtureRequest, db: None) -> Any:
    """The World of tests/worlds.py, in its own state for every test."""
    return _fresh("kept_world", request)


@pytest.fixture
def kept_canaries(request: pytest.FixtureRequest, db: None) -> Any:
    """The CanaryWorld of tests/casework/canaries.py, in its own state for every test."""
    return _fresh("kept_canaries", request)


@pytest.fixture
def kept_full(request: pytest.FixtureRequest, db: None) -> Any:
    """The FullWorld of tests/casework/test_frozen.py, in its own state for every test."""
    return _fresh("kept_full", request)


@pytest.fixture
def kept_narrow(request: pytest.FixtureRequest, db: None) -> Any:
    """The NarrowWorld of tests/casework/narrow.py, in its own state for every test."""
    return _fresh("kept_narrow", request)


@pytest.fixture
def kept_matrix(request: pytest.FixtureRequest, db: None) -> Any:
    """The MatrixWorld of tests/test_access_matrix.py, in its own state for every test."""
    return _fresh("kept_matrix", request)


@pytest.fixture(scope="session")
def kept_databases(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, bytes]]:
    """The worlds made so far (fixture -> its objects); their databases are dropped at the end of the run."""
    yield made
    with django_db_blocker.unblock():
        plain = _plain()
        _use(plain)
        for name in made:
            database.drop(f"{plain}_{name}")
        made.clear()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    # The last moment before a test's transaction begins, and the first at which there is a database.
    if fixturedef.argname == "_django_db_helper":
        wanted = (
            None if database.commits(request.node) else next(filter(CLASSES.get, request.fixturenames), None)
        )
        if wanted and wanted not in request.getfixturevalue("kept_databases"):
            with request.getfixturevalue("django_db_blocker").unblock():
                keep(wanted)
        _use(f"{_plain()}_{wanted}" if wanted else _plain())
    return (yield)


def _fresh(name: str, request: pytest.FixtureRequest) -> Any:
    return _class(name)() if database.commits(request.node) else pickle.loads(made[name])


def keep(name: str) -> None:
    """Make the database of this fixture, as the application's role, and note the objects in it."""
    there = f"{_plain()}_{name}"
    database.copy_clean(_plain(), there)
    before = dict(connection.settings_dict)
    database.use({**database.web_settings(), "NAME": there})
    with transaction.atomic():
        made[name] = pickle.dumps(_class(name)())
    database.use({key: before[key] for key in ("USER", "PASSWORD", "HOST", "PORT")})


def _class(name: str) -> Any:
    module, _, word = CLASSES[name].rpartition(".")
    return getattr(import_module(module), word)


def _plain() -> str:
    return str(connection.settings_dict["TEST"]["NAME"])


def _use(name: str) -> None:
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
