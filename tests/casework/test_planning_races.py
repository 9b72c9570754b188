"""A plan is decided in the moment in which a consent is taken back, in which two people decide, and in which two write."""

import datetime as dt

import pytest
from django.utils import timezone

from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.planning.actions import decide_plan, save_plan
from casework.planning.models import Plan, PlanDecision
from casework.plans.models import Decision
from casework.sharing.actions import Label
from casework.sharing.models import ShareLine
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.test_planning import draft
from tests.casework.test_races import at_once, refused, won
from tests.worlds import World

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 6


@pytest.fixture
def world(transactional_db):
    return World()


def a_plan(world, family):
    home = world.household(family)
    for agency in (world.anshin, world.kenko):
        world.share(home, agency, Label(home.mother.pk, "roles"))
    with acting_for(world.coordinator):
        return home, save_plan(home.case, draft(world, home), follows=None, by=world.coordinator)


def deciding(plan, by):
    return by, lambda: decide_plan(plan, at=timezone.localdate(), by=by)


def test_consent_taken_back_comes_before_the_decision_or_after_it(world):
    orders = set()
    for number in range(ROUNDS):
        home, plan = a_plan(world, f"家{number}")

        def withdraw(home=home):
            consent = Consent.objects.get(person=home.mother)
            return withdraw_consent(
                consent,
                agency=world.kenko,
                item="roles",
                said_on=dt.date(2026, 11, 20),
                how="電話",
                by=world.chief,
            )

        outcomes = at_once(deciding(plan, world.coordinator), (world.chief, withdraw))

        assert outcomes[1] is not None
        assert not isinstance(outcomes[1], Exception)
        with acting_for(world.chief):
            decided = Decision.objects.filter(case=home.case).count()
            open_lines = ShareLine.objects.filter(case=home.case, agency=world.kenko, ended_at__isnull=True)
            assert not open_lines.exists()
        assert decided == len(won(outcomes[:1]))
        if not decided:
            assert refused(outcomes) == [NotAllowed]
        orders.add(decided)
    assert orders <= {0, 1}


def test_two_people_decide_once(world):
    for number in range(ROUNDS):
        home, plan = a_plan(world, f"家{number}")

        outcomes = at_once(deciding(plan, world.coordinator), deciding(plan, world.chief))

        assert (len(won(outcomes)), refused(outcomes)) == (1, [NotAllowed])
        with acting_for(world.chief):
            assert Decision.objects.filter(case=home.case).count() == 1
            assert PlanDecision.objects.filter(case=home.case).count() == 1


def test_two_people_write_one_version_each_and_one_is_told(world):
    home, plan = a_plan(world, "家")

    def write(by):
        return by, lambda: save_plan(home.case, draft(world, home), follows=plan, by=by)

    outcomes = at_once(write(world.coordinator), write(world.chief))

    assert (len(won(outcomes)), len(refused(outcomes))) == (1, 1)
    with acting_for(world.chief):
        assert sorted(Plan.objects.values_list("version", flat=True)) == [1, 2]
