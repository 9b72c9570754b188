"""伴走支援: how often somebody talks with a household, and which households nobody has talked with."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from casework.accompanying.actions import set_interval
from casework.accompanying.models import ContactInterval
from casework.accompanying.selectors import rhythm_of, silent_cases_for
from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES, Stage
from casework.codes.actions import change_setting
from casework.monitoring.actions import MonitoringDraft, record_monitoring
from casework.notes.actions import CorrectionDraft, NoteDraft, ParagraphDraft, correct_note, write_note
from casework.notifications.models import Notification
from casework.sharing.actions import Label, block
from casework.workspace.board import board_for
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, duties_for
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.casework.pages import sign_in

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def put(world, stage):
    with acting_for(world.coordinator):
        Case.objects.filter(pk=world.hazuki.case.pk).update(stage=stage)


def opened(world, days_ago, *homes):
    with acting_for(world.coordinator):
        for home in homes or (world.hazuki,):
            Case.objects.filter(pk=home.case.pk).update(opened_at=timezone.now() - days_ago * DAY)


def note(world, *, days_ago=0, spoken_with="household", source="observed"):
    draft = NoteDraft(
        Label(None, "history"), timezone.now() - days_ago * DAY, "visit", "訪問",
        (ParagraphDraft("fact", source, "話した"),), spoken_with=spoken_with,
    )  # fmt: skip
    with acting_for(world.coordinator):
        return write_note(world.hazuki.case, draft, by=world.coordinator)


def is_silent(world, within=0, by=None):
    by = by or world.coordinator
    with acting_for(by):
        return world.hazuki.case.pk in silent_cases_for(by, within_days=within).values_list("pk", flat=True)


def interval(world, weeks, by=None):
    by = by or world.coordinator
    with acting_for(by):
        return set_interval(world.hazuki.case, weeks=weeks, by=by)


@pytest.mark.parametrize(
    ("stage", "weeks", "days"),
    [("intake", None, 60), ("flow3_accompany", None, 28), ("flow3_accompany", 2, 14), ("flow2_active", 1, 7)],
)
def test_interval_runs_from_the_opening_and_then_from_each_talk(world, shift_clock, stage, weeks, days):
    put(world, stage)
    if weeks:
        interval(world, 9)
        shift_clock(dt.timedelta(seconds=1))  # the newest counts
        interval(world, weeks)
    opened(world, days - 1)
    assert (is_silent(world), is_silent(world, within=2)) == (False, True)
    opened(world, days + 1)
    assert is_silent(world)
    note(world)
    assert not is_silent(world, within=2)


def test_worker_is_told_once_of_each_talk_that_comes_near(world, shift_clock):
    def told():
        counts = {}
        for viewer in (world.coordinator, world.chief, world.reception, world.anshin_worker):
            with acting_for(viewer):
                mine = Notification.objects.filter(kind="talk", case=world.hazuki.case)
                counts[viewer.user.username] = mine.count()
        return {name: count for name, count in counts.items() if count}

    opened(world, 40)
    remind_deadlines()
    assert told() == {}
    opened(world, 58)
    remind_deadlines()
    remind_deadlines()
    assert told() == {"coordinator": 1}
    with acting_for(world.coordinator):
        assert Notification.objects.get(kind="talk").case_id == world.hazuki.case.pk
    note(world)
    shift_clock(30 * DAY)
    remind_deadlines()
    assert told() == {"coordinator": 1}
    shift_clock(70 * DAY)
    remind_deadlines()
    remind_deadlines()
    assert told() == {"coordinator": 2}


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ({}, True),
        ({"spoken_with": "others"}, False),
        ({"spoken_with": "nobody", "source": "self"}, False),
        ({"spoken_with": "", "source": "self"}, True),
        ({"spoken_with": "", "source": "family"}, False),
        ({"spoken_with": "", "source": "observed"}, False),
        ({"days_ago": 61}, False),
    ],
)
def test_only_a_talk_with_somebody_of_the_household_counts(world, told, counts):
    opened(world, 100)
    note(world, **told)
    assert is_silent(world) is not counts


def test_look_at_a_case_counts_if_somebody_was_met(world):
    opened(world, 100)
    today = timezone.localdate()
    for has_met in (False, True):
        assert is_silent(world)
        draft = MonitoringDraft(
            today, "visit", today + DAY, world.chief.membership, has_met=has_met, words="x"
        )
        with acting_for(world.coordinator):
            record_monitoring(world.hazuki.case, draft, by=world.coordinator)
    assert not is_silent(world)


def test_correction_keeps_with_whom_somebody_talked(world):
    opened(world, 100)
    with acting_for(world.coordinator):
        better = CorrectionDraft("訪問", (ParagraphDraft("fact", "observed", "直した"),), "誤記")
        assert correct_note(note(world), better, by=world.coordinator).spoken_with == "household"


@pytest.mark.parametrize("stage", [stage.value for stage in Stage])
def test_cases_that_rest_have_ended_or_are_held_elsewhere_are_not_watched(world, stage):
    put(world, stage)
    opened(world, 400)
    assert is_silent(world) == (stage in OPEN_STAGES and stage != "suspended")
    with acting_for(world.coordinator):
        Case.objects.filter(pk=world.hazuki.case.pk).update(holder=world.anshin)
    assert not is_silent(world)


def test_city_decides_the_numbers(world):
    with acting_for(world.chief):
        change_setting("contact_lost", value="7", seen="60", by=world.chief)
    opened(world, 8)
    assert is_silent(world)


def test_it_stands_in_the_list_and_on_the_board_and_nobody_else_sees_it(world, client):
    opened(world, 100, world.hazuki, world.tomono)
    note(world, days_ago=61)
    with acting_for(world.chief):
        found = [
            (duty.number, duty.is_late, duty.membership)
            for duty in duties_for(world.chief, DutyFilter(kind="talk"))
        ]
        rows = {row.worker: row.silent.count for group in board_for(world.chief) for row in group.rows}
        block(world.tomono.case, agency=None, user_id=world.reception.user.pk, reason="親戚", by=world.chief)
    numbers = sorted((world.hazuki.case.number, world.tomono.case.number))
    assert sorted(found) == [(number, True, world.coordinator.membership.pk) for number in numbers]
    assert rows == {"coordinator": 2}
    world.share(world.hazuki, world.anshin, Label(None, "history"))
    for who, seen in ((world.reception, [world.hazuki.case.number]), (world.anshin_worker, [])):
        with acting_for(who):
            assert [duty.number for duty in duties_for(who, DutyFilter(kind="talk"))] == seen
    sign_in(client, world.chief)
    page = client.get(reverse("casework:duties") + "?kind=talk").content.decode()
    assert page.count("本人か世帯の人と話す（最後に話した日") == 2
    assert "話せていない" in client.get(reverse("casework:board")).content.decode()


def test_interval_has_bounds_and_is_the_centers(world, client):
    for weeks, by in ((0, world.coordinator), (27, world.coordinator), (4, world.anshin_worker)):
        with pytest.raises(NotAllowed):
            interval(world, weeks, by)
    row = ContactInterval(case=world.hazuki.case, weeks=4, set_by=world.chief.membership)
    with acting_for(world.coordinator), pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)
    sign_in(client, world.reception)
    page, address = (
        reverse(f"casework:{name}", args=[world.hazuki.case.pk]) for name in ("case", "contact_interval")
    )
    assert address in client.get(page).content.decode()
    for weeks in ("", "0", "27", "たまに"):
        refused = client.post(address, {"weeks": weeks})
        assert set(refused.context["form"].errors) == {"weeks"}
    assert "3週間に1回" in client.post(address, {"weeks": "3"}, follow=True).content.decode()
    world.share(world.hazuki, world.anshin, Label(None, "history"))
    with acting_for(world.anshin_worker):
        assert rhythm_of(world.anshin_worker, world.hazuki.case) is None
        assert not ContactInterval.objects.exists()


def test_note_page_asks_with_whom(world, client):
    sign_in(client, world.coordinator)
    address = reverse("casework:note_add", args=[world.hazuki.case.pk])
    assert "だれと話したか" in client.get(address).content.decode()
