"""What the form of sharing shows beside its boxes, whom it asks to approve, and what it begins with."""

import pytest
from django.contrib.auth import get_user_model

from casework.sharing.actions import Label
from casework.sharing.forms import BlockForm, ReceiverForm, ShareForm, label_key
from permissions.agencies.actions import add_membership
from permissions.agencies.models import Membership
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

pytestmark = pytest.mark.django_db


def share_form(world, data=None, **words):
    people = [(world.hazuki.mother.pk, "母"), (world.hazuki.son.pk, "息子")]
    return ShareForm(data, **{"people": people, "giver": world.center, "receiver": world.anshin, **words})


def marked(form, mark):
    return {box["value"] for group in form.label_groups() for box in group.boxes if box[mark]}


def test_boxes_say_what_was_agreed_by_everybody_concerned_and_what_nobody_wants_shown(world):
    mother, son = world.hazuki.mother.pk, world.hazuki.son.pk
    agreed = {(mother, "basic"), (son, "basic"), (mother, "money"), (son, "plan")}
    unwanted = {(mother, "health"), (None, "health")}

    form = share_form(world, agreed=agreed, unwanted=unwanted)

    assert marked(form, "is_agreed") == {label_key(Label(*pair)) for pair in agreed} | {"household:basic"}
    assert marked(form, "is_unwanted") == {f"{mother}:health", "household:health"}
    assert marked(form, "is_ticked") == set()
    nobody = share_form(world, people=[], agreed=agreed)
    assert marked(nobody, "is_agreed") == set()
    assert [("despite" in each.fields) for each in (form, nobody)] == [True, False]


def test_hints_stand_beside_the_bases_that_are_offered(world):
    form = share_form(world)

    assert form.basis_hints() == [(str(rule.label), rule.hint) for rule in form.bases.values()]
    assert len(form.basis_hints()) == len(form.fields["basis"].choices) > 3


def test_chief_of_another_agency_approves_nothing_and_names_are_asked_for_at_once(
    world, django_assert_num_queries
):
    """Nobody can be made chief elsewhere; a row that somebody put there counts for nothing."""
    odd = make_viewer("odd", world.anshin, "agency_admin")
    Membership.objects.filter(pk=odd.membership.pk).update(role="chief")
    make_viewer("chief2", world.center_itaku, "chief")
    form = share_form(world)

    with acting_for(world.chief), django_assert_num_queries(1):
        offered = [label for _value, label in form.fields["approver"].choices]
    assert sorted(offered) == sorted(["なし", "chief", "chief2"])
    assert get_user_model().objects.filter(username="odd", memberships__role="chief").exists()


def test_names_of_whom_to_block_are_asked_for_at_once(world, django_assert_num_queries):
    form = BlockForm()

    with acting_for(world.chief), django_assert_num_queries(1):
        offered = [label for _value, label in form.fields["membership"].choices]
    assert "anshin（機関 anshin）" in offered


def test_members_stand_by_agency_and_account_whatever_was_written_first(world):
    accounts = [get_user_model().objects.create_user(name) for name in ("first", "second")]
    for account in reversed(accounts):
        add_membership(user=account, agency=world.anshin, role="agency_staff")

    offered = list(BlockForm().fields["membership"].queryset)

    assert offered == sorted(offered, key=lambda row: (row.agency_id, row.user_id))
    assert [row.user for row in offered if row.user in accounts] == accounts


def test_form_begins_with_the_agency_that_was_chosen(world):
    form = share_form(world, initial={"agency": world.anshin}, prefix="x")

    assert (form["agency"].value(), form["agency"].html_name) == (world.anshin.pk, "x-agency")
    assert ReceiverForm(initial={"agency": world.kenko}, prefix="y")["agency"].html_name == "y-agency"
    assert BlockForm(prefix="z")["agency"].html_name == "z-agency"
    assert "agency" in share_form(world, {"agency": world.anshin.pk}).fields


def test_ground_is_what_was_typed(world):
    data = {
        "agency": world.anshin.pk, "labels": ["household:plan"], "basis": "consent", "evidence": "書面",
        "despite": "命の危険",
    }  # fmt: skip
    with_reason = share_form(world, data, unwanted={(None, "plan")})
    without = share_form(world, data)

    for form, despite in ((with_reason, "命の危険"), (without, "")):
        assert form.errors == {}
        ground = form.ground()
        assert (ground.basis, ground.evidence, ground.despite, ground.until, ground.approver) == (
            "consent", "書面", despite, None, None,
        )  # fmt: skip
        assert form.chosen_labels() == [Label(None, "plan")]
