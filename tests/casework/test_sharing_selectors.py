"""The door without the database's walls: each function narrows by itself, in the query.

The world is made as the application; the questions are asked as the owner, whom every policy lets through.
"""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from casework.concealment.actions import GroundDraft, Threat, conceal
from casework.households.actions import set_item
from casework.households.models import Household, Person, PersonContact, PersonHealth, PersonMoney
from casework.notes.actions import NoteDraft, ParagraphDraft, write_note
from casework.notes.models import Note
from casework.seen import fingerprint
from casework.sharing.actions import Ground, Label, answer_recall, block, end_line, lift_block
from casework.sharing.models import Recall, Share
from casework.sharing.selectors import (
    anybody_of,
    cases_for,
    envelopes_for,
    labelled_for,
    ledger_of,
    lines_reaching,
    lines_to,
    persons_for,
    reaches,
    readers_of,
    recalls_for,
)
from permissions.agencies.actions import close_agency
from permissions.agencies.models import Agency
from permissions.walls.context import acting_for
from tests.worlds import make_viewer

HOUR = dt.timedelta(hours=1)


class Shared:
    """Two households; anshin and jiritsu see different things of both; one line has ended, one begins later."""

    def __init__(self, world):
        self.world = world
        home, other = world.hazuki, world.tomono
        self.basic, self.money = world.share(
            home, world.anshin, Label(home.mother.pk, "basic"), Label(home.mother.pk, "money")
        )
        (self.household,) = world.share(other, world.anshin, Label(None, "basic"))
        (self.jiritsu,) = world.share(home, world.jiritsu, Label(home.son.pk, "health"))
        (self.ended,) = world.share(home, world.anshin, Label(home.son.pk, "basic"))
        starts = Ground("consent", "来週から", starts_at=timezone.now() + 9 * HOUR)
        (self.later,) = world.share(other, world.anshin, Label(other.mother.pk, "basic"), ground=starts)
        with acting_for(world.coordinator):
            end_line(self.ended, by=world.coordinator, reason="撤回")


@pytest.fixture
def shared(wearing, kept_world):
    with wearing("app_web"):
        return Shared(kept_world)


def asked(viewer, question):
    with acting_for(viewer):
        return question(viewer)


def everything(viewer):
    """Return all that the door gives this viewer, as sets of keys."""
    with acting_for(viewer):
        return {
            "lines": {row.pk for row in lines_reaching(viewer)},
            "cases": {row.pk for row in cases_for(viewer)},
            "people": {row.pk for row in persons_for(viewer)},
            "households": {row.case_id for row in labelled_for(viewer, Household)},
            "money": {row.person_id for row in labelled_for(viewer, PersonMoney)},
            "health": {row.person_id for row in labelled_for(viewer, PersonHealth)},
            "list": {(row.case_id, row.agency_id) for row in envelopes_for(viewer)},
        }


def listed(viewer):
    with acting_for(viewer):
        return [row.case_id for row in envelopes_for(viewer)]


def nothing():
    return {
        "lines": set(),
        "cases": set(),
        "people": set(),
        "households": set(),
        "money": set(),
        "health": set(),
        "list": set(),
    }


def test_what_writes_out_a_concealed_place_is_left_out_by_the_door(wearing, kept_world):
    world, home, by = kept_world, kept_world.tomono, kept_world.coordinator
    with wearing("app_web"):
        world.share(home, world.anshin, Label(home.mother.pk, "history"))
        with acting_for(by):
            values = {"address": "見本市東町1-2-3"}
            seen = fingerprint(PersonContact.objects.get(person=home.mother), list(values))
            set_item(home.mother, item="contact", values=values, seen=seen, by=by)
            for title in ("訪問", "東町1-2-3へ行った"):
                words = (ParagraphDraft("fact", "self", "お茶をのんだ"),)
                draft = NoteDraft(Label(home.mother.pk, "history"), timezone.now(), "visit", title, words)
                write_note(home.case, draft, by=by)

    def titles(viewer):
        return asked(viewer, lambda viewer: {row.title for row in labelled_for(viewer, Note)})

    for viewer in (world.chief, world.anshin_worker):
        assert titles(viewer) == {"訪問", "東町1-2-3へ行った"}
    with wearing("app_web"), acting_for(by):
        conceal(home.case, home.mother, GroundDraft("provisional", "本人の電話"), by=by)
    for viewer in (world.chief, world.anshin_worker):
        assert titles(viewer) == {"訪問"}


