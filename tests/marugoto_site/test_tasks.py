import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from marugoto_site.tasks import sweep as sweep_module
from marugoto_site.tasks.attempts import give_back, without_messages
from marugoto_site.tasks.lifeline import Lifeline, connect
from marugoto_site.tasks.sweep import Sweep
from tests.marugoto_site.some_tasks import fail, note, sleep_once


@pytest.fixture
def trace(tmp_path):
    return tmp_path / "trace"


def words(trace):
    return [line.split()[0] for line in trace.read_text().splitlines()]


@pytest.mark.django_db
def test_worker_runs_what_waits(trace, run_tasks):
    note.enqueue(str(trace))
    run_tasks()
    assert words(trace) == ["done"]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db
def test_failed_task_is_tried_again_later_and_later_then_given_up(trace, settings, run_tasks):
    settings.MARUGOTO_TASK_RETRY_SECONDS = [10, 60]
    fail.enqueue(str(trace))
    waits = []
    for attempt in (1, 2, 3):
        run_tasks()
        row = DBTaskResult.objects.get()
        assert len(words(trace)) == attempt
        waits.append(
            round((row.run_after - timezone.now()).total_seconds(), -1)
            if row.status == "READY"
            else row.status
        )
        DBTaskResult.objects.update(run_after=timezone.now() - dt.timedelta(seconds=1))
    assert waits == [10, 60, "FAILED"]
    run_tasks()
    assert len(words(trace)) == 3


@pytest.mark.django_db
def test_task_that_waits_for_its_next_attempt_is_not_run(trace, run_tasks):
    fail.enqueue(str(trace))
    run_tasks()
    run_tasks()
    assert words(trace) == ["tried"]


@pytest.mark.django_db
def test_what_was_written_stays_out_of_the_row_and_the_log(trace, caplog, run_tasks):
    fail.enqueue(str(trace))
    run_tasks()
    row = DBTaskResult.objects.get()
    assert row.exception_class_path == "builtins.ValueError"
    assert "some_tasks.py" in row.traceback
    assert "見本" not in row.traceback + caplog.handler.format(caplog.records[-1])


def test_without_messages_keeps_places_only():
    text = 'Traceback:\n  File "a.py", line 1, in f\n    raise X("山田")\nX: 山田\n  File: 山田\n'
    assert without_messages(text) == '  File "a.py", line 1, in f'


# --- Workers that died ------------------------------------------------------------------------------


def running_task(trace, worker_id):
    note.enqueue(str(trace))
    row = DBTaskResult.objects.get()
    row.claim(worker_id)
    return row


@pytest.mark.django_db
def test_task_of_a_living_worker_is_left_alone(trace, monkeypatch):
    monkeypatch.setattr(sweep_module, "GRACE_SECONDS", 0)
    lifeline = Lifeline("alive")
    running_task(trace, "alive")
    with connect() as other:
        assert Sweep(other).run() == 0
    lifeline.end()
    assert DBTaskResult.objects.get().status == "RUNNING"


@pytest.mark.django_db
def test_task_of_a_dead_worker_is_given_back_after_the_grace(trace, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(sweep_module.time, "monotonic", lambda: clock[0])
    lifeline = Lifeline("mortal")
    running_task(trace, "mortal")
    lifeline.end()
    with connect() as other:
        sweep = Sweep(other)
        given_back = [sweep.run()]
        for seconds in (sweep_module.GRACE_SECONDS - 1, 1):
            clock[0] += seconds
            given_back.append(sweep.run())
    assert given_back == [0, 0, 1]
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db
def test_worker_that_comes_back_in_the_grace_starts_it_anew(trace, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(sweep_module.time, "monotonic", lambda: clock[0])
    running_task(trace, "flaky")
    with connect() as other:
        sweep = Sweep(other)
        assert sweep.run() == 0
        back = Lifeline("flaky")
        clock[0] += sweep_module.GRACE_SECONDS
        assert sweep.run() == 0
        back.end()
        assert sweep.run() == 0


@pytest.mark.django_db
def test_task_that_kills_its_workers_is_given_up(trace, settings):
    settings.MARUGOTO_TASK_RETRY_SECONDS = [10]
    row = running_task(trace, "first")
    give_back(row, reason="a dead worker")
    row.claim("second")
    give_back(row, reason="a dead worker")
    assert DBTaskResult.objects.get().status == "FAILED"


@pytest.mark.django_db
def test_second_worker_of_the_same_name_is_refused():
    lifeline = Lifeline("twin")
    with pytest.raises(RuntimeError, match="twin"):
        Lifeline("twin")
    lifeline.end()


@pytest.fixture
def start_worker(subprocess_environment, tmp_path):
    started = []

    def start(*arguments):
        log = (tmp_path / f"worker{len(started)}.log").open("wb")
        command = [sys.executable, "manage.py", "run_worker", *arguments]
        process = subprocess.Popen(command, env=subprocess_environment, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_killed_worker_neither_loses_nor_doubles_its_task(trace, start_worker):
    sleep_once.enqueue(str(trace), 600)
    first = start_worker()
    wait_for(trace.exists, 20)
    began = time.monotonic()
    first.send_signal(signal.SIGKILL)
    start_worker()
    start_worker()
    wait_for(lambda: DBTaskResult.objects.get().status == "SUCCESSFUL", 75)
    assert time.monotonic() - began < 70
    assert words(trace) == ["began", "began", "ended"]


@pytest.mark.slow
@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_worker_whose_lifeline_breaks_stops_at_once(trace, start_worker, admin):
    sleep_once.enqueue(str(trace), 600)
    worker = start_worker()
    wait_for(trace.exists, 20)
    admin.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'marugoto-worker' AND datname = current_database()"
    )
    assert worker.wait(20) == 75
    assert words(trace) == ["began"]


@pytest.mark.slow
@pytest.mark.programs
@pytest.mark.django_db(transaction=True)
def test_worker_asked_to_end_finishes_its_task_first(trace, start_worker):
    sleep_once.enqueue(str(trace), 3)
    worker = start_worker()
    wait_for(trace.exists, 20)
    worker.terminate()
    assert worker.wait(20) == 0
    assert words(trace) == ["began", "ended"]
    assert Path(trace).read_text().split()[1] != str(os.getpid())
