"""A page of somebody else makes a browser send something: nothing of ours takes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from permissions.url_map import mapped_urls
from tests.matrix import MATRIX
from tests.test_access_matrix import BACKEND, MatrixWorld, _arguments, _written
from tests.test_access_matrix_library import path_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Takes a POST without a token, and why that is right.
OPEN = {
    "set_language": "the worst a foreign page can do is change the language",
    "forms_app:consultation": "anonymous: there is nothing to borrow; the ticket tells our own pages from others",
}
# Wagtail's own lists for its choosers: they take no token and change nothing, whatever the method.
READ_ONLY = ("/cms/api/main/",)
ELSEWHERE = {"Origin": "https://elsewhere.example", "Referer": "https://elsewhere.example/"}


@pytest.fixture
def matrix_world(kept_matrix: MatrixWorld, shift_clock: Any) -> MatrixWorld:
    return kept_matrix


def browser_of(viewer: Any) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(viewer.user, backend=BACKEND)
    return client


def test_post_without_a_token_is_refused_everywhere(matrix_world):
    chief = browser_of(matrix_world.chief)
    before, wrong, tried = _written(), [], 0
    for name, cell in MATRIX.items():
        if "POST" in cell.methods and name not in OPEN:
            path = reverse(name, kwargs=_arguments(matrix_world, name, matrix_world.hazuki))
            status = chief.post(path, headers=ELSEWHERE).status_code
            tried += 1
            wrong += [f"{name}: {status}"] if status != 403 else []

    assert tried > 20
    assert wrong == []
    assert _written() == before


def test_post_to_a_library_without_a_token_is_refused(matrix_world):
    editor = browser_of(matrix_world.editor)
    paths = sorted(
        path_of(url)
        for url in mapped_urls()
        if url.access is None and url.route.startswith(("cms/", "accounts/"))
    )
    taken = {path for path in paths if editor.post(path, headers=ELSEWHERE).status_code in {200, 201, 302}}

    assert len(paths) > 200
    assert {path for path in taken if not path.startswith(READ_ONLY)} == set()


def test_what_changes_something_is_not_done_by_get(matrix_world):
    chief = browser_of(matrix_world.chief)
    answers = {
        name: chief.get(reverse(name, kwargs=_arguments(matrix_world, name, matrix_world.hazuki))).status_code
        for name, cell in MATRIX.items()
        if "GET" not in cell.methods
    }

    assert len(answers) > 6
    assert {name: status for name, status in answers.items() if status not in {404, 405}} == {}


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "CONNECT"])
def test_other_methods_are_refused_and_echo_nothing(matrix_world, method):
    chief = browser_of(matrix_world.chief)
    for name in ("casework:home", "casework:case_list", "healthz", "pages:robots"):
        response = chief.generic(method, reverse(name), headers={"X-Secret": "echo-me"})
        assert response.status_code in {403, 405, 501}, f"{method} {name}: {response.status_code}"
        assert b"echo-me" not in response.content


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config", "/.env", "/manage.py", "/static/", "/static/marugoto/", "/media/", "/media/images/",
        "/media/images/../../private/", "/media/original_images/..%2f..%2fsecret_key", "/static/..%2fsettings/base.py",
        "/media/documents/a.pdf", "/api/schema/", "/admin/", "/debug/",
    ],
)  # fmt: skip
def test_what_is_no_page_is_not_served(client, path):
    assert client.get(path).status_code == 404
