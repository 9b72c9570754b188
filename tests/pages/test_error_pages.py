import re

import pytest
from django.db import DatabaseError
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from pages.models import CenterSettings

NAMES = ["400", "403", "403_csrf", "404", "413", "429", "500"]


@pytest.mark.parametrize("name", NAMES)
def test_error_page_says_what_to_do_and_nothing_of_the_request(demo_site, name):
    with translation.override("ja"):
        html = render_to_string(f"{name}.html")

    assert 'href="tel:00000001234"' in html
    assert 'href="/"' in html
    assert re.findall(r"<form|<input|nonce|csrf|<script", html) == []


@pytest.mark.parametrize("name", NAMES)
def test_error_page_stands_without_database(monkeypatch, db, name):
    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(CenterSettings.objects, "filter", fail)

    assert "<h1>" in render_to_string(f"{name}.html")


def test_two_missing_pages_are_equal(demo_site):
    first, second = (Client().get(path) for path in ("/nix/", "/casework/cases/none/"))

    assert first.status_code == 404
    assert [first.content, first.cookies] == [Client().get("/gibt-es-nicht/").content, {}]
    assert b"nix" not in first.content
    assert second.cookies == {}
