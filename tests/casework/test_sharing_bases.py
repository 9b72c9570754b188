"""Legal bases: who may give to whom on which, what the city says of them, and what the law asks for with each."""

from types import SimpleNamespace

import pytest

from casework.sharing import bases as room
from casework.sharing.bases import EVIDENCE_HINTS, Basis, BasisRule, added_bases, bases
from permissions.agencies.models import LegalType

ANYBODY = {"consent", "law", "shien_kaigi", "youtaikyo", "other_council"}
# Giver, receiver: what fits beside what anybody may share on (domain.md 3.3, 3.4).
FIT = {
    ("city_section", "city_section"): {"purpose", "internal"},
    ("city_section", "contractor"): {"purpose", "clear_benefit"},
    ("city_section", "private"): {"purpose", "clear_benefit"},
    ("city_section", "public_other"): {"purpose", "public_body"},
    ("city_section", "person"): {"purpose", "internal", "public_body"},
    **{(giver, "city_section"): {"purpose", "life_safety"} for giver in ("contractor", "private", "public_other", "person")},
    **{(giver, "contractor"): {"purpose", "life_safety"} for giver in ("contractor", "private", "public_other", "person")},
    **{
        (giver, receiver): {"life_safety"}
        for giver in ("contractor", "private", "public_other", "person")
        for receiver in ("private", "public_other", "person")
    },
}  # fmt: skip


def rule(code):
    return BasisRule(code, "", "", needs_approval=False)


def test_what_fits_for_every_giver_and_receiver_there_is():
    found = {
        (giver, receiver): {code for code in Basis.values if rule(code).fits(giver=giver, receiver=receiver)}
        for giver in LegalType.values
        for receiver in LegalType.values
    }

    assert found == {pair: ANYBODY | more for pair, more in FIT.items()}


def test_what_a_city_added_fits_everywhere_and_what_is_unknown_nowhere():
    pairs = [(giver, receiver) for giver in LegalType.values for receiver in LegalType.values]

    assert {rule("x_jorei").fits(giver=giver, receiver=receiver) for giver, receiver in pairs} == {True}
    assert {rule("other").fits(giver=giver, receiver=receiver) for giver, receiver in pairs} == {False}


def test_words_and_last_day_of_ours_are_the_citys_and_the_rule_is_ours(monkeypatch, settings):
    del settings.MARUGOTO_BASES
    said = {
        "purpose": SimpleNamespace(code="purpose", words="市のことば", is_offered=True),
        "internal": SimpleNamespace(code="internal", words="終わった", is_offered=False),
        "emergency": SimpleNamespace(code="emergency", words="緊急", is_offered=True),
    }
    monkeypatch.setattr(room, "codes_of", lambda name: said.values() if name == "basis" else [])
    needing = {"internal", "public_body", "clear_benefit", "life_safety"}

    found = bases()

    assert list(found) == Basis.values
    assert {code: (each.code, each.label, each.hint) for code, each in found.items()} == {
        basis.value: (basis.value, said[basis].words if basis in said else basis.label, EVIDENCE_HINTS[basis])
        for basis in Basis
    }
    assert {code for code, each in found.items() if each.needs_approval is True} == needing
    assert {code for code, each in found.items() if each.needs_approval is False} == {*Basis.values} - needing
    # Nobody chooses an emergency on a form; it has a door of its own.
    assert {code for code, each in found.items() if not each.is_offered} == {"internal", "emergency"}


def test_a_project_without_bases_of_its_own_has_none(settings):
    settings.MARUGOTO_BASES = {"x_one": {}}
    assert added_bases() == {"x_one": {}}
    del settings.MARUGOTO_BASES
    assert added_bases() == {}


@pytest.mark.parametrize("needs", [1, 0])
def test_a_basis_added_by_a_word_that_is_only_true_needs_approval_all_the_same(settings, monkeypatch, needs):
    monkeypatch.setattr(room, "codes_of", lambda name: [])
    settings.MARUGOTO_BASES = {"x_one": {"label": "条例", "hint": "番号", "needs_approval": needs}}

    assert bases()["x_one"] == BasisRule("x_one", "条例", "番号", needs_approval=bool(needs), is_offered=True)
    assert type(bases()["x_one"].needs_approval) is bool
