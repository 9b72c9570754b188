"""The URLs that libraries bring x every person: the gate before /cms/, and no canary anywhere."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from permissions.middleware import CLOSED_CMS_SCREENS
from permissions.url_map import MappedUrl, mapped_urls
from tests.test_access_matrix import MatrixWorld, Person, canaries_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CMS_ROLES = {"editor"}
FILLED = {"int": "1", "uuid": str(uuid.UUID(int=1)), "slug": "x", "str": "1", "path": "x"}


@pytest.fixture
def matrix_world(kept_matrix: MatrixWorld, shift_clock: Any) -> MatrixWorld:
    return kept_matrix


def library_urls() -> list[MappedUrl]:
    return [url for url in mapped_urls() if url.access is None]


def path_of(url: MappedUrl) -> str:
    """Return an address of the pattern with something in every blank."""
    route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED[found[1] or "str"], url.route)
    route = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)|\((?:[^()]|\([^()]*\))*\)", "1", route)
    return "/" + re.sub(r"[\^$\\?]", "", route).replace("+", "").replace("//", "/")


def test_there_are_library_urls_and_all_are_declared():
    urls = library_urls()

    assert len(urls) > 200
    assert [url.route for url in urls if not url.is_declared] == []


def test_gate_of_the_cms_lets_in_only_whom_the_roles_say(matrix_world):
    paths = sorted({path_of(url) for url in library_urls() if url.route.startswith("cms/")})
    wrong = []
    for name, person in matrix_world.people():
        if person.role in CMS_ROLES:
            continue
        expected = 302 if name in ("anonymous", "inactive") else 403
        for path in paths:
            response = person.client.get(path)
            is_login = response.status_code == 302 and response.headers["Location"].startswith(
                "/accounts/login/"
            )
            if response.status_code != expected or (expected == 302 and not is_login):
                wrong.append(f"{name} GET {path}: {response.status_code}")

    assert wrong == []


def test_editors_and_administrators_find_no_canary_on_any_library_screen(matrix_world):
    people = {name: person for name, person in matrix_world.people() if person.role in CMS_ROLES}
    secrets = [
        text
        for home in (matrix_world.hazuki, matrix_world.tomono)
        for texts in canaries_of(home).values()
        for text in texts
    ] + ["CANARY"]
    seen, answered = [], 0
    for name, person in people.items():
        for path in sorted({path_of(url) for url in library_urls()}):
            body, status = _body(person, path)
            answered += status == 200
            seen += [f"{name} {path}: {text}" for text in secrets if text in body]

    assert seen == []
    assert answered > 40


def _body(person: Person, path: str) -> tuple[str, int]:
    response = Client.get(person.client, path)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace"), response.status_code


@pytest.mark.parametrize("screen", CLOSED_CMS_SCREENS)
def test_screens_that_go_around_membership_are_closed_to_editors_too(matrix_world, screen):
    people = dict(matrix_world.people())

    statuses = {
        name: people[name].client.get(f"/cms/{screen}").status_code for name in ("editor", "sysadmin")
    }

    assert statuses == {"editor": 403, "sysadmin": 403}