def test_an_agency_finds_what_its_living_lines_reach(shared):
    world = shared.world
    home, other = world.hazuki, world.tomono

    assert everything(world.anshin_worker) == {
        "lines": {shared.basic.pk, shared.money.pk, shared.household.pk},
        "cases": {home.case.pk, other.case.pk},
        "people": {home.mother.pk},
        "households": {other.case.pk},
        "money": {home.mother.pk},
        "health": set(),
        "list": {(other.case.pk, world.anshin.pk), (home.case.pk, world.anshin.pk)},
    }
    assert everything(world.jiritsu_worker) == {
        "lines": {shared.jiritsu.pk},
        "cases": {home.case.pk},
        "people": set(),
        "households": set(),
        "money": set(),
        "health": {home.son.pk},
        "list": {(home.case.pk, world.jiritsu.pk)},
    }
    assert everything(world.stranger) == nothing()


def test_roles_that_read_no_cases_find_nothing(shared):
    for viewer in (
        shared.world.anshin_admin,
        shared.world.auditor,
        shared.world.sysadmin,
        shared.world.editor,
    ):
        assert everything(viewer) == nothing()


def test_the_duty_of_the_center_finds_everything(shared):
    world = shared.world
    found = everything(world.chief)

    people = {person.pk for home in (world.hazuki, world.tomono) for person in (home.mother, home.son)}
    assert found == {
        **nothing(),
        "cases": {world.hazuki.case.pk, world.tomono.case.pk},
        "households": {world.hazuki.case.pk, world.tomono.case.pk},
        "people": people, "money": people, "health": people,
    }  # fmt: skip


@pytest.mark.parametrize("target", ["agency", "person"])
def test_what_is_blocked_is_not_there(shared, wearing, target):
    world = shared.world
    user_id = None if target == "agency" else world.anshin_worker.user.pk
    agency = world.anshin if target == "agency" else None
    colleague = make_viewer("colleague", world.anshin)
    with acting_for(world.chief):
        block(world.hazuki.case, agency=agency, user_id=user_id, reason="勤め先", by=world.chief)
        block(world.tomono.case, agency=None, user_id=world.chief.user.pk, reason="親族", by=world.chief)

    other = world.tomono.case.pk
    rest = {
        **nothing(),
        "lines": {shared.household.pk},
        "cases": {other},
        "households": {other},
        "list": {(other, world.anshin.pk)},
    }
    assert everything(world.anshin_worker) == rest
    assert (everything(colleague) == rest) == (target == "agency")
    people = {world.hazuki.mother.pk, world.hazuki.son.pk}
    assert everything(world.chief) == {
        **nothing(), "cases": {world.hazuki.case.pk}, "households": {world.hazuki.case.pk},
        "people": people, "money": people, "health": people,
    }  # fmt: skip
    assert asked(world.chief, lambda viewer: list(ledger_of(viewer, world.tomono.case))) == []
    assert len(asked(world.chief, lambda viewer: list(ledger_of(viewer, world.hazuki.case)))) == 4
    of_hazuki = asked(world.chief, lambda viewer: {row.case_id for row in recalls_for(viewer)})
    assert of_hazuki == {world.hazuki.case.pk}


def test_whether_one_label_is_reached(shared):
    world = shared.world
    home, other = world.hazuki, world.tomono
    labels = [
        (home.case.pk, home.mother.pk, "basic"),
        (home.case.pk, home.mother.pk, "health"),
        (home.case.pk, home.son.pk, "basic"),
        (home.case.pk, home.son.pk, "money"),
        (home.case.pk, None, "basic"),
        (other.case.pk, None, "basic"),
        (other.case.pk, other.mother.pk, "basic"),
        (other.case.pk, home.mother.pk, "basic"),
        (uuid.uuid4(), None, "basic"),
    ]

    def of(viewer):
        with acting_for(viewer):
            return [
                number
                for number, (case, person, item) in enumerate(labels)
                if reaches(viewer, case_id=case, person_id=person, item=item)
            ]

    def by_agency(agency):
        return [
            number
            for number, (case, person, item) in enumerate(labels)
            if lines_to(agency, case_id=case, person_id=person, item=item).exists()
        ]

    assert of(world.anshin_worker) == [0, 5]
    assert by_agency(world.anshin) == [0, 5]
    assert of(world.anshin_admin) == []
    assert of(world.stranger) == []
    assert by_agency(world.other) == []
    assert of(world.chief) == [0, 1, 2, 3, 4, 5, 6, 7]


