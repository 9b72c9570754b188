"""Every URL, as nobody and as somebody who may open it, with a city's settings: the headers are those reviewed.

A new URL or another header goes red. Look at the difference, then keep it:

    MARUGOTO_UPDATE_HEADERS=1 pytest tests/headers
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import wagtail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page

from forms_app import demo as forms_demo
from marugoto_site.settings import base
from pages import demo as pages_demo
from permissions.agencies.models import Ward
from permissions.demo import WARDS
from tests.forms_app.conftest import publish
from tests.forms_app.visiting import fill
from tests.headers.production import production_settings
from tests.headers.snapshot import Answer, headers_of, text_of
from tests.matrix import MATRIX
from tests.test_access_matrix import MatrixWorld, _arguments, _client
from tests.test_access_matrix_library import library_urls, path_of

# What every URL answers is collected once for all of them.
pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("headers")]

COLLECTED: list[Answer] = []  # plain text once asked, so one world serves every test here
# Tries are counted outside of all transactions, so of these nothing can be taken back; they change nothing else.
COUNTED = {"accounts:provider_login", "accounts:provider_return"}
REVIEWED = Path(__file__).with_name("reviewed.txt")


@pytest.fixture
def answers(kept_matrix: MatrixWorld, shift_clock: Any, tmp_path: Path) -> list[Answer]:
    if not COLLECTED:
        COLLECTED.extend(_collected(kept_matrix, tmp_path))
    return COLLECTED


def _collected(world: MatrixWorld, tmp_path: Path) -> Iterator[Answer]:
    with override_settings(**production_settings(), MEDIA_ROOT=tmp_path / "media"):
        _publish_something(world)
        people = {
            "nobody": Client(),
            "chief": _client(world.chief.user),
            "sysadmin": _client(world.sysadmin.user),
            "editor": _client(world.editor.user),
        }
        yield from _ours(world, people)
        yield from _of_libraries(people)
        yield from _published(people)
        yield from _static(people, tmp_path / "static")
        yield from _acts(world)
        yield from _refusals(people)


def _publish_something(world: MatrixWorld) -> None:
    pages_demo.load()
    for position, (code, name) in enumerate(WARDS):
        Ward.objects.create(code=code, name=name, position=position)
    publish(forms_demo.new_form(world.center, world.center), world.editor)
    # Number 1, as path_of asks: what the sequence would give depends on the tests that ran before.
    get_image_model().objects.create(pk=1, title="写真", file=get_test_image_file("headers.png"))
    get_document_model().objects.create(pk=1, title="文書", file=ContentFile(b"%PDF-1.4", name="headers.pdf"))


# What is sent where nothing but a page of errors would come back else.
SENT = {"casework:team_letter": {"means": "handed"}}


def _ask(who: str, client: Client, method: str, what: str, path: str, **values: Any) -> Answer:
    """Ask, look at the headers, and take back whatever the request did."""
    client.raise_request_exception = False
    if what in COUNTED:
        response = getattr(client, method.lower())(path, secure=True)
        return Answer(who, f"{method} {what}", response.status_code, headers_of(response))
    with transaction.atomic():
        response = getattr(client, method.lower())(path, **{"secure": True, **values})
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return Answer(who, f"{method} {what}", response.status_code, headers_of(response))


def _ours(world: MatrixWorld, people: dict[str, Client]) -> Iterator[Answer]:
    for name, cell in MATRIX.items():
        arguments = _arguments(world, name, world.hazuki)
        path = reverse(name, kwargs={**arguments, "slug": "soudan"} if "slug" in arguments else arguments)
        for who in ("nobody", "chief"):
            for method in cell.methods:
                data = {"data": SENT[name]} if method == "POST" and name in SENT else {}
                yield _ask(who, people[who], method, name, path, **data)


def _of_libraries(people: dict[str, Client]) -> Iterator[Answer]:
    for route, url in sorted({url.route: url for url in library_urls()}.items()):
        for who in ("nobody", "sysadmin", "editor"):
            yield _ask(who, people[who], "GET", route, path_of(url))


def _published(people: dict[str, Client]) -> Iterator[Answer]:
    kinds = {type(page.specific).__name__: page.url_path for page in Page.objects.live().filter(depth__gt=1)}
    home = Page.objects.get(depth=2).url_path
    places = {f"page: {kind}": "/" + path.removeprefix(home) for kind, path in sorted(kinds.items())}
    places["picture"] = get_image_model().objects.get().file.url
    places["document"] = get_document_model().objects.get().url
    for who, client in people.items():
        for what, path in places.items():
            yield _ask(who, client, "GET", what, path)


def _static(people: dict[str, Client], root: Path) -> Iterator[Answer]:
    """Collect our own styles as a city does, and ask for one by its lasting name and by its plain one."""
    with override_settings(
        STATIC_ROOT=root,
        STATICFILES_FINDERS=["django.contrib.staticfiles.finders.FileSystemFinder"],
        STATICFILES_DIRS=[base.BASE_DIR / "marugoto_site" / "static"],
        STORAGES=base.STORAGES,
        WHITENOISE_USE_FINDERS=False,
        WHITENOISE_AUTOREFRESH=False,
    ):
        call_command("collectstatic", interactive=False, verbosity=0)
        names = json.loads((root / "staticfiles.json").read_text())["paths"]
        plain = next(name for name in sorted(names) if name.endswith("tokens.css"))
        client = Client()
        client.cookies = people["chief"].cookies
        for what, name in (("static, lasting name", names[plain]), ("static, plain name", plain)):
            yield _ask("nobody", Client(), "GET", what, f"/static/{name}")
            yield _ask("chief", client, "GET", what, f"/static/{name}")


def _acts(world: MatrixWorld) -> Iterator[Answer]:
    """What a citizen and somebody who logs in get on their way: every cookie there is."""
    with override_settings(SECURE_SSL_REDIRECT=False, MARUGOTO_FORM_HUMAN_SECONDS=0):
        citizen = Client()
        data = fill(citizen, story="家賃が払えません")
    citizen = Client()
    for step in ("check", "send"):
        # Not taken back: the second needs the first.
        response = citizen.post("/forms/soudan/", {**data, "step": step}, secure=True)
        yield Answer("nobody", f"POST consultation, {step}", response.status_code, headers_of(response))
    yield _ask("nobody", citizen, "GET", "receipt after sending", "/forms/soudan/receipt/")
    yield _ask("nobody", citizen, "POST", "forget the receipt", "/forms/soudan/receipt/")
    yield _ask(
        "nobody", Client(), "POST", "choose a language", reverse("set_language"), data={"language": "en"}
    )
    typed = {"login": world.kenko_worker.user.username, "password": "a-long-password-for-tests"}
    # Not within a transaction of ours: tries are counted outside of all.
    response = Client().post(reverse("account_login"), typed, secure=True)
    yield Answer("worker", "POST log in", response.status_code, headers_of(response))


def _refusals(people: dict[str, Client]) -> Iterator[Answer]:
    for who, client in people.items():
        yield _ask(who, client, "GET", "no such page", "/no-such-page/")
        yield _ask(who, client, "GET", "another host", "/", headers={"host": "elsewhere.example"})
        yield _ask(who, client, "GET", "without TLS", "/", secure=False)
        with mock.patch("marugoto_site.views.findings", side_effect=RuntimeError):
            yield _ask(who, client, "GET", "something is broken", "/readyz")
    yield _ask("nobody", Client(enforce_csrf_checks=True), "POST", "no token", reverse("account_login"))
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1):
        yield _ask("nobody", Client(), "POST", "too much", reverse("account_login"), data={"login": "x" * 99})
    yield _ask("chief", people["chief"], "POST", "log out", reverse("account_logout"))


@pytest.mark.skipif(
    wagtail.VERSION[:2] != (7, 4), reason="reviewed for the Wagtail that is pinned: others have other URLs"
)
def test_headers_of_every_url_are_those_reviewed(answers):
    found = text_of(answers)

    if os.environ.get("MARUGOTO_UPDATE_HEADERS") == "1":
        REVIEWED.write_text(found)
    assert found == REVIEWED.read_text(), "look at the difference; MARUGOTO_UPDATE_HEADERS=1 keeps it"


# What no review may wave through: said of every answer.
ALWAYS = (
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Referrer-Policy: same-origin",
    "Strict-Transport-Security: max-age=31536000; includeSubDomains",
    "X-Content-Type-Options: nosniff",
)


def test_every_answer_has_what_every_answer_must_have(answers):
    over_tls = [answer for answer in answers if "without TLS" not in answer.what]

    assert len(over_tls) > 500
    for line in ALWAYS:
        assert [f"{answer.who} {answer.what}" for answer in over_tls if line not in answer.headers] == []


def test_no_answer_to_somebody_signed_in_may_be_kept(answers):
    kept = [
        f"{answer.who} {answer.what}"
        for answer in answers
        if answer.who != "nobody" and not any("no-store" in line for line in answer.headers)
    ]

    assert {what for what in kept if "static" not in what and "picture" not in what} == set()


def test_every_cookie_is_bound_to_tls_by_its_name_and_hidden_from_scripts(answers):
    cookies = {line for answer in answers for line in answer.headers if line.startswith("Set-Cookie")}

    names = {cookie.split()[1] for cookie in cookies}
    assert names == {
        "__Host-marugoto_csrf",
        "__Host-marugoto_language",
        "__Host-marugoto_messages",
        "__Host-marugoto_session",
        "__Host-marugoto_probe",
        "__Host-marugoto_receipt",
        "__Host-marugoto_status",
    }
    weak = [
        cookie
        for cookie in cookies
        if not re.match(r"Set-Cookie: __Host-\S+ \w+ path=/ ", cookie)
        or " secure" not in cookie
        or ("httponly" not in cookie and " deleted " not in cookie)
    ]
    assert weak == []


def test_only_the_editor_may_run_what_stands_in_its_page(answers):
    loose = {answer.what for answer in answers if any("unsafe-inline" in line for line in answer.headers)}

    assert loose
    assert {what for what in loose if not what.startswith(("GET cms/", "GET closed_library_screen"))} == set()


def test_every_text_names_its_charset_and_no_answer_is_given_to_other_sites(answers):
    wrong = [
        f"{answer.who} {answer.what}: {line}"
        for answer in answers
        for line in answer.headers
        if (line.startswith("Content-Type: text/") and "charset=" not in line)
        or line.startswith("Access-Control")
    ]

    assert wrong == []


def test_no_page_but_the_editors_stands_in_a_frame(answers):
    framed = {answer.what for answer in answers if "X-Frame-Options: DENY" not in answer.headers}
    by_policy = {
        answer.what
        for answer in answers
        if not any("frame-ancestors 'none'" in line for line in answer.headers)
    }

    assert {what for what in framed if not what.startswith(("GET cms/", "GET closed_library"))} == set()
    assert {what for what in by_policy if not what.startswith(("GET cms/", "GET closed_library"))} == {
        "GET document"
    }


def test_no_url_breaks_but_the_one_that_was_broken(answers):
    broken = {answer.what for answer in answers if answer.status == 500}

    assert broken == {"GET something is broken"}
