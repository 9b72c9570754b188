"""Legal bases that a city adds: chosen, named and held to their rule like ours."""

import uuid

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models.signals import post_migrate
from django.test import override_settings

from casework.checks import added_bases_are_complete
from casework.sharing.actions import Ground, Label
from casework.sharing.bases import EVIDENCE_HINTS, NEEDS_APPROVAL, Basis, BasisRule, bases, problems_of_added
from casework.sharing.forms import ShareForm
from casework.sharing.models import AddedBasis, ShareLine
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for

BASES = {
    "x_jorei": {"label": "見本市の条例9条", "hint": "決裁の番号", "needs_approval": False},
    "x_jorei_rinji": {"label": "見本市の条例10条", "hint": "決裁の番号", "needs_approval": True},
    "x_old": {"label": "見本市の旧条例", "hint": "", "needs_approval": False, "is_offered": False},
}


def label(world):
    return Label(world.hazuki.mother.pk, "basic")


@pytest.fixture
def added(settings, wearing):
    """Rules in settings and database, as after a migrate; the test begins as the owner."""
    settings.MARUGOTO_BASES = BASES
    config = apps.get_app_config("casework")
    post_migrate.send(
        sender=config, app_config=config, verbosity=0, interactive=False, using="default", apps=apps, plan=[]
    )
    assert set(AddedBasis.objects.values_list("code", "needs_approval")) >= {
        ("x_jorei", False),
        ("x_jorei_rinji", True),
    }
    return wearing


def test_lines_stand_on_an_added_basis_and_the_list_says_its_name(added, world):
    with added("app_web"):
        (line,) = world.share(world.hazuki, world.anshin, label(world), ground=Ground("x_jorei", "決裁1号"))

        with acting_for(world.anshin_worker):
            assert ShareLine.objects.get().basis_label == "見本市の条例9条"
    assert line.basis == "x_jorei"


@pytest.mark.parametrize("basis", ["x_jorei_rinji", "x_old", "x_unknown", "other"])
def test_an_added_basis_is_used_by_its_rule_only(added, world, basis):
    with added("app_web"), pytest.raises(NotAllowed):
        world.share(world.hazuki, world.anshin, label(world), ground=Ground(basis, "決裁1号"))


@pytest.mark.parametrize("basis", ["x_jorei_rinji", "x_unknown", "other"])
def test_the_database_holds_the_rules_without_the_code(added, world, basis):
    with added("app_web"):
        (line,) = world.share(world.hazuki, world.anshin, label(world), ground=Ground("x_jorei", "決裁1号"))
        line.pk, line.basis = uuid.uuid4(), basis
        with pytest.raises(IntegrityError), acting_for(world.coordinator), transaction.atomic():
            line.save(force_insert=True)


def test_the_application_cannot_add_a_basis(added):
    with added("app_web"), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        AddedBasis.objects.create(code="x_free", needs_approval=False)


def test_form_offers_added_bases_with_their_hints(db, settings):
    settings.MARUGOTO_BASES = BASES
    office = Agency(legal_type="city_section")
    both = {"giver": office, "receiver": office}
    form = ShareForm({"basis": "x_jorei_rinji"}, people=[], **both)
    old = ShareForm({"basis": "x_old"}, people=[], **both)

    assert ("見本市の条例9条", "決裁の番号") in form.basis_hints()
    assert ({"approver", "until"} <= form.errors.keys(), "basis" in form.errors) == (True, False)
    assert "basis" in old.errors


@pytest.mark.parametrize(
    ("code", "words", "problem"),
    [
        ("consent", BASES["x_jorei"], "'consent': a code is x_ and up to 14 of a-z, 0-9, _."),
        ("x_UPPER", BASES["x_jorei"], "'x_UPPER': a code is x_ and up to 14 of a-z, 0-9, _."),
        ("x_" + "a" * 15, BASES["x_jorei"], f"'x_{'a' * 15}': a code is x_ and up to 14 of a-z, 0-9, _."),
        ("x_no_rule", {"hint": "b"}, "'x_no_rule' lacks label, needs_approval."),
        ("x_more", {**BASES["x_jorei"], "b": 1, "a": 1}, "'x_more' has unknown words: a, b."),
    ],
)
def test_a_basis_without_its_rule_is_refused_by_a_check(code, words, problem):
    with override_settings(MARUGOTO_BASES={**BASES, "x_" + "a" * 14: BASES["x_jorei"]}):
        assert (problems_of_added(), added_bases_are_complete()) == ([], [])
    with override_settings(MARUGOTO_BASES={code: words}):
        (found,) = added_bases_are_complete()
    assert (found.id, found.msg, found.hint) == (
        "casework.E001",
        f"MARUGOTO_BASES: {problem}",
        "See docs/hooks.md.",
    )


def test_bases_are_ours_and_then_those_of_the_settings(settings, db):
    assert list(bases()) == Basis.values
    settings.MARUGOTO_BASES = BASES

    assert list(bases()) == [*Basis.values, "x_jorei", "x_jorei_rinji", "x_old"]
    assert list(bases().values())[-3:] == [
        BasisRule("x_jorei", "見本市の条例9条", "決裁の番号", needs_approval=False, is_offered=True),
        BasisRule("x_jorei_rinji", "見本市の条例10条", "決裁の番号", needs_approval=True, is_offered=True),
        BasisRule("x_old", "見本市の旧条例", "", needs_approval=False, is_offered=False),
    ]
    assert {code for code, rule in bases().items() if rule.needs_approval} == {
        *NEEDS_APPROVAL,
        "x_jorei_rinji",
    }
    assert bases()["consent"] == BasisRule(
        "consent", Basis.CONSENT.label, EVIDENCE_HINTS[Basis.CONSENT], needs_approval=False, is_offered=True
    )


def test_a_basis_that_the_settings_forgot_shows_its_code(settings, db):
    settings.MARUGOTO_BASES = BASES

    assert [ShareLine(basis=code).basis_label for code in ("consent", "x_old", "x_gone")] == [
        Basis.CONSENT.label,
        "見本市の旧条例",
        "x_gone",
    ]