def names(readers):
    return {label: [agency.code for agency in agencies] for label, agencies in readers.items()}


def test_readers_of_a_case_are_the_agencies_that_see_it_now_in_the_order_of_their_names(
    shared, wearing, django_assert_num_queries
):
    world = shared.world
    mother, son = world.hazuki.mother, world.hazuki.son
    second = Label(mother.pk, "basic"), Label(son.pk, "health")
    with wearing("app_web"):
        law = Ground("law", "見本法1条")
        world.share(world.hazuki, world.kenko, *second, ground=law)
        world.share(world.hazuki, world.kenko, second[0])  # a second ground is no second reader
        world.share(world.hazuki, world.other, second[0], ground=law)
    Agency.objects.filter(pk=world.kenko.pk).update(name="あ")

    def read(viewer=world.chief, case=world.hazuki.case):
        return names(asked(viewer, lambda viewer: readers_of(viewer, case)))

    everything = {
        (mother.pk, "basic"): ["kenko", "anshin", "other"],
        (mother.pk, "money"): ["anshin"],
        (son.pk, "health"): ["kenko", "jiritsu"],
    }
    assert read() == everything
    with acting_for(world.chief), django_assert_num_queries(2):  # the agencies of this case, and one's lines
        assert names(readers_of(world.chief, world.tomono.case)) == {(None, "basic"): ["anshin"]}
    for nobody in (world.anshin_worker, world.auditor, world.editor, world.anshin_admin):
        assert read(nobody) == {}

    with acting_for(world.chief):
        block(world.tomono.case, agency=world.kenko, user_id=None, reason="別のケース", by=world.chief)
        person = world.anshin_worker.user.pk
        block(world.hazuki.case, agency=None, user_id=person, reason="一人だけ", by=world.chief)
        lifted = block(
            world.hazuki.case, agency=world.anshin, user_id=None, reason="解かれた", by=world.chief
        )
        lift_block(lifted, by=world.chief)
    assert read() == everything
    with acting_for(world.chief):
        block(world.hazuki.case, agency=world.kenko, user_id=None, reason="勤め先", by=world.chief)
    close_agency(world.other, by=None)
    assert read() == {
        (mother.pk, "basic"): ["anshin"], (mother.pk, "money"): ["anshin"], (son.pk, "health"): ["jiritsu"],
    }  # fmt: skip
    with acting_for(world.chief):
        block(world.hazuki.case, agency=None, user_id=world.chief.user.pk, reason="親族", by=world.chief)
    assert read() == {}


def test_whom_a_household_hides_from_is_no_reader_of_it(shared, wearing):
    world = shared.world
    home, by = world.hazuki, world.coordinator
    with wearing("app_web"), acting_for(by):
        word = GroundDraft("provisional", "本人の電話")
        conceal(home.case, home.mother, word, (Threat("真砂", agency=world.anshin),), by=by)

    def read(case):
        return names(asked(world.chief, lambda viewer: readers_of(viewer, case)))

    assert read(home.case) == {(home.son.pk, "health"): ["jiritsu"]}
    assert read(world.tomono.case) == {(None, "basic"): ["anshin"]}


def test_somebody_of_an_agency_is_whoever_reads_there(shared):
    viewer = anybody_of(shared.world.anshin)

    assert (viewer.agency, viewer.membership.agency, viewer.role) == (
        *[shared.world.anshin] * 2,
        "agency_staff",
    )
    assert (viewer.user.pk, viewer.membership.pk, viewer.membership.role) == (None, None, "agency_staff")
    assert {line.pk for line in asked(shared.world.chief, lambda _chief: lines_reaching(viewer))} == {
        shared.basic.pk, shared.money.pk, shared.household.pk,
    }  # fmt: skip


