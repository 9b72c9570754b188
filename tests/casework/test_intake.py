import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from casework.intake import actions
from casework.intake.actions import record_contact, take_up_submission
from casework.intake.models import Contact
from casework.intake.selectors import contacts_for, queue_for
from forms_app import demo as forms_demo
from forms_app.definitions.selectors import current_revision
from forms_app.delivery.actions import deliver_row
from forms_app.delivery.models import OutboxRow
from forms_app.journey.forms import AnswerForm
from forms_app.status.actions import write_reply
from forms_app.status.models import Receipt
from forms_app.submissions.actions import receive_submission
from permissions.agencies.models import Ward
from permissions.walls.context import acting_for, clock
from tests.forms_app.conftest import publish

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PAYLOAD = {
    "form": "文字で相談する",
    "version": 3,
    "received_at": "2026-11-23T01:02:03+00:00",
    "language": "ja",
    "is_urgent": True,
    "answers": [
        {"key": "who", "label": "だれのこと", "kind": "radio", "value": "family", "display": "家族のこと"},
        {"key": "story", "label": "困りごと", "kind": "multiline", "value": "x", "display": "母が\n転んだ"},
        {"key": "name", "label": "名前", "kind": "name", "value": {}, "display": ""},
    ],
}


def send_form(world):
    """Send the demo's form as a citizen and return its outbox row's key."""
    Ward.objects.get_or_create(code="shinonome", defaults={"name": "東雲区"})
    publish(forms_demo.new_form(world.center, world.center), world.editor)
    with acting_for(world.editor):
        from forms_app.definitions.models import ConsultationForm

        revision = current_revision(ConsultationForm.objects.get())
    answers = AnswerForm(revision.questions, forms_demo._typed({"who": "family", "story": "母が転んだ"}))
    assert answers.is_valid(), answers.errors
    receive_submission(revision, answers.answers(), key=uuid.uuid4().hex, language="ja")
    with clock("deliver_submissions"):
        return OutboxRow.objects.get().pk


@pytest.mark.parametrize(
    ("code", "label"), [("en", "English"), ("ja", "日本語"), ("x-mihon", "x-mihon"), ("", "")]
)
def test_language_of_the_form_is_named(code, label):
    assert Contact(language=code).language_label == label


def test_submission_becomes_one_contact_however_often_it_is_delivered(world):
    row = send_form(world)

    delivered = [deliver_row(row), deliver_row(row)]

    with acting_for(world.reception):
        contact = contacts_for(world.reception).get()
    assert delivered[0] is True
    assert (contact.channel, contact.speaker, contact.state, contact.one_line) == (
        "web",
        "family",
        "new",
        "母が転んだ",
    )
    assert {answer["key"]: answer["display"] for answer in contact.answers}["story"] == "母が転んだ"


def test_broken_casework_loses_nothing_and_is_made_up_for(world, monkeypatch):
    row = send_form(world)

    def broken(series):
        raise RuntimeError("no numbers today")

    with monkeypatch.context() as patch:
        patch.setattr(actions, "next_number", broken)
        deliver_row(row)
        with clock("deliver_submissions"):
            after_failure = OutboxRow.objects.get()
        with acting_for(world.reception):
            contacts_after_failure = contacts_for(world.reception).count()
    deliver_row(row)

    assert (after_failure.taken_at, after_failure.attempts) == (None, 1)
    assert "no numbers today" not in after_failure.last_error
    assert contacts_after_failure == 0
    with acting_for(world.reception):
        assert contacts_for(world.reception).count() == 1


def test_take_up_copies_what_was_answered_and_nothing_empty(world):
    key = uuid.uuid4()
    with clock("deliver_submissions"):
        take_up_submission(object, submission_id=key, payload=PAYLOAD)

    with acting_for(world.reception):
        contact = Contact.objects.get(submission_id=key)
    assert contact.is_flagged
    assert (contact.form_title, contact.form_number, contact.one_line) == ("文字で相談する", 3, "母が 転んだ")
    assert contact.answers == [
        {"key": "who", "label": "だれのこと", "display": "家族のこと"},
        {"key": "story", "label": "困りごと", "display": "母が\n転んだ"},
    ]


def test_queue_puts_the_urgent_first_then_the_newest(world):
    with acting_for(world.reception):
        for minutes, urgency, line in ((30, "D", "三"), (20, "A", "一"), (10, "D", "二")):
            moment = timezone.now() - timezone.timedelta(minutes=minutes)
            record_contact(
                channel="phone", speaker="self", one_line=line, reply_to="", urgency=urgency,
                received_at=moment, by=world.reception,
            )  # fmt: skip

        lines = [contact.one_line for contact in queue_for(world.reception, ["taken"])]

    assert lines == ["一", "二", "三"]


def test_agencies_and_editors_find_no_contact(world):
    with acting_for(world.reception):
        record_contact(
            channel="phone", speaker="self", one_line="声", reply_to="", urgency="D",
            received_at=timezone.now(), by=world.reception,
        )  # fmt: skip

    found = {}
    for viewer in (
        world.reception,
        world.chief,
        world.editor,
        world.auditor,
        world.sysadmin,
        world.anshin_worker,
    ):
        with acting_for(viewer):
            found[viewer.role] = (contacts_for(viewer).count(), Contact.objects.count())

    assert found == {
        "reception": (1, 1),
        "chief": (1, 1),
        "editor": (0, 0),
        "auditor": (0, 0),
        "sysadmin": (0, 0),
        "agency_staff": (0, 0),
    }


def test_reply_reaches_the_citizens_page_only_when_checked_for_names(world):
    deliver_row(send_form(world))
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    with acting_for(world.reception):
        contact = contacts_for(world.reception).get()
    url = reverse("casework:contact_reply", args=[contact.pk])

    unchecked = client.post(url, {"body": "お電話します"})
    checked = client.post(url, {"body": "お電話します", "is_safe": "on"})

    assert unchecked.status_code == 422
    assert "お電話します" in unchecked.content.decode()
    assert checked.status_code == 302


def test_citizens_reply_is_seen_at_home_and_on_the_contact(world):
    deliver_row(send_form(world))
    client = Client()
    client.force_login(world.reception.user, backend=BACKEND)
    with acting_for(world.reception):
        contact = contacts_for(world.reception).get()
        reference_hash = Receipt.objects.get().reference_hash
    home = reverse("casework:home")
    before = client.get(home).content.decode()

    write_reply(reference_hash, body="火曜の午前なら話せます")

    after = client.get(home).content.decode()
    page = client.get(reverse("casework:contact", args=[contact.pk])).content.decode()
    assert "返事が来ています" not in before
    assert "返事が来ています" in after
    assert "火曜の午前なら話せます" in page
