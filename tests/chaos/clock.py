"""A web node whose clock is seven minutes wrong: what goes by the database's clock, and what by the node's.

Two nodes ask the same database, one of them under libfaketime (Debian: faketime; needed for this run only). Each question
is asked of both, in both directions: whatever the database decides must be the same on both.
"""

import datetime as dt
import http.cookiejar
import json
import os
import re
import secrets
import shutil
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from marugoto_site.database import choice, embedded
from marugoto_site.demo.processes import Managed
from permissions.accounts.invitations import _link_hash
from permissions.accounts.models import Invitation, Session
from permissions.agencies.models import Agency
from tests.chaos.place import Place
from tests.chaos.pooling import BACKEND

WRONG_SECONDS = 420
BETWEEN_SECONDS = 240  # an end that the wrong clock sees on the other side
PERSON = "jiritsu"
PASSWORD = secrets.token_urlsafe(12)
Found = dict[str, dict[str, Any]]


def run_clock() -> dict[str, Any]:
    """Ask two nodes, one of them ahead, then behind; return what was found, ready to be written down."""
    if shutil.which("faketime") is None:
        sys.exit("faketime is missing: apt-get install faketime")
    place = Place()
    place.prepare()
    try:
        socket_dir = embedded.place_of(settings.LOCAL_DIR).socket_dir
        os.environ["DATABASE_URL"] = (
            f"postgresql:///{choice.DATABASE_NAME}?host={socket_dir}&port=5432&user={choice.WEB}"
        )
        secret = _prepare_person()
        found = {
            word: _ask_both(word, seconds, secret)
            for word, seconds in (("ahead", WRONG_SECONDS), ("behind", -WRONG_SECONDS))
        }
    finally:
        connection.close()
        embedded.release(embedded.place_of(settings.LOCAL_DIR), os.getpid())
    wrong = [line for word, answers in found.items() for line in _judge(word, answers)]
    return {"found": found, "wrong": wrong, "is_good": not wrong}


def _prepare_person() -> str:
    user = get_user_model().objects.get(username=PERSON)
    user.set_password(PASSWORD)
    user.save()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def _ask_both(word: str, seconds: int, secret: str) -> Found:
    with _node(f"right-{word}", 0) as right, _node(f"wrong-{word}", seconds) as wrong:
        nodes = {"right": right, "wrong": wrong}
        return {
            "ready": {name: _ready(url) for name, url in nodes.items()},
            "cases while the right lasts": _each(nodes, _cases, until=BETWEEN_SECONDS),
            "cases after its end": _each(nodes, _cases, until=-BETWEEN_SECONDS),
            "session that lasts": _each(nodes, _session, until=BETWEEN_SECONDS),
            "session that ended": _each(nodes, _session, until=-BETWEEN_SECONDS),
            "link that lasts": _each(nodes, _link, until=BETWEEN_SECONDS),
            "link that ended": _each(nodes, _link, until=-BETWEEN_SECONDS),
            # Each code counts once: the wrong node first, so that a code it took would be missing on the right one.
            "code of an authenticator": {
                "wrong": _log_in(wrong, secret), "right": _log_in(right, secret),
            },
        }  # fmt: skip


def _each(nodes: dict[str, str], ask: Any, *, until: int) -> dict[str, Any]:
    return {name: ask(url, until) for name, url in nodes.items()}


def _judge(word: str, answers: Found) -> Iterator[str]:
    """What the database decides is the same on both nodes, and right; the wrong node says that it is."""
    expected = {
        "session that lasts": 200, "session that ended": "log in", "link that lasts": 200, "link that ended": 404,
    }  # fmt: skip
    for name, answer in expected.items():
        if set(answers[name].values()) != {answer}:
            yield f"{word}: {name}: {answers[name]}"
    lasting, ended = answers["cases while the right lasts"], answers["cases after its end"]
    if lasting["right"] != lasting["wrong"] or not lasting["right"]:
        yield f"{word}: cases while the right lasts: {lasting}"
    if ended != {"right": 0, "wrong": 0}:
        yield f"{word}: cases after its end: {ended}"
    off = WRONG_SECONDS if word == "ahead" else -WRONG_SECONDS
    status, value = answers["ready"]["wrong"]
    if status != 503 or abs(value - off) > 2 or abs(answers["ready"]["right"][1]) > 2:
        yield f"{word}: ready: {answers['ready']}"
    if answers["code of an authenticator"] != {"wrong": "refused", "right": "in"}:
        yield f"{word}: code of an authenticator: {answers['code of an authenticator']}"


