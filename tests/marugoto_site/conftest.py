import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from marugoto_site.database import choice, embedded
from marugoto_site.database.roles import OWNER, WEB
from tests.database import owner_settings

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def admin_address(db: None) -> str:
    if choice.uses_embedded_server():
        return embedded.admin_url(embedded.place_of(settings.LOCAL_DIR))
    if "MARUGOTO_ADMIN_DATABASE_URL" not in os.environ:
        pytest.skip("needs MARUGOTO_ADMIN_DATABASE_URL")
    return os.environ["MARUGOTO_ADMIN_DATABASE_URL"]


@pytest.fixture
def admin(admin_address: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection to the test database."""
    with psycopg.connect(
        admin_address, dbname=connection.settings_dict["NAME"], autocommit=True
    ) as superuser:
        yield superuser


@pytest.fixture
def planted_role(admin: psycopg.Connection) -> Iterator[Callable[..., str]]:
    """Make a role for one test:  planted_role("BYPASSRLS")"""
    made: list[str] = []

    def make(words: str = "") -> str:
        role = f"planted_{os.getpid()}_{len(made)}"
        admin.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'planted' " + words).format(sql.Identifier(role))
        )
        admin.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(WEB), sql.Identifier(role)))
        made.append(role)
        return role

    yield make
    for role in made:
        admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


@pytest.fixture
def connected_as() -> Callable[[str], Any]:
    """A Django connection as another role:  with connected_as(role) as connection: ..."""

    @contextmanager
    def connect(role: str) -> Iterator[Any]:
        other = connection.copy()
        other.settings_dict = {**connection.settings_dict, "USER": role, "PASSWORD": "planted"}
        if role == OWNER:
            other.settings_dict.update(owner_settings())
        other.inc_thread_sharing()
        try:
            yield other
        finally:
            other.close()

    return connect


@pytest.fixture
def subprocess_environment(db: None) -> dict[str, str]:
    """What a program started by a test needs to work on the test database, as the web role."""
    words = connection.settings_dict
    owner = {**words, **owner_settings()}
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "marugoto_site.settings.test",
        "PYTHONPATH": str(PROJECT),
        "DATABASE_URL": _url(words),
        "MARUGOTO_OWNER_DATABASE_URL": _url({**owner, "NAME": words["NAME"]}),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


def _url(words: dict[str, str]) -> str:
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.conninfo.make_conninfo(**{name: words[key] for name, key in names.items() if words[key]})


# --- two nodes as processes -----------------------------------------------------------------------------


@pytest.fixture
def nodes(subprocess_environment):
    """Start a public web node as app_public, a casework web node and its worker; give the two addresses."""
    started = []

    def start(node, role, *command):
        url = psycopg.conninfo.make_conninfo(subprocess_environment["DATABASE_URL"], user=role)
        words = {
            "MARUGOTO_NODE": node,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "tests.marugoto_site.two_nodes_settings",
        }
        started.append(subprocess.Popen([sys.executable, *command], env={**subprocess_environment, **words}))

    def web(node, role):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        start(node, role, "-m", "gunicorn", "marugoto_site.wsgi:application", "--bind", f"127.0.0.1:{port}")
        return f"http://localhost:{port}"

    addresses = web("public", "app_public"), web("casework", "app_web")
    start("casework", "app_web", "manage.py", "run_worker")
    for address in addresses:
        wait_for(lambda address=address: status_of(f"{address}/healthz") == 200)
    yield addresses
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def status_of(url):
    try:
        return urllib.request.urlopen(url, timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def wait_for(question, *, seconds=60):
    until = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < until
        time.sleep(0.3)
    return answer
