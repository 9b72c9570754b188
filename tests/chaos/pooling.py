"""PgBouncer in transaction mode with one connection for everybody: no answer may be somebody else's.

Many threads ask as different people, at random, with failures in between; each answer is compared with the one
that was found beforehand, alone and on a connection of one's own.
"""

import itertools
import os
import pwd
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, connections
from django.test import Client

from casework.notes.models import Note
from casework.sharing.models import ShareLine
from casework.sharing.selectors import cases_for
from forms_app.submissions.selectors import submissions_for
from marugoto_site.database import choice, embedded
from permissions.agencies.selectors import memberships_of
from permissions.viewer import Viewer, viewer_of
from permissions.walls import context
from permissions.walls.context import acting_for
from tests.chaos.place import Place

THREADS = 12
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CONFIGURATION = """
[databases]
marugoto = host={socket_dir} port=5432 dbname={database} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 1
max_client_conn = 200
logfile = {folder}/pgbouncer.log
pidfile = {folder}/pgbouncer.pid
"""


class Planned(Exception):
    """A failure on purpose in the middle of a request."""


@dataclass
class Tally:
    """What threads found, together."""

    asked: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Asker:
    """One person of the demo: who they are, and what each question must answer."""

    viewer: Viewer
    client: Client
    expected: dict[str, Any] = field(default_factory=dict)


# --- questions ---------------------------------------------------------------------------------------------


def _cases(asker: Asker) -> Any:
    with acting_for(asker.viewer):
        return sorted(str(pk) for pk in cases_for(asker.viewer).values_list("pk", flat=True))


def _rows(asker: Asker) -> Any:
    with acting_for(asker.viewer), connection.cursor() as cursor:
        counts = []
        for table in ("casework_note", "casework_person", "casework_shareline", "forms_app_answer"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts += cursor.fetchone()
        return counts


def _content(asker: Asker) -> Any:
    with acting_for(asker.viewer):
        notes = sorted(Note.objects.values_list("title", flat=True))
        return notes, ShareLine.objects.count(), submissions_for(asker.viewer).count()


def _nobody(asker: Asker) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM casework_case), (SELECT count(*) FROM forms_app_submission)"
        )
        return cursor.fetchone()


def _page(asker: Asker) -> Any:
    response = asker.client.get("/casework/cases/")
    html = response.content.decode()
    return response.status_code, sorted(set(re.findall(r"/casework/cases/([0-9a-f-]{36})/", html)))


QUESTIONS: dict[str, tuple[Callable[[Asker], Any], int]] = {
    "cases": (_cases, 30), "rows": (_rows, 25), "content": (_content, 20), "nobody": (_nobody, 15),
    "page": (_page, 10),
}  # fmt: skip


# --- failures ----------------------------------------------------------------------------------------------


def _raise_inside(asker: Asker) -> None:
    with suppress(Planned), acting_for(asker.viewer):
        list(cases_for(asker.viewer)[:5])
        raise Planned


def _break_statement(asker: Asker) -> None:
    with suppress(DatabaseError), acting_for(asker.viewer), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def _hang_up(asker: Asker) -> None:
    """The web node dies in the middle of a transaction."""
    with suppress(Exception), acting_for(asker.viewer):
        list(cases_for(asker.viewer)[:5])
        os.close(os.dup(connection.connection.fileno()))
        connection.connection.pgconn.finish()
    connection.close()


FAILURES = {"exception": _raise_inside, "statement": _break_statement, "hung up": _hang_up}
FAILURE_SHARE = 0.08


# --- the run -----------------------------------------------------------------------------------------------


def run_pool(answers: int, *, seed: int) -> dict[str, Any]:
    """Compare so many answers through the pooler, then show that a session-wide context would be found out."""
    if shutil.which("pgbouncer") is None:
        sys.exit("pgbouncer is missing: apt-get install pgbouncer")
    place = Place()
    place.prepare()
    try:
        askers = _askers()
        _ask_alone(askers)
        with _pooler() as port:
            began = time.monotonic()
            good = _ask_together(askers, port, answers, seed=seed)
            seconds = round(time.monotonic() - began)
            with _session_wide():
                control = _ask_together(askers, port, min(answers, 500), seed=seed)
    finally:
        connections.close_all()
        embedded.release(embedded.place_of(settings.LOCAL_DIR), os.getpid())
    return {
        "answers": sum(good.asked.values()), "by_question": dict(good.asked), "seconds": seconds,
        "people": len(askers), "threads": THREADS, "failures_on_purpose": dict(good.failures),
        "wrong": good.wrong[:20], "wrong_count": len(good.wrong),
        "control_answers": sum(control.asked.values()), "control_wrong_count": len(control.wrong),
        "is_good": not good.wrong and bool(control.wrong) and sum(good.asked.values()) >= answers,
    }  # fmt: skip


