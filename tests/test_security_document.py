"""docs/security.md: every abuse case has its row, and every test it names is there."""

import re

import pytest
from django.db import connection

from tests.test_asvs import PROJECT, SECURITY, is_proof

ROW = re.compile(r"^\| (A\d+) \|[^|]*\|[^|]*\| ([^|]*) \| (\w+) \|$", re.MULTILINE)


def rows():
    return [
        (number, re.findall(r"`([^`]+)`", tests), met)
        for number, tests, met in ROW.findall(SECURITY.read_text())
    ]


def test_every_abuse_case_has_a_row():
    assert [number for number, _tests, _met in rows()] == [f"A{number}" for number in range(1, 45)]


def test_every_abuse_case_names_tests_that_are_there():
    wrong = [
        f"{number}: {test}" for number, tests, _met in rows() for test in tests or [""] if not is_proof(test)
    ]

    assert wrong == []
    assert {met for _number, _tests, met in rows()} == {"yes", "partly", "later"}


def test_paths_in_the_document_are_there():
    paths = re.findall(
        r"`((?:tests|docs|permissions|casework|forms_app|marugoto_site)/[\w/.]+)`", SECURITY.read_text()
    )

    assert len(paths) > 20
    assert [path for path in paths if not (PROJECT / path).exists()] == []


@pytest.mark.django_db
@pytest.mark.parametrize("query", re.findall(r"^SELECT .*?;", SECURITY.read_text(), re.MULTILINE | re.DOTALL))
def test_queries_of_the_document_can_be_asked(query):
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert cursor.fetchall() == []  # the application's role, told nothing


def test_there_are_queries_in_the_document():
    assert SECURITY.read_text().count("\nSELECT ") >= 3
