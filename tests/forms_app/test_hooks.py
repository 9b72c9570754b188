"""What other people's code may add to forms, and that a citizen's consultation never pays for its faults."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django_tasks_db.models import DBTaskResult
from wagtail import hooks
from wagtailstreamforms import fields as library

from forms_app.definitions.stream import KeepingStreamBlock
from forms_app.delivery.actions import deliver_row
from forms_app.delivery.models import OutboxRow
from forms_app.delivery.payload import payload_for
from forms_app.delivery.signals import submission_delivered
from forms_app.fields import registry
from forms_app.fields.kinds import Kind
from forms_app.fields.text import SingleLine
from forms_app.status.models import Receipt
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from forms_app.submissions.models import Submission
from permissions import tasks
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for, clock
from tests.forms_app.conftest import make_person

pytestmark = pytest.mark.django_db

RECEIVED = "marugoto_submission_received"


def send_one(revision):
    receive_submission(
        revision, [GivenAnswer("story", "multiline", "話", "家賃", "家賃")], key="k", language="ja"
    )
    with clock("deliver_submissions"):
        return OutboxRow.objects.get().pk


def kept():
    """Return (submissions, receipts, whether it was handed on)."""
    with clock("deliver_submissions"):
        taken = OutboxRow.objects.get().taken_at is not None
        return Submission.objects.count(), Receipt.objects.count(), taken


def hook_tasks():
    return DBTaskResult.objects.filter(task_path="permissions.tasks.run_hook")


def test_hook_is_told_once_by_id_and_may_ask_for_the_content(revision, run_tasks):
    told = []

    def note(submission_id):
        told.append(payload_for(submission_id)["answers"][0]["display"])

    with hooks.register_temporarily(RECEIVED, note):
        row = send_one(revision)
        assert [deliver_row(row), deliver_row(row)] == [True, False]
        (task,) = hook_tasks()
        run_tasks()

    assert told == ["家賃"]
    assert "家賃" not in str(task.args_kwargs)


def test_reading_the_content_leaves_a_row_in_the_log(office, revision):
    auditor = make_person("auditor", office.center, "auditor")
    send_one(revision)
    with clock("deliver_submissions"):
        submission = Submission.objects.get()

    payload_for(submission.pk)

    with acting_for(auditor):
        entry = AuditEntry.objects.get(verb="read_by_hook")
    assert (entry.subject, entry.subject_id) == ("forms_app.submission", str(submission.pk))


def test_hook_that_raises_loses_nothing(revision, run_tasks):
    def broken(submission_id):
        raise ValueError(submission_id)

    with hooks.register_temporarily(RECEIVED, broken):
        deliver_row(send_one(revision))
        run_tasks()

    assert kept() == (1, 1, True)
    assert [(row.status, len(row.worker_ids)) for row in hook_tasks()] == [("READY", 1)]


def test_queue_that_fails_loses_nothing(revision, monkeypatch):
    enqueue = type(tasks.run_hook).enqueue

    def broken(task, *args):
        if task == tasks.run_hook:
            raise DatabaseError
        return enqueue(task, *args)

    row = send_one(revision)
    monkeypatch.setattr(type(tasks.run_hook), "enqueue", broken)
    with hooks.register_temporarily(RECEIVED, lambda submission_id: None):
        deliver_row(row)

    assert kept() == (1, 1, True)


def test_receiver_of_the_signal_is_part_of_the_delivery_but_not_of_the_receipt(revision):
    def refuse(**kwargs):
        raise ValueError

    submission_delivered.connect(refuse)
    try:
        delivered = deliver_row(send_one(revision))
    finally:
        submission_delivered.disconnect(refuse)

    assert (delivered, kept()) == (False, (1, 1, False))


def test_where_nobody_takes_submissions_up_the_forms_inbox_has_them(revision, settings, monkeypatch):
    monkeypatch.setattr(submission_delivered, "has_listeners", lambda sender: False)
    row = send_one(revision)
    assert deliver_row(row) is False
    settings.MARUGOTO_FORMS_INBOX = True

    assert (deliver_row(row), kept()) == (True, (1, 1, True))


# --- kinds of question -------------------------------------------------------------------------------------


@pytest.fixture
def registries(monkeypatch):
    monkeypatch.setattr(registry, "KINDS", dict(registry.KINDS))
    library.search_for_fields()
    monkeypatch.setattr(library, "_fields", dict(library._fields))


class Postcode(SingleLine):
    kind = "postcode"


def test_a_registered_kind_is_offered_to_editors_and_read_back(registries):
    assert registry.register_kind(Postcode) is Postcode

    block = KeepingStreamBlock([])
    assert "postcode" in block.child_blocks
    assert isinstance(registry.kind_of("postcode"), Postcode)


def test_a_name_that_is_taken_is_refused(registries):
    class Another(Kind):
        kind = "singleline"

    registry.register_kind(Postcode)
    registry.register_kind(Postcode)
    for kind in (Another, type("Postcode", (SingleLine,), {"kind": "postcode"})):
        with pytest.raises(ImproperlyConfigured, match="already"):
            registry.register_kind(kind)
