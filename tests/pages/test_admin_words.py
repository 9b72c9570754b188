"""The Japanese we add for the libraries' texts: still in use, and with every blank filled."""

import re
from pathlib import Path

import allauth
import django
import polib
import pytest
import wagtail
from django.utils import translation

PROJECT = Path(__file__).resolve().parents[2]
LIBRARIES = [Path(module.__file__).parent for module in (allauth, django, wagtail)]
BLANK = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def ours(domain: str) -> polib.POFile:
    return polib.pofile(str(PROJECT / "locale" / "ja" / "LC_MESSAGES" / f"{domain}.po"))


@pytest.mark.skipif(wagtail.VERSION >= (8,), reason="the words are those of the Wagtail we ship")
@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_text_is_one_of_a_library(domain):
    known = {
        entry.msgid
        for library in LIBRARIES
        for file in library.rglob(f"locale/en/LC_MESSAGES/{domain}.po")
        for entry in polib.pofile(str(file))
    }

    assert {entry.msgid for entry in ours(domain)} - known == set()


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_every_blank_is_one_of_the_original(domain):
    strange = [
        entry.msgid
        for entry in ours(domain)
        for text in (entry.msgstr, *entry.msgstr_plural.values())
        if set(BLANK.findall(text)) - set(BLANK.findall(entry.msgid + (entry.msgid_plural or "")))
    ]

    assert strange == []


def test_no_text_is_given_twice_or_empty():
    entries = ours("django")

    assert len({entry.msgid for entry in entries}) == len(entries)
    assert [entry.msgid for entry in entries if not entry.translated()] == []


def test_english_editors_keep_english():
    with translation.override("en"):
        assert translation.gettext("Search all pages…") == "Search all pages…"
