"""The test database as it is: making sure of it for each mutant would take most of the time.

To be imported when pytest has chosen the settings, not before.
"""

from __future__ import annotations

import contextlib
import pickle
from pathlib import Path
from typing import Any

import django.test.utils
from django.conf import settings
from django.db import connection
from pytest_django.plugin import blocking_manager_key

from marugoto_site.database import choice
from tests import database, kept_worlds


def hold_server() -> None:
    """Keep the embedded server running for as long as this process lives."""
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR, options=database.UNSAFE_BUT_QUICK)


def take_the_database_as_it_is() -> None:
    """Let the fixtures of tests/conftest.py find a database that an ordinary test has made before."""
    changed: Any = choice, database, django.test.utils
    changed[0].ensure_embedded_ready = lambda *args, **options: None
    changed[1].free_name = lambda stem: (stem, contextlib.nullcontext())
    changed[1].drop_unless_fresh = _put_right
    changed[1].finish = lambda name, mark: None
    changed[2].setup_databases = lambda **options: connection.settings_dict.update(
        NAME=connection.settings_dict["TEST"]["NAME"]
    )


def keep_the_worlds(config: Any, file: Path) -> None:
    """Make the worlds that tests share once for all mutants; what is forked from here knows their objects.

    ``file`` is for those that are not forked.
    """
    settings_dict = connection.settings_dict
    before = settings_dict["NAME"]
    with config.stash[blocking_manager_key].unblock():
        settings_dict["NAME"] = settings_dict["TEST"]["NAME"] = database.stem()
        for name in kept_worlds.CLASSES:
            kept_worlds.keep(name)
        connection.close()
    settings_dict["NAME"] = before
    file.write_bytes(pickle.dumps(kept_worlds.made))
    _drop_none()


def take_the_worlds(file: Path) -> None:
    """Use the worlds that another process has made."""
    kept_worlds.made.update(pickle.loads(file.read_bytes()))
    _drop_none()


def _drop_none() -> None:
    changed: Any = database
    changed.drop = lambda name: None


def _put_right(name: str, mark: str) -> None:
    """Copy the database anew if the mutant before was broken off in a test that commits."""
    with database.owner_connection("postgres") as owner:
        found = owner.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    if found != (mark,):
        database.restore(name, mark)
