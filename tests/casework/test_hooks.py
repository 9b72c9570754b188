"""What other people's code may add to casework, and that its faults stay its own."""

import functools

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult
from wagtail import hooks

from casework.cases.actions import move_to_stage
from casework.cases.models import Case, CaseEvent
from casework.events import case_event_recorded
from casework.sharing.models import AddedBasis
from permissions import tasks
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

EVENT = "marugoto_case_event"


def waiting():
    return DBTaskResult.objects.filter(task_path="permissions.tasks.run_hook")


def move(world):
    with acting_for(world.coordinator):
        move_to_stage(world.hazuki.case, stage="intake", by=world.coordinator)


def stage_of(world):
    with acting_for(world.coordinator):
        return Case.objects.get(pk=world.hazuki.case.pk).stage


def test_nobody_registered_means_no_task(world):
    move(world)

    assert waiting().count() == 0


def test_hook_is_told_of_an_event_by_ids_alone(world, run_tasks):
    told = []

    def note(**ids):
        told.append(ids)

    with hooks.register_temporarily(EVENT, note):
        move(world)
        run_tasks()

    with acting_for(world.coordinator):
        event = CaseEvent.objects.get(case=world.hazuki.case, verb__contains="stage")
    assert told == [{"event_id": str(event.pk), "case_id": str(world.hazuki.case.pk), "verb": event.verb}]


def test_hook_that_raises_harms_neither_the_act_nor_other_hooks_and_is_tried_again(world, run_tasks):
    told = []

    def broken(**ids):
        AddedBasis.objects.get(pk="nothing")

    def fine(**ids):
        told.append(ids["verb"])

    with hooks.register_temporarily([(EVENT, broken), (EVENT, fine)]):
        move(world)
        run_tasks()

    (left,) = waiting().filter(status="READY")
    assert (stage_of(world), len(told), len(left.worker_ids)) == ("intake", 1, 1)
    assert left.run_after is not None


def test_functions_without_a_name_of_their_own_are_told_once_each(world, run_tasks):
    told = []
    nameless = [functools.partial(lambda number, **ids: told.append(number), number) for number in (1, 2)] + [
        lambda **ids: told.append(3),
        lambda **ids: told.append(4),
    ]

    with hooks.register_temporarily([(EVENT, function) for function in nameless]):
        move(world)
        run_tasks()

    assert (sorted(told), waiting().count()) == ([1, 2, 3, 4], 2)


def test_queue_that_fails_harms_nothing(world, monkeypatch, caplog):
    def broken(*args):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")

    monkeypatch.setattr(type(tasks.run_hook), "enqueue", lambda task, *args: broken())
    with hooks.register_temporarily([(EVENT, print), (EVENT, lambda **ids: None)]):
        move(world)

    assert stage_of(world) == "intake"
    assert caplog.messages[0] == f"hook {EVENT}: builtins.print was not queued"
    assert len(caplog.messages) == 2


def test_function_that_is_gone_by_now_is_left_out(world, run_tasks, caplog):
    def passing(**ids):
        raise AssertionError

    with hooks.register_temporarily(EVENT, passing):
        move(world)
    run_tasks()

    assert [row.status for row in waiting()] == ["SUCCESSFUL"]
    (said,) = [line for line in caplog.messages if line.startswith("hook ")]
    assert said == f"hook {EVENT}: {__name__}.{passing.__qualname__} is not registered any more"


def test_receiver_of_the_signal_is_part_of_the_transaction(world):
    before = stage_of(world)

    def refuse(**kwargs):
        raise ValueError(kwargs["verb"])

    case_event_recorded.connect(refuse)
    try:
        with pytest.raises(ValueError, match="stage"):
            move(world)
    finally:
        case_event_recorded.disconnect(refuse)

    assert stage_of(world) == before