def _askers() -> list[Asker]:
    found = []
    for user in get_user_model().objects.filter(is_active=True).order_by("pk"):
        for membership in memberships_of(user):
            client = Client(headers={"host": "localhost"})
            client.force_login(user, backend=BACKEND)
            found.append(Asker(viewer_of(membership), client))
            break
    return found


def _ask_alone(askers: list[Asker]) -> None:
    place = embedded.place_of(settings.LOCAL_DIR)
    _log_in(host=str(place.socket_dir), port=5432, pooled="")
    for asker, (name, (question, _weight)) in itertools.product(askers, QUESTIONS.items()):
        asker.expected[name] = question(asker)
    connection.close()
    different = {str(asker.expected["cases"]) for asker in askers}
    assert len(different) >= 4, "the people must see different things, or nothing is shown"
    assert len({str(asker.expected["page"]) for asker in askers}) >= 4
    assert {asker.expected["nobody"] for asker in askers} == {(0, 0)}


def _log_in(*, host: str, port: int, pooled: str) -> None:
    """Take the settings that a web node with this address and this MARUGOTO_DB_POOLED has."""
    connections.close_all()
    url = f"postgresql:///{choice.DATABASE_NAME}?host={host}&port={port}&user={choice.WEB}"
    environment = {"DATABASE_URL": url, "MARUGOTO_DB_ROLE": "web", "MARUGOTO_DB_POOLED": pooled}
    with mock.patch.dict(os.environ, environment):
        words = choice.database_settings(local_dir=settings.LOCAL_DIR)
    words.pop("TEST", None)
    settings.DATABASES["default"].update(words)
    connections.databases["default"].update(words)
    connection.settings_dict.update(words)


@contextmanager
def _pooler() -> Iterator[int]:
    """Start PgBouncer as the server's user; it refuses to run as root."""
    place = embedded.place_of(settings.LOCAL_DIR)
    folder = Path("/tmp") / f"marugoto-pool-{os.getpid()}"
    folder.mkdir(mode=0o755)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    identity: dict[str, Any] = {}
    if place.system_user:
        account = pwd.getpwnam(place.system_user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    words = {"socket_dir": place.socket_dir, "database": choice.DATABASE_NAME, "user": choice.WEB}
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(**words, port=port, folder=folder))
    process = subprocess.Popen(
        ["pgbouncer", "-q", str(folder / "pgbouncer.ini")], stdin=subprocess.DEVNULL, **identity
    )
    try:
        _log_in(host="127.0.0.1", port=port, pooled="1")
        assert connection.settings_dict["CONN_MAX_AGE"] == 0, "MARUGOTO_DB_POOLED=1 keeps no connection"
        _wait_until_it_answers()
        yield port
    finally:
        connections.close_all()
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder)


def _wait_until_it_answers() -> None:
    for _try in range(50):
        with suppress(DatabaseError):
            connection.ensure_connection()
            connection.close()
            return
        time.sleep(0.1)
    raise RuntimeError("pgbouncer does not answer")


@contextmanager
def _session_wide() -> Iterator[None]:
    """The fault: who is asking is told to the connection, not to the transaction."""

    @contextmanager
    def told(**values: str) -> Iterator[None]:
        calls = ", ".join(f"set_config('marugoto.{name}', %s, false)" for name in context.SETTINGS)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {calls}", [values.get(name, "") for name in context.SETTINGS])
        yield

    real, context._told = context._told, told
    try:
        yield
    finally:
        context._told = real


def _ask_together(askers: list[Asker], port: int, answers: int, *, seed: int) -> Tally:
    tally = Tally()
    threads = [
        threading.Thread(target=_ask_on, args=(askers, tally, answers, random.Random(seed + number)))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def _ask_on(askers: list[Asker], tally: Tally, answers: int, draw: random.Random) -> None:
    names, weights = list(QUESTIONS), [weight for _question, weight in QUESTIONS.values()]
    while sum(tally.asked.values()) < answers:
        asker = draw.choice(askers)
        if draw.random() < FAILURE_SHARE:
            kind = draw.choice(list(FAILURES))
            FAILURES[kind](asker)
            with tally.lock:
                tally.failures[kind] += 1
            continue
        name = draw.choices(names, weights=weights)[0]
        try:
            answer = QUESTIONS[name][0](asker)
        except DatabaseError as error:
            with tally.lock:
                tally.failures[type(error).__name__] += 1
            connection.close()
            continue
        with tally.lock:
            tally.asked[name] += 1
            if answer != asker.expected[name]:
                tally.wrong.append(f"{asker.viewer.user.username} {name}")
    connection.close()
