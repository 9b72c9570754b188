"""Who lives with the household, since when: written once, corrected by later rows, seen with the person's basics."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.cases.models import CaseEvent
from casework.consent.models import LineConsent
from casework.consent.selectors import consent_states_for
from casework.households.actions import StayDraft, add_person, correct_stay, record_stay
from casework.households.models import Person, Stay
from casework.households.selectors import all_stays_for, people_for
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label, share_items
from casework.sharing.models import ShareLine
from casework.workspace.selectors import case_page_for, case_record_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in
from tests.worlds import CONSENT

pytestmark = pytest.mark.django_db

MARCH = dt.date(2026, 3, 1)
APRIL = dt.date(2026, 4, 1)


def write(world, person, living, since_on=None, **more):
    with acting_for(world.coordinator):
        return record_stay(person, StayDraft(living, since_on, **more), by=world.coordinator)


def living_of(world, viewer, person):
    with acting_for(viewer):
        (view,) = [view for view in people_for(viewer, world.hazuki.case) if view.person_id == person.pk]
        return view.living, view.is_member


def test_person_without_a_stay_lives_with_the_household(world):
    assert living_of(world, world.chief, world.hazuki.son) == ("together", True)


def test_latest_day_counts_whatever_was_written_last(world):
    son = world.hazuki.son
    write(world, son, "apart", APRIL, reason="independence")
    write(world, son, "together", None)
    write(world, son, "away", MARCH, reason="hospital")

    assert living_of(world, world.chief, son) == ("apart", False)
    with acting_for(world.chief):
        found = [
            (row.living, row.since_on, row.is_corrected)
            for row in all_stays_for(world.chief, world.hazuki.case, son.pk)
        ]
    assert found == [("apart", APRIL, False), ("away", MARCH, False), ("together", None, False)]


def test_who_moved_out_stays_in_the_record_outside_the_household(world):
    write(world, world.hazuki.son, "apart", APRIL)

    with acting_for(world.chief):
        record = case_record_for(world.chief, world.hazuki.case)
    assert [view.person_id for view in record.members] == [world.hazuki.mother.pk]
    assert [view.person_id for view in record.outside] == [world.hazuki.son.pk]


def test_relative_elsewhere_is_a_person_of_the_case_and_no_member(world):
    with acting_for(world.coordinator):
        daughter = add_person(
            world.hazuki.case,
            values={"name": "三栗 和江", "relation": "child"},
            stay=StayDraft("apart"),
            by=world.coordinator,
        )

    assert living_of(world, world.chief, daughter) == ("apart", False)
    with acting_for(world.chief):
        verbs = list(CaseEvent.objects.filter(person_id=daughter.pk).values_list("verb", flat=True))
    assert sorted(verbs) == ["person_added", "stay_recorded"]


def test_correction_takes_the_place_of_a_stay_which_stays_readable(world):
    stay = write(world, world.hazuki.son, "apart", APRIL)
    with acting_for(world.coordinator):
        correct_stay(stay, StayDraft("together", MARCH), by=world.coordinator)

    assert living_of(world, world.chief, world.hazuki.son) == ("together", True)
    with acting_for(world.chief):
        rows = all_stays_for(world.chief, world.hazuki.case, world.hazuki.son.pk)
    assert [(row.living, row.is_corrected) for row in rows] == [("apart", True), ("together", False)]


def test_of_two_corrections_the_second_is_shown_the_first(world):
    stay = write(world, world.hazuki.son, "apart", APRIL)
    with acting_for(world.coordinator):
        first = correct_stay(stay, StayDraft("together"), by=world.coordinator)
        with pytest.raises(ChangedMeanwhile) as clash:
            correct_stay(stay, StayDraft("died"), by=world.coordinator)

    assert clash.value.current == first


def test_correction_of_another_persons_stay_is_refused_by_the_database(world):
    stay = write(world, world.hazuki.son, "apart")
    row = Stay(
        case=world.hazuki.case, person=world.hazuki.mother, item="basic", living="died", corrects=stay,
        noted_by=world.coordinator.membership,
    )  # fmt: skip

    with acting_for(world.coordinator), pytest.raises(IntegrityError, match="keeps its person_id"):
        row.save(force_insert=True)


def test_same_key_gives_the_same_stay_again(world):
    with acting_for(world.coordinator):
        key = Stay().pk
        rows = {
            record_stay(world.hazuki.son, StayDraft("apart"), by=world.coordinator, key=key) for _ in "12"
        }
        assert len(rows) == Stay.objects.count() == 1


def test_day_to_come_and_a_reader_are_refused(world):
    tomorrow = StayDraft("apart", timezone.localdate() + dt.timedelta(days=1))
    with acting_for(world.coordinator), pytest.raises(NotAllowed, match="先の日付"):
        record_stay(world.hazuki.son, tomorrow, by=world.coordinator)
    with pytest.raises(NotAllowed, match="権限"):
        record_stay(world.hazuki.son, StayDraft("apart"), by=world.anshin_worker)


def test_stay_in_anothers_name_is_refused_by_the_database(world):
    values = {"case": world.hazuki.case, "person": world.hazuki.son, "item": "basic", "living": "apart"}
    row = Stay(**values, noted_by=world.chief.membership)

    with (
        acting_for(world.coordinator),
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_two_agencies_see_the_stays_of_whose_basics_they_see(world):
    write(world, world.hazuki.mother, "away", MARCH, words="股関節の手術")
    write(world, world.hazuki.son, "apart", APRIL, words="寮に入った")
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "basic"))
    world.share(
        world.hazuki, world.kenko, Label(world.hazuki.son.pk, "basic"), Label(world.hazuki.son.pk, "health")
    )
    world.share(world.hazuki, world.jiritsu, Label(world.hazuki.son.pk, "health"))

    found = {}
    for name in ("anshin_worker", "kenko_worker", "jiritsu_worker", "stranger"):
        viewer = getattr(world, name)
        with acting_for(viewer):
            by_wall = sorted(Stay.objects.values_list("words", flat=True))
            views = people_for(viewer, world.hazuki.case)
            by_door = sorted(stay.words for view in views for stay in view.stays)
        found[name] = (by_wall, by_door)
    assert found == {
        "anshin_worker": (["股関節の手術"],) * 2,
        "kenko_worker": (["寮に入った"],) * 2,
        "jiritsu_worker": ([], []),
        "stranger": ([], []),
    }


def test_page_of_stays_writes_and_shows(world, client):
    sign_in(client, world.reception)
    url = reverse("casework:stays", args=[world.hazuki.case.pk, world.hazuki.son.pk])
    assert "同居（世帯の人）として扱っています" in client.get(url).content.decode()

    sent = {"living": "apart", "since_on": "令和8年4月1日", "reason": "independence", "words": "寮"}
    client.post(url, sent)
    html = client.get(url).content.decode()

    assert "令和8年4月1日" in html
    assert "就職・進学・独立" in html
    case = client.get(reverse("casework:case", args=[world.hazuki.case.pk])).content.decode()
    assert case.rindex("世帯の外の家族など") < case.rindex(world.hazuki.son.name)


def test_page_keeps_what_was_typed_and_says_what_to_do(world, client):
    sign_in(client, world.reception)
    url = reverse("casework:stays", args=[world.hazuki.case.pk, world.hazuki.son.pk])

    html = client.post(url, {"living": "apart", "since_on": "平成10年", "reason": "moved"}).content.decode()

    assert "平成10年" in html
    assert "空にして「くわしいこと」に書いてください" in html
    with acting_for(world.chief):
        assert Stay.objects.count() == 0


def test_form_for_a_person_asks_whether_they_live_there(world, client):
    sign_in(client, world.reception)
    url = reverse("casework:person_add", args=[world.hazuki.case.pk])
    client.post(
        url,
        {
            "name": "三栗 和江",
            "relation": "child",
            "sex": "female",
            "living": "apart",
            "once": str(Stay().pk),
        },
    )

    with acting_for(world.chief):
        person = Person.objects.get(name="三栗 和江")
        assert person.sex == "female"
        assert [stay.living for stay in Stay.objects.filter(person=person)] == ["apart"]


# --- what depends on who lives here ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("living", "is_asked"), [("together", True), ("away", True), ("apart", False), ("died", False)]
)
def test_line_about_the_household_needs_the_consent_of_those_who_live_there(world, living, is_asked):
    home, agency = world.hazuki, world.anshin
    with acting_for(world.coordinator):
        stay = StayDraft(living)
        add_person(home.case, values={"name": "三栗 和江"}, stay=stay, by=world.coordinator)

    with acting_for(world.coordinator):
        if is_asked:
            with pytest.raises(NotAllowed, match="三栗 和江さんの同意"):
                share_items(
                    home.case,
                    agency=agency,
                    labels=[Label(None, "basic")],
                    ground=CONSENT,
                    by=world.coordinator,
                )
        else:
            (line,) = share_items(
                home.case, agency=agency, labels=[Label(None, "basic")], ground=CONSENT, by=world.coordinator
            )
            assert line.agency == agency


def test_database_asks_those_who_live_there_too(world):
    """Somebody moves in behind the back of the form: the trigger counts anew."""
    home, agency = world.hazuki, world.anshin
    with acting_for(world.coordinator):
        newcomer = add_person(
            home.case, values={"name": "おい"}, stay=StayDraft("apart"), by=world.coordinator
        )
        (line,) = share_items(
            home.case, agency=agency, labels=[Label(None, "basic")], ground=CONSENT, by=world.coordinator
        )
        record_stay(newcomer, StayDraft("together", timezone.localdate()), by=world.coordinator)
        rests = [(rest.consent_id, rest.case_id) for rest in LineConsent.objects.filter(line=line)]
        again = ShareLine.objects.get(pk=line.pk)
        again.pk = uuid.uuid4()
        for consent_id, case_id in rests:
            LineConsent(line_id=again.pk, consent_id=consent_id, case_id=case_id).save(force_insert=True)
        with pytest.raises(IntegrityError, match="no consent that holds"), transaction.atomic():
            again.save(force_insert=True)
        transaction.set_rollback(True)


def test_lists_and_consents_name_who_lives_here(world):
    home = world.hazuki
    with acting_for(world.coordinator):
        for name, living in (("三栗 和江", "apart"), ("葉月原 正", "died")):
            add_person(home.case, values={"name": name}, stay=StayDraft(living), by=world.coordinator)
    with acting_for(world.chief):
        (row,) = [row for row in case_page_for(world.chief).rows if row.case == home.case]
        listed = [person.name for person in row.people]
        asked = [state.person.name for state in consent_states_for(world.chief, home.case)]

    assert listed == [home.mother.name, home.son.name]
    assert asked == [home.mother.name, home.son.name, "三栗 和江"]


def test_agency_that_sees_only_somebody_elsewhere_finds_their_name_in_its_list(world):
    write(world, world.hazuki.son, "apart")
    world.share(world.hazuki, world.anshin, Label(world.hazuki.son.pk, "basic"))

    with acting_for(world.anshin_worker):
        (row,) = case_page_for(world.anshin_worker).rows
        assert [person.name for person in row.people] == [world.hazuki.son.name]
