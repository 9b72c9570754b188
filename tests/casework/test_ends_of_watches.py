"""A case that was closed with a watch-over before its end became a task: the hourly clock writes the task down, once."""

import datetime as dt

import pytest
from django.utils import timezone

from casework.cases.models import Case, CaseEvent
from casework.closing.actions import END_OF_WATCH, leave_ends_of_watches
from casework.closing.models import Closure
from casework.notifications.models import Notification
from casework.sharing.actions import Label
from casework.tasks.actions import TaskDraft, add_task, end_task
from casework.tasks.models import Task
from casework.workspace.clocks import remind_deadlines
from casework.workspace.duties import DutyFilter, duties_for
from permissions.agencies.models import Membership
from permissions.walls.context import acting_for
from tests.casework.test_closing import close, closing, sheet  # noqa: F401 -- a fixture
from tests.casework.test_races import at_once
from tests.worlds import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DAY = dt.timedelta(days=1)
WATCH = "見守りの終わり"


def today():
    return timezone.localdate()


def closed_before(world, home=None, *, until=None, follow_up_on=None, by=None):
    """A closing of the time in which only the follow-up became a task."""
    home, by = home or world.hazuki, by or world.coordinator
    until = until or today() + 30 * DAY
    with acting_for(by):
        Case.objects.filter(pk=home.case.pk).update(stage="closed")
        row = Closure(
            case=home.case, item="plan", kind="goal_met", lead_words="見本", told="見本", watch="民生委員", watch_until=until,
            follow_up_on=follow_up_on, closed_by=by.membership,
        )  # fmt: skip
        row.save(force_insert=True)
        if follow_up_on:
            asked = TaskDraft(
                Label(None, "plan"), "終結後の確認：その後の様子を聞く", follow_up_on, by.membership
            )
            add_task(home.case, asked, by=by)
    return row


def watches(world, home=None):
    with acting_for(world.chief):
        tasks = Task.objects.filter(case=(home or world.hazuki).case, what__startswith=WATCH)
        return [(task.due_on, task.owner, str(task.what)) for task in tasks]


def leave(world):
    for viewer in (world.reception, world.chief, world.coordinator, world.anshin_worker):
        with acting_for(viewer):
            leave_ends_of_watches(viewer)


def test_end_of_an_earlier_watch_becomes_a_task_of_whoever_closed_the_case_once(world):
    row = closed_before(world)
    assert watches(world) == []
    for _hour in range(3):
        remind_deadlines()
    assert watches(world) == [(row.watch_until, world.coordinator.membership, str(END_OF_WATCH))]
    with acting_for(world.coordinator):
        assert CaseEvent.objects.filter(verb="task_added").count() == 1
        (task,) = Task.objects.filter(what__startswith=WATCH)
        end_task(task, kind="done", by=world.coordinator)
    remind_deadlines()
    assert len(watches(world)) == 1  # one that was done does not come again


def test_watch_that_ended_long_ago_is_reminded_of_in_the_same_hour(world):
    row = closed_before(world, until=today() - 90 * DAY)
    remind_deadlines()
    with acting_for(world.coordinator):
        (duty,) = duties_for(world.coordinator, DutyFilter(kind="task", who="me", due="late"))
        assert duty.due_on == row.watch_until
        assert Notification.objects.filter(kind="deadline", task=duty.key).count() == 1


@pytest.mark.parametrize("same_day", [False, True], ids=["another day", "the day of the follow-up"])
def test_closing_that_left_the_task_gets_no_second_one(closing, same_day):  # noqa: F811
    until = today() + (90 if same_day else 30) * DAY
    close(closing, closing.hazuki, sheet(watch="民生委員", watch_until=until))
    closed_before(closing, closing.tomono, until=until, follow_up_on=today() + 90 * DAY)
    for _hour in range(2):
        leave(closing)
    for home in (closing.hazuki, closing.tomono):
        assert [due for due, _owner, _what in watches(closing, home)] == [until]


def test_where_whoever_closed_it_is_gone_the_worker_looks_and_else_a_chief(world):
    with acting_for(world.chief):
        Case.objects.filter(pk=world.hazuki.case.pk).update(worker=world.reception.membership)
        Case.objects.filter(pk=world.tomono.case.pk).update(worker=None)
    for home in (world.hazuki, world.tomono):
        closed_before(world, home)
    Membership.objects.filter(pk=world.coordinator.membership.pk).update(
        starts_on=today() - 30 * DAY, ends_on=today() - DAY
    )
    for viewer in (world.reception, world.chief):
        with acting_for(viewer):
            leave_ends_of_watches(viewer)
    owners = [watches(world, home)[0][1] for home in (world.hazuki, world.tomono)]
    assert owners == [world.reception.membership, world.chief.membership]


def test_closing_without_a_watch_gets_none(closing):  # noqa: F811
    close(closing, closing.hazuki, sheet())
    leave(closing)
    assert watches(closing) == []


@pytest.mark.django_db(transaction=True)
def test_two_clocks_at_once_write_one_task(transactional_db):
    world = World()
    for number in range(4):
        home = world.household(f"家{number}")
        closed_before(world, home)
        at_once(*[(world.coordinator, lambda: leave_ends_of_watches(world.coordinator))] * 2)
        assert len(watches(world, home)) == 1
