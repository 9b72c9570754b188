from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django_tasks_db.models import DBTaskResult

from forms_app.delivery import probes
from forms_app.delivery.actions import deliver_row
from forms_app.delivery.clocks import retry_stuck
from forms_app.delivery.models import OutboxRow
from forms_app.delivery.selectors import outbox_notice_for
from forms_app.delivery.signals import submission_delivered
from forms_app.status.models import Receipt
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from forms_app.submissions.models import Submission
from permissions.walls.context import acting_for, clock

from . import conftest
from .visiting import codes, fill, send

JOB = "deliver_submissions"


class Receiver:
    """Takes submissions as casework would; broken until it is mended."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.is_broken = False

    def __call__(self, *, submission_id: Any, payload: dict[str, Any], **kwargs: Any) -> None:
        Receipt.objects.filter(submissions=submission_id).exists()  # what it does is in the same transaction
        if self.is_broken:
            raise ValueError(f"cannot take {payload}")
        self.taken.append(payload)


@pytest.fixture
def receivers() -> Any:
    """Leave nobody listening, and put back who was."""
    before, submission_delivered.receivers = submission_delivered.receivers, []
    submission_delivered.sender_receivers_cache.clear()
    yield submission_delivered
    submission_delivered.receivers = before
    submission_delivered.sender_receivers_cache.clear()


@pytest.fixture
def receiver(receivers: Any) -> Receiver:
    made = Receiver()
    receivers.connect(made, weak=False)
    return made


def row() -> OutboxRow:
    with clock(JOB):
        return OutboxRow.objects.get()


def send_one(revision: Any, story: str = "話", key: str = "k") -> Any:
    answers = [
        GivenAnswer("topics", "checkboxes", "なに", ["debt"], "借金のこと"),
        GivenAnswer("story", "multiline", "話", story, story),
    ]
    return receive_submission(revision, answers, key=key, language="ja")


@pytest.mark.django_db
def test_submission_leaves_outbox_row_and_task_in_the_same_transaction(revision):
    send_one(revision)
    task = DBTaskResult.objects.get(task_path="forms_app.delivery.tasks.deliver")
    assert task.args_kwargs == {"args": [str(row().pk)], "kwargs": {}}


@pytest.mark.django_db
def test_delivered_payload_is_plain_and_whole(revision, receiver):
    issued = send_one(revision)
    assert deliver_row(row().pk) is True
    with clock(JOB):
        received_at = Submission.objects.get().received_at.isoformat()
    assert receiver.taken == [
        {
            "reference": f"{issued.hint}-…",
            "form": "文字で相談する",
            "version": 1,
            "received_at": received_at,
            "language": "ja",
            "source": "web",
            "is_urgent": False,
            "answers": [
                {"key": "topics", "label": "なに", "kind": "checkboxes", "value": ["debt"],
                 "display": "借金のこと", "topics": ["debt"]},
                {"key": "story", "label": "話", "kind": "multiline", "value": "話", "display": "話"},
            ],
        }
    ]  # fmt: skip


@pytest.mark.django_db
def test_delivered_row_is_not_delivered_again(revision, receiver):
    send_one(revision)
    assert [deliver_row(row().pk) for _time in range(3)] == [True, False, False]
    assert len(receiver.taken) == 1


@pytest.mark.django_db
def test_submission_to_another_agency_is_not_handed_to_the_center(office, revision, receiver):
    revision.form.destination_agency = office.agency
    send_one(revision)
    assert deliver_row(row().pk) is True
    assert receiver.taken == []


@pytest.mark.django_db
def test_without_receiver_the_row_stays(revision, receivers):
    send_one(revision)
    assert deliver_row(row().pk) is False
    assert (row().taken_at, row().attempts) == (None, 0)


@pytest.mark.django_db
def test_broken_receiver_loses_nothing_raises_alarm_and_is_served_after_repair(
    client, office, revision, receiver, shift_clock, settings, caplog
):
    settings.MANAGERS = [("見張り", "alarm@example.jp")]
    receiver.is_broken = True
    story = "ひみつのはなし"
    given_receipt = codes(send(client, fill(client, story=story)).content.decode())
    assert len(given_receipt) == 2

    assert deliver_row(row().pk) is False
    broken = row()
    assert (broken.taken_at, broken.attempts, broken.last_error) == (None, 1, "ValueError")
    assert broken.next_try_at > broken.queued_at + dt.timedelta(seconds=50)

    shift_clock(dt.timedelta(minutes=6))
    retry_stuck()
    assert row().attempts == 2
    assert probes.outbox() == 1
    with acting_for(office.chief):
        notice = outbox_notice_for(office.chief)
    assert notice is not None
    assert notice.count == 1
    with acting_for(office.editor):
        assert outbox_notice_for(office.editor) is None
    assert [message.to for message in mail.outbox] == [["alarm@example.jp"]]
    assert str(broken.pk) in mail.outbox[0].body
    told = mail.outbox[0].subject + mail.outbox[0].body + caplog.text
    assert story not in told
    assert "stuck in the outbox" in caplog.text

    retry_stuck()
    assert len(mail.outbox) == 1  # once an hour is enough

    receiver.is_broken = False
    shift_clock(dt.timedelta(minutes=60))
    retry_stuck()
    assert [payload["answers"][-1]["value"] for payload in receiver.taken] == [story]
    assert (probes.outbox(), row().last_error) == (0, "")


@pytest.mark.django_db
def test_what_a_broken_receiver_wrote_is_rolled_back(revision, receivers):
    def half_done(**kwargs: Any) -> None:
        OutboxRow.objects.update(last_error="half written")
        raise RuntimeError

    receivers.connect(half_done, weak=False)
    send_one(revision)
    deliver_row(row().pk)
    assert row().last_error == "RuntimeError"


@pytest.mark.django_db
def test_three_failures_alarm_before_the_minutes_are_over(revision, receiver):
    receiver.is_broken = True
    send_one(revision)
    assert probes.outbox() == 0
    for _time in range(3):
        deliver_row(row().pk)
    assert probes.outbox() == 1


@pytest.mark.django_db
def test_broken_task_queue_does_not_turn_anybody_away(revision, receiver, monkeypatch):
    def broken(*args: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")

    monkeypatch.setattr("forms_app.submissions.actions.deliver", SimpleNamespace(enqueue=broken))
    assert send_one(revision).code
    assert deliver_row(row().pk) is True


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_two_sends_at_once_make_one_of_everything(receiver):
    """Real threads and real commits: the same page sent six times, then one row given to six workers."""
    office = conftest.make_office()
    revision = conftest.publish(conftest.demo.new_form(office.center, office.center), office.editor)

    issued = _at_once(lambda: send_one(revision, key="same"), times=6)
    with clock(JOB):
        assert (Submission.objects.count(), Receipt.objects.count(), OutboxRow.objects.count()) == (1, 1, 1)
    assert len({(each.code, each.phrase) for each in issued}) == 1

    waiting = row().pk
    handed = _at_once(lambda: deliver_row(waiting), times=6)
    assert sorted(handed) == [False] * 5 + [True]
    assert len(receiver.taken) == 1


def _at_once(act: Any, *, times: int) -> list[Any]:
    gate, results = threading.Barrier(times), []

    def run() -> None:
        try:
            gate.wait()
            results.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == times
    return results
