"""Every code of the log has a word."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from casework.sharing.bases import Basis
from casework.sharing.items import Item
from permissions.audit.models import REFUSALS, SELDOM, AlarmKind
from permissions.audit.words import role_word, subject_word, word, words_of

PROJECT = Path(__file__).resolve().parents[3]
# The first two arguments of whatever ends in record().
WRITES = re.compile(r"\b(?:record|record_event|_record|_note_factor)\(\s*(?:[\w.]+,\s*)?(f?)\"([a-z_{}.]+)\"")
ITEMS_WITH_ROWS = ("basic", "contact", "health", "money")


def verbs_in_the_code():
    found = set()
    for package in ("permissions", "casework", "forms_app", "pages", "marugoto_site"):
        for path in (PROJECT / package).rglob("*.py"):
            for is_f, verb in WRITES.findall(path.read_text()):
                ending = verb.partition("}")[2]
                found |= {f"{item}{ending}" for item in ITEMS_WITH_ROWS} if is_f else {verb}
    return found - {"basic_recorded"}  # is person_added


def test_every_verb_that_is_written_has_a_word():
    written = verbs_in_the_code()

    assert len(written) > 50
    assert written - words_of("VERBS").keys() == set()
    assert set(SELDOM) <= words_of("VERBS").keys()


def test_everything_that_is_noted_beside_an_act_has_a_word():
    noted = set()
    for package in ("permissions", "forms_app", "pages", "marugoto_site"):
        for path in (PROJECT / package).rglob("*.py"):
            for words in re.findall(r"detail(?::[^=]*)?\s?= ?\{([^}]*)\}", path.read_text()):
                noted |= set(re.findall(r"\"(\w+)\":", words))

    assert noted >= {"sessions_ended", "url_name", "list", "rows"}
    assert noted - words_of("DETAILS").keys() == set()


def test_no_word_is_for_a_verb_that_nobody_writes():
    others = {"read", "log_verified", "review_reminded"}  # by a constant, or in rows
    assert words_of("VERBS").keys() - verbs_in_the_code() - others == set()


def test_words_of_every_app_are_found():
    assert words_of("VERBS") is words_of("VERBS")  # looked for once
    assert word("VERBS", "signed_in") == "ログインした"
    assert word("VERBS", "decided") == "支援を決定した"
    assert word("VERBS", "wrote_to_citizen") == "相談した人に返事を書いた"
    assert {word("ITEMS", item) for item in Item.values} == {str(item.label) for item in Item}
    assert word("BASES", "duty") == "センターの職務"
    assert {word("BASES", basis) for basis in Basis.values} == {str(basis.label) for basis in Basis}


def test_code_without_a_word_stays_a_code():
    assert word("VERBS", "x_new") == "x_new"
    assert word("ITEMS", "") == ""
    assert words_of("NOTHING") == {}
    assert role_word("x_role") == "x_role"
    assert role_word("auditor") == "監査"


@pytest.mark.parametrize("label", ["", "x", "x.y", "casework.nothing", "a.b.c"])
def test_thing_that_is_no_model_keeps_its_label(label):
    assert subject_word(label) == label


def test_thing_is_called_as_its_model():
    assert subject_word("marugoto_permissions.auditalarm") == "警報"
    names = [subject_word(model._meta.label_lower) for model in apps.get_models()]
    assert "" not in names


def test_refusals_are_those_of_every_app():
    assert REFUSALS == ("refused", "sign_in_failed", "emergency_refused")
    assert (*REFUSALS, "log_verified", "review_reminded") == SELDOM
    assert "glass_refused" in AlarmKind.values
