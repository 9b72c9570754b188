"""docs/settings.md and docs/stability.md against the code."""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.core.management import get_commands

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("permissions", "forms_app", "pages", "casework", "marugoto_site")
NAME = re.compile(r"\bMARUGOTO_[A-Z_]*[A-Z]\b")
SETTINGS = (PROJECT / "docs" / "settings.md").read_text()
STABILITY = (PROJECT / "docs" / "stability.md").read_text()
HOOKS = (PROJECT / "docs" / "hooks.md").read_text()


@cache
def in_code():
    sources = (path.read_text() for package in PACKAGES for path in (PROJECT / package).rglob("*.py"))
    return {name for source in sources for name in NAME.findall(source)}


def test_every_setting_is_documented_and_none_that_is_gone():
    documented = set(NAME.findall(SETTINGS))

    assert len(documented) > 40
    assert {"undocumented": in_code() - documented, "stale": documented - in_code()} == {
        "undocumented": set(),
        "stale": set(),
    }


def test_other_documents_name_settings_that_exist():
    named = {
        (path.name, name)
        for path in (PROJECT / "docs").glob("*.md")
        for name in NAME.findall(path.read_text())
        if name not in in_code() and path.name != "settings.md"
    }

    assert named == set()


def test_commands_that_are_promised_exist():
    (listed,) = re.findall(r"<!-- commands -->\n(.*?)\n\n", STABILITY, re.DOTALL)
    promised = set(re.findall(r"`(\w+)`", listed))

    assert len(promised) == 10
    assert promised - get_commands().keys() == set()


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("permissions.access", ["public", "signed_in", "requires"]),
        ("casework.sharing.access", ["case_view"]),
        ("casework.sharing.selectors", ["cases_for", "persons_for", "labelled_for"]),
        ("forms_app.submissions.selectors", ["submissions_for"]),
        ("permissions.walls.context", ["acting_for", "receiving", "receipt", "clock"]),
        ("forms_app.fields.registry", ["register_kind"]),
        ("forms_app.delivery.payload", ["payload_for"]),
        ("forms_app.delivery.signals", ["submission_delivered"]),
        ("casework.events", ["case_event_recorded"]),
        ("casework.sheets.kinds", ["SheetKind"]),
        ("casework.sharing.models", ["Labelled"]),
        ("casework.walls", ["labelled_wall", "labelled_sql"]),
    ],
)
def test_names_that_are_promised_exist_and_are_written_down(module, names):
    for name in names:
        assert hasattr(import_module(module), name)
        assert f"{name}" in STABILITY + HOOKS
