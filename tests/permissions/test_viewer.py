"""What a viewer may: the role's functions, and the object permissions of the agency it acts for."""

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from django.utils import timezone

from casework.sharing.actions import Ground, Label
from permissions.agencies.actions import add_membership, end_membership
from permissions.agencies.years import NO_END
from permissions.viewer import SESSION_KEY, viewer_for_request
from permissions.walls.context import acting_for


@pytest.fixture
def world(kept_world):
    return kept_world


def asks(viewer, codename, obj):
    with acting_for(viewer):
        return viewer.can(codename, obj)


def test_codename_with_and_without_its_app(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    mother, son = world.hazuki.mother, world.hazuki.son
    worker, chief = world.anshin_worker, world.chief

    answers = {
        (viewer.role, codename, person.name): asks(viewer, codename, person)
        for viewer in (worker, chief)
        for codename in (
            "view_person_basic", "casework.view_person_basic", "forms_app.view_person_basic",
            "casework.view_person_money", "casework.view_case_basic", "casework.no_such_thing", "",
        )
        for person in (mother, son)
    }  # fmt: skip

    yes = {key for key, answer in answers.items() if answer}
    assert yes == {
        ("agency_staff", "view_person_basic", mother.name),
        ("agency_staff", "casework.view_person_basic", mother.name),
        *(
            ("chief", codename, person.name)
            for codename in ("view_person_basic", "casework.view_person_basic", "casework.view_person_money")
            for person in (mother, son)
        ),
    }


def test_duty_needs_the_center_and_the_role(world):
    viewers = (world.chief, world.reception, world.editor, world.auditor, world.anshin_worker)
    assert [viewer.sees_all_cases for viewer in viewers] == [True, True, False, False, False]

    world.center.is_center = False  # the city took the task from it; its people still have their roles
    assert not replace(world.chief, agency=world.center).sees_all_cases


def test_answer_is_yes_or_no(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))

    answers = [
        asks(viewer, codename, world.hazuki.mother)
        for viewer in (world.chief, world.anshin_worker, world.stranger, world.anshin_admin, world.auditor)
        for codename in ("casework.view_person_basic", "casework.view_case_basic")
    ]

    assert answers == [True, False, True, False, False, False, False, False, False, False]


def test_admin_of_an_agency_that_holds_a_permission_holds_none(world):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))

    with acting_for(
        world.anshin_worker
    ):  # the object is there to be asked for; the role is not one that reads
        assert world.anshin_worker.can("casework.view_person_basic", world.hazuki.mother)
        assert not world.anshin_admin.can("casework.view_person_basic", world.hazuki.mother)


def test_permission_of_an_object_that_the_database_does_not_show_is_none(world):
    with acting_for(world.stranger):
        assert not world.chief.can("casework.view_person_basic", world.hazuki.mother)


@pytest.mark.parametrize("of", ["another person", "another item", "another agency"])
def test_guardians_row_needs_a_line_of_the_same_person_item_and_agency(world, of):
    """Guardian's rows are one table, lines another: each is asked for exactly what is meant."""
    labels = {
        "another person": (world.hazuki.son, "money", world.anshin),
        "another item": (world.hazuki.mother, "health", world.anshin),
        "another agency": (world.hazuki.mother, "money", world.jiritsu),
    }
    person, item, agency = labels[of]
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    world.share(world.hazuki, agency, Label(person.pk, item))

    assert not asks(world.anshin_worker, "casework.view_person_money", world.hazuki.mother)
    assert asks(world.anshin_worker, "casework.view_person_basic", world.hazuki.mother)


def test_a_lapsed_line_is_not_propped_up_by_that_of_another_agency_item_or_person(
    wearing, kept_world, shift_clock
):
    """Asked as the owner, whom the policies let through: guardian's row is still there, the line decides."""
    world = kept_world
    with wearing("app_web"):
        label = Label(world.hazuki.mother.pk, "basic")
        until = timezone.now() + dt.timedelta(hours=1)
        world.share(world.hazuki, world.anshin, label, ground=Ground("consent", "書面", until=until))
        world.share(world.hazuki, world.jiritsu, label)
        others = Label(world.hazuki.mother.pk, "money"), Label(world.hazuki.son.pk, "basic")
        world.share(world.hazuki, world.anshin, *others)
    before = asks(world.anshin_worker, "casework.view_person_basic", world.hazuki.mother)
    shift_clock(dt.timedelta(hours=2))

    assert (before, asks(world.anshin_worker, "casework.view_person_basic", world.hazuki.mother)) == (
        True,
        False,
    )
    assert asks(world.jiritsu_worker, "casework.view_person_basic", world.hazuki.mother)


def test_viewer_of_a_request(world):
    request = RequestFactory().get("/")
    request.session = {}
    request.user = AnonymousUser()
    assert viewer_for_request(request) is None

    user = world.anshin_worker.user
    second = add_membership(user=user, agency=world.kenko, role="agency_staff", ends_on=NO_END)
    request.user = user
    first = viewer_for_request(request)
    assert (first.user, first.membership, first.agency, first.role) == (
        user, world.anshin_worker.membership, world.anshin, "agency_staff",
    )  # fmt: skip

    request.session = {SESSION_KEY: second.pk}
    assert viewer_for_request(request).membership == second
    request.session = {SESSION_KEY: world.chief.membership.pk}
    assert viewer_for_request(request).membership == first.membership


def test_viewer_without_a_living_membership_is_none(world):
    request = RequestFactory().get("/")
    request.session = {}
    request.user = world.anshin_worker.user
    end_membership(world.anshin_worker.membership, by=None)

    assert viewer_for_request(request) is None
    assert str(world.chief) == f"viewer {world.chief.membership.pk}"