def test_what_was_taken_back_is_told_to_its_agency_and_to_the_center_newest_first(
    shared, wearing, shift_clock, django_assert_num_queries
):
    world = shared.world

    def end(line, after):
        shift_clock(after * HOUR)
        with wearing("app_web"), acting_for(world.coordinator):
            end_line(line, by=world.coordinator, reason="終")

    with acting_for(world.chief):
        first = Recall.objects.get()
    end(shared.jiritsu, after=1)
    end(shared.money, after=2)
    end(shared.basic, after=2)
    with acting_for(world.chief):
        second = Recall.objects.get(agency=world.jiritsu)
        newest = list(Recall.objects.exclude(pk__in=[first.pk, second.pk]).order_by("-pk"))
    with wearing("app_web"), acting_for(world.anshin_worker):
        for recall in newest:
            answer_recall(recall, kind="destroyed", law="", by=world.anshin_worker)

    def told(viewer):
        return asked(viewer, lambda viewer: list(recalls_for(viewer)))

    assert told(world.chief) == [*newest, second, first]
    assert told(world.anshin_worker) == [*newest, first]
    assert told(world.jiritsu_worker) == [second]
    for nobody in (world.stranger, world.anshin_admin, world.auditor, world.editor):
        assert told(nobody) == []
    with acting_for(world.chief), django_assert_num_queries(1):
        row = recalls_for(world.chief)[0]
        assert (row.agency.code, row.answer.answered_by.user.username) == ("anshin", "anshin")
    # Those of one moment stand in one order, too, which no test can wait for.
    for viewer in (world.chief, world.anshin_worker):
        assert recalls_for(viewer).query.order_by == ("-told_at", "-pk")
    with acting_for(world.chief):
        block(world.hazuki.case, agency=None, user_id=world.chief.user.pk, reason="親族", by=world.chief)
    assert told(world.chief) == []


def test_the_ledger_of_one_case_is_for_the_center_newest_first(shared, wearing, shift_clock):
    world = shared.world
    shift_clock(HOUR)
    with wearing("app_web"):
        (newest,) = world.share(world.hazuki, world.jiritsu, Label(world.hazuki.son.pk, "money"))

    with acting_for(world.chief):
        rows = list(ledger_of(world.chief, world.hazuki.case))
    # Of one moment: by agency, item and key.
    same = sorted((shared.basic, shared.ended), key=lambda line: line.pk)
    assert rows == [newest, *same, shared.money, shared.jiritsu]
    for nobody in (world.anshin_worker, world.auditor):
        assert asked(nobody, lambda viewer: list(ledger_of(viewer, world.hazuki.case))) == []


def test_the_case_list_follows_what_changed_last_and_leaves_out_what_is_closed(shared):
    world = shared.world
    now = timezone.now()
    Share.objects.filter(agency=world.anshin).update(last_visible_change_at=now)
    keys = sorted((world.hazuki.case.pk, world.tomono.case.pk), reverse=True)
    assert listed(world.anshin_worker) == keys

    Share.objects.filter(agency=world.anshin, case=keys[0]).update(last_visible_change_at=now - HOUR)
    assert listed(world.anshin_worker) == keys[::-1]
    Share.objects.filter(agency=world.anshin, case=keys[0]).update(closed_at=now)
    assert listed(world.anshin_worker) == keys[1:]


def test_an_envelope_that_the_sweep_has_not_closed_is_not_listed_without_a_living_line(
    shared, wearing, shift_clock
):
    world = shared.world
    with wearing("app_web"):
        until = Ground("consent", "書面", until=timezone.now() + HOUR)
        world.share(world.hazuki, world.other, Label(world.hazuki.mother.pk, "basic"), ground=until)
    assert listed(world.stranger) == [world.hazuki.case.pk]

    shift_clock(2 * HOUR)
    assert Share.objects.get(agency=world.other).closed_at is None
    assert listed(world.stranger) == []


def test_lines_ask_for_the_ledgers_people_at_once(shared, wearing, django_assert_num_queries):
    world, approver = shared.world, shared.world.chief.membership
    with wearing("app_web"):
        ground = Ground("life_safety", "見本", approver, until=timezone.now() + HOUR)
        world.share(world.hazuki, world.anshin, Label(None, "plan"), ground=ground)
    met = []
    with acting_for(world.chief), django_assert_num_queries(1):
        for row in ledger_of(world.chief, world.hazuki.case):
            assert row.agency.name
            assert row.added_by.user.username
            ended = (row.ended_by.user.username, row.end.reason) if row.ended_by else None
            met.append((row.approver and row.approver.user.username, ended))
    assert (met.count(("chief", None)), met.count((None, ("coordinator", "撤回"))), len(met)) == (1, 1, 5)
    with acting_for(world.chief):
        assert ledger_of(world.chief, world.hazuki.case).query.order_by[-1] == "pk"
    assert Person.objects.count() == 4
