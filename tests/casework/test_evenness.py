"""A case that is hidden takes as long to be refused as one that never was (assurance.md A10); how: tests/evenness.py."""

import uuid

import pytest
from django.urls import reverse

from casework.sharing.actions import Label, block
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.evenness import compare, timed

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.django_db]


@pytest.fixture
def blocked(world):
    """A case that is shared with the agency, and from which it is shut out all the same; the chief, too."""
    home = world.household("白樺")
    world.share(home, world.anshin, Label(home.mother.pk, "basic"))
    with acting_for(world.chief):
        block(home.case, agency=world.anshin, user_id=None, reason="見本", by=world.chief)
        block(home.case, agency=world.center, user_id=None, reason="見本", by=world.chief)
    return home.case


PAGES = {
    "the case": lambda case: reverse("casework:case", args=[case]),
    "a decision of it": lambda case: reverse("casework:decision", args=[case, uuid.uuid4()]),
}


def refusals(client, cases, page):
    """Ask for the page of each kind of case in turn; every answer is the same."""

    def ask(address):
        assert client.get(address).status_code == 404

    return timed(ask, list(cases), prepare=lambda kind: page(cases[kind]()))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_hidden_blocked_and_missing_cases_take_as_long_for_an_agency(world, client, blocked, page):
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    sign_in(client, world.anshin_worker)
    cases = {"hidden": lambda: world.tomono.case.pk, "blocked": lambda: blocked.pk, "none": uuid.uuid4}

    assert client.get(PAGES["the case"](world.hazuki.case.pk)).status_code == 200
    compare(lambda: refusals(client, cases, page), "none")


def test_blocked_and_missing_cases_take_as_long_for_the_center(world, client, blocked):
    sign_in(client, world.chief)
    cases = {"blocked": lambda: blocked.pk, "none": uuid.uuid4}

    assert client.get(PAGES["the case"](world.hazuki.case.pk)).status_code == 200
    compare(lambda: refusals(client, cases, PAGES["the case"]), "none")
