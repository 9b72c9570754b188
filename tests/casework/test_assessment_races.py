"""Two people write the same part, two chairs fix the same version, and a part comes in the moment in which a version is fixed."""

import datetime as dt

import pytest

from casework.assessments.actions import NotShared, PartDraft, Seen, fix_assessment, mark_of, write_part
from casework.assessments.models import AssessedPart, Assessment, AssessmentPart
from casework.assessments.selectors import known_for
from casework.consent.actions import withdraw_consent
from casework.consent.models import Consent
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from permissions.walls.context import acting_for
from tests.casework.test_races import at_once, refused, won
from tests.worlds import World, make_viewer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 6


@pytest.fixture
def world(transactional_db):
    world = World()
    world.colleague = make_viewer("anshin-colleague", world.anshin)
    return world


def a_home(world, number):
    home = world.household(f"家{number}")
    world.share(home, world.anshin, Label(home.mother.pk, "assessment"))
    return home


def writing(home, by, *, seen=None):
    draft = PartDraft(home.mother.pk, "home", "staff", f"{by.user.username}の文")
    return by, lambda: write_part(home.case, draft, seen=seen, by=by)


def fixing(home, by):
    with acting_for(by):
        seen = Seen(0, mark_of(known_for(by, home.case)))
    return by, lambda: fix_assessment(home.case, "plan", seen=seen, by=by)


def test_two_colleagues_write_one_part_and_one_is_shown_the_other(world):
    for number in range(ROUNDS):
        home = a_home(world, number)

        outcomes = at_once(writing(home, world.anshin_worker), writing(home, world.colleague))

        assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])
        with acting_for(world.chief):
            (kept,) = AssessmentPart.objects.filter(case=home.case)
        assert [each.current for each in outcomes if isinstance(each, ChangedMeanwhile)] == [kept]


def test_two_agencies_write_beside_each_other(world):
    for number in range(ROUNDS):
        home = a_home(world, number)

        outcomes = at_once(writing(home, world.anshin_worker), writing(home, world.coordinator))

        assert len(won(outcomes)) == 2


def test_two_chairs_fix_one_version_and_one_is_told(world):
    for number in range(ROUNDS):
        home = a_home(world, number)
        by, write = writing(home, world.coordinator)
        with acting_for(by):
            write()

        outcomes = at_once(fixing(home, world.coordinator), fixing(home, world.chief))

        assert (len(won(outcomes)), refused(outcomes)) == (1, [ChangedMeanwhile])
        with acting_for(world.chief):
            assert Assessment.objects.filter(case=home.case).count() == 1


def test_part_comes_before_the_version_or_after_it(world):
    for number in range(ROUNDS):
        home = a_home(world, number)
        by, write = writing(home, world.coordinator)
        with acting_for(by):
            part = write()

        outcomes = at_once(fixing(home, world.chief), writing(home, world.anshin_worker))

        assert outcomes[1] in won(outcomes)
        with acting_for(world.chief):
            fixed = set(AssessedPart.objects.filter(case=home.case).values_list("part", flat=True))
        assert fixed == ({part.pk} if outcomes[0] in won(outcomes) else set())


def test_consent_taken_back_comes_before_the_part_or_after_it(world):
    for number in range(ROUNDS):
        home = a_home(world, number)

        def withdraw(home=home):
            consent = Consent.objects.get(person=home.mother)
            words = {"said_on": dt.date(2026, 11, 20), "how": "電話", "by": world.chief}
            return withdraw_consent(consent, agency=world.anshin, item="assessment", **words)

        outcomes = at_once(writing(home, world.anshin_worker), (world.chief, withdraw))

        assert refused(outcomes) in ([], [NotShared])
        with acting_for(world.anshin_worker):
            assert not AssessmentPart.objects.filter(case=home.case).exists()
        with acting_for(world.chief):
            assert AssessmentPart.objects.filter(case=home.case).count() == len(won(outcomes[:1]))
