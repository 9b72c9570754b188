from unittest import mock

import pytest
from django.utils.module_loading import import_string

from marugoto_site import clocks
from marugoto_site.tasks.lifeline import connect, key_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: moment[0])
    monkeypatch.setattr(clocks, "close_old_connections", lambda: None)  # this test's is in a transaction
    return moment


@pytest.fixture
def locks():
    with connect() as connection:
        yield connection


def test_every_registered_clock_can_be_called(settings):
    assert set(settings.MARUGOTO_CLOCKS) >= {"publish_scheduled", "forget_old"}
    for path, seconds in settings.MARUGOTO_CLOCKS.values():
        assert callable(import_string(path))
        assert seconds > 0


def test_job_runs_when_due_and_not_before(now, locks):
    job = mock.Mock()
    registered = [clocks.Clock("job", job, every_seconds=30, due_at=100)]
    ran = []
    for moment in (100, 129, 130):
        now[0] = moment
        ran.append(clocks.run_due(registered, locks))
    assert (ran, job.call_count) == ([["job"], [], ["job"]], 2)


def test_job_that_another_worker_runs_now_is_left_to_it(now, locks):
    job = mock.Mock()
    with connect() as other:
        other.execute("SELECT pg_advisory_lock(%s, %s)", [clocks.CLOCK_LOCK_CLASS, key_of("job")])
        assert clocks.run_due([clocks.Clock("job", job, 30, due_at=0)], locks) == []
    assert job.call_count == 0


def test_job_that_fails_stops_neither_the_others_nor_itself(now, locks, caplog):
    broken, sound = mock.Mock(side_effect=ValueError("山田 花子")), mock.Mock()
    registered = [clocks.Clock("broken", broken, 10, due_at=0), clocks.Clock("sound", sound, 10, due_at=0)]
    for moment in (100, 110):
        now[0] = moment
        clocks.run_due(registered, locks)
    assert (broken.call_count, sound.call_count) == (2, 2)
    assert "clock broken failed" in caplog.text


def test_forget_old_and_publish_scheduled_run_as_web_role():
    clocks.forget_old()
    clocks.publish_scheduled()