@contextmanager
def _node(name: str, seconds: int) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # gunicorn's master sleeps by a call that libfaketime 0.9.10 breaks.
    command = [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"]
    if seconds:
        command = [
            "env",
            "NO_FAKE_STAT=1",
            "faketime",
            "--exclude-monotonic",
            "-f",
            f"{seconds:+d}s",
            *command,
        ]
    node = Managed(name, command, settings.LOCAL_DIR / "log" / f"{name}.log")
    node.start()
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}"
    finally:
        node.end()


def _wait_for(url: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with suppress(OSError):
            urllib.request.urlopen(url, timeout=10).close()
            return
        time.sleep(0.3)
    raise RuntimeError(f"{url} does not answer")


# --- questions ---------------------------------------------------------------------------------------------


def _ready(node: str) -> tuple[int, int]:
    try:
        with urllib.request.urlopen(f"{node}/readyz", timeout=60) as answer:
            return answer.status, json.loads(answer.read())["clock_ahead_seconds"]
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["clock_ahead_seconds"]


def _signed_in() -> str:
    client = Client(headers={"host": "localhost"})
    client.force_login(get_user_model().objects.get(username=PERSON), backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _get(url: str, cookie: str = "") -> tuple[int, str]:
    asked = urllib.request.Request(url, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read().decode() if "/login/" not in answer.url else "log in"
    except urllib.error.HTTPError as error:
        return error.code, ""


def _cases(node: str, until: int) -> int:
    """Let every right of the person's agency end so many seconds from now, and count the cases it sees."""
    place = embedded.place_of(settings.LOCAL_DIR)
    with psycopg.connect(embedded.admin_url(place, database=choice.DATABASE_NAME), autocommit=True) as admin:
        admin.execute(
            "SET session_replication_role = replica"
        )  # what is written once may be changed for once
        admin.execute(
            "UPDATE casework_shareline SET starts_at = least(starts_at, now() - interval '1 day'),"
            " until = now() + %s * interval '1 second' WHERE ended_at IS NULL",
            [until],
        )
    _status, html = _get(f"{node}/casework/cases/", _signed_in())
    return len(set(re.findall(r"/casework/cases/([0-9a-f-]{36})/", html)))


def _session(node: str, until: int) -> int | str:
    cookie = _signed_in()
    rows = Session.objects.with_key(cookie)
    assert rows.update(expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=until)) == 1
    status, html = _get(f"{node}/accounts/sessions/", cookie)
    return "log in" if html == "log in" else status


def _link(node: str, until: int) -> int:
    secret, now = secrets.token_urlsafe(24), dt.datetime.now(dt.UTC)
    user = get_user_model().objects.get(username=PERSON)
    Invitation.objects.create(
        agency=Agency.objects.open().first(), kind="link", role="agency_staff", email="x@mihon.invalid",
        created_by=user, created_at=now - dt.timedelta(days=1), token_hash=_link_hash(secret),
        expires_at=now + dt.timedelta(seconds=until),
    )  # fmt: skip
    return _get(f"{node}/accounts/invitation/{secret}/")[0]


def _log_in(node: str, secret: str) -> str:
    """Log in with password and the code of this moment, as a phone with the right time shows it."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = opener.open(f"{node}/accounts/login/", timeout=60).read().decode()
    half = _send(
        opener, f"{node}/accounts/login/", page, {"login": PERSON, "username": PERSON, "password": PASSWORD}
    )
    assert "/2fa/authenticate/" in half.url, half.url
    time.sleep(31 - time.time() % 30)  # each code counts once: take one that nobody gave yet
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    done = _send(opener, half.url, half.read().decode(), {"code": code})
    return "refused" if "/2fa/authenticate/" in done.url else "in"


def _send(opener: Any, url: str, page: str, typed: dict[str, str]) -> Any:
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert token is not None, page[:500]
    body = urllib.parse.urlencode({**typed, "csrfmiddlewaretoken": token[1]}).encode()
    return opener.open(urllib.request.Request(url, body, {"Referer": url}), timeout=60)
