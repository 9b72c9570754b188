from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_app import demo
from forms_app.definitions.models import ConsultationForm, FormRevision
from forms_app.delivery.models import OutboxRow
from forms_app.journey.ticket import Ticket
from forms_app.networks import give_back, network_of, take_turn
from forms_app.status import codes
from forms_app.status.actions import write_reply
from forms_app.status.models import Message, Receipt
from forms_app.status.selectors import receipt_of_key
from forms_app.submissions import actions
from forms_app.submissions.actions import receive_submission
from forms_app.submissions.given import GivenAnswer
from forms_app.submissions.models import Answer, Submission
from forms_app.submissions.selectors import submission_by_reference, submission_for, submissions_for
from permissions.audit.models import AuditEntry
from permissions.walls.context import acting_for, clock

from .conftest import make_person
from .visiting import URL, fill, hidden

pytestmark = pytest.mark.django_db

SECRET = "だれにも言えないこと"


def story(text: str = SECRET) -> list[GivenAnswer]:
    return [GivenAnswer("story", "multiline", "話", text, text)]


def send(revision: FormRevision, text: str = SECRET, key: str | None = None) -> codes.IssuedReceipt:
    return receive_submission(revision, story(text), key=key or uuid.uuid4().hex, language="ja")


def rows() -> tuple[int, int, int, int]:
    with clock("deliver_submissions"):
        return tuple(model.objects.count() for model in (Submission, Answer, Receipt, OutboxRow))


# --- receiving -------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["1", "2"]), min_size=6, max_size=6),
)
def test_any_order_of_repeated_sends_keeps_each_content_once(revision, texts, keys):
    salt = uuid.uuid4().hex
    before = rows()
    issued: dict[str, set[str]] = {}
    for text, key in zip(texts, keys, strict=False):
        issued.setdefault(key, set()).add(send(revision, text, key=salt + key).code)
    after = rows()
    sent = set(zip(texts, keys, strict=False))
    assert [now - then for now, then in zip(after, before, strict=True)] == [
        len(sent), len(sent), len(issued), len(sent),
    ]  # fmt: skip
    assert all(len(given_codes) == 1 for given_codes in issued.values())


def test_same_words_under_other_keys_are_different_people(revision):
    first, second = send(revision, "死にたい"), send(revision, "死にたい")
    assert first.code != second.code
    assert rows() == (2, 2, 2, 2)


def test_taken_code_belongs_to_the_first_and_the_second_gets_another(revision, monkeypatch):
    honest = codes.issue_receipt

    def colliding(key: str, *, attempt: int = 0) -> codes.IssuedReceipt:
        issued = honest(key, attempt=attempt)
        return (
            codes.IssuedReceipt(issued.receipt_id, "AAA-AAA-AAA", issued.phrase) if attempt == 0 else issued
        )

    monkeypatch.setattr(actions, "issue_receipt", colliding)
    monkeypatch.setattr("forms_app.status.selectors.issue_receipt", colliding)
    first, second = send(revision, "一", key="k1"), send(revision, "二", key="k2")
    assert first.code == "AAA-AAA-AAA"
    assert second.code != first.code
    assert [send(revision, "一", key="k1").code, send(revision, "二", key="k2").code] == [
        first.code,
        second.code,
    ]
    found = [receipt_of_key(revision.form_id, key) for key in ("k1", "k2")]
    assert [each[0].code for each in found if each] == [first.code, second.code]
    assert rows() == (2, 2, 2, 2)


def test_failure_half_way_stores_nothing(revision, monkeypatch):
    def fail(*args: Any) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(actions, "_queue", fail)
    with pytest.raises(DatabaseError):
        send(revision)
    assert rows() == (0, 0, 0, 0)


def test_failing_store_keeps_the_text_and_names_the_phone(client, revision, monkeypatch):
    data = fill(client, story="まだここにある")

    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("the database is away")

    monkeypatch.setattr("forms_app.journey.views.receive_submission", fail)
    answer = client.post(URL, {**data, "step": "send"})
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "まだここにある" in html
    assert "000-0000-1234" in html
    assert Ticket.read(hidden(html, "ticket")).key == Ticket.read(data["ticket"]).key


def test_database_that_is_away_gives_back_the_text(client, revision, monkeypatch, django_assert_num_queries):
    data = fill(client, story="まだここにある", topics=["debt"])

    def fail(slug: str) -> None:
        raise OperationalError("no route to the database")

    monkeypatch.setattr("forms_app.journey.views.published_form", fail)
    with django_assert_num_queries(0):
        answer = client.post(URL, {**data, "step": "send"})
    html = answer.content.decode()
    assert answer.status_code == 503
    assert "まだここにある" in html
    assert data["ticket"] not in html


def test_keep_until_follows_the_form(office, revision):
    send(revision)
    with acting_for(office.reception):
        kept = Submission.objects.get()
    assert (kept.keep_until - kept.received_at.date()).days in {1825, 1826}


# --- reading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "count"),
    [
        ("reception", 1),
        ("coordinator", 1),
        ("chief", 1),
        ("editor", 0),
        ("reader", 0),
        ("stranger", 0),
        ("sysadmin", 0),
    ],
)
def test_submissions_for_and_walls_say_the_same(office, revision, who, count):
    send(revision)
    viewer = getattr(office, who)
    with acting_for(viewer):
        assert submissions_for(viewer).count() == count
        assert Submission.objects.count() == count


def test_door_holds_without_the_wall(office, revision):
    """The selector alone, on rows that the database would show."""
    send(revision)
    with clock("deliver_submissions"):
        assert Submission.objects.count() == 1
        for who, count in (
            ("reception", 1),
            ("coordinator", 1),
            ("editor", 0),
            ("stranger", 0),
            ("reader", 0),
        ):
            assert submissions_for(getattr(office, who)).count() == count, who


def test_reference_told_on_the_telephone_finds_the_submission(office, revision):
    issued = send(revision)
    send(revision, "別の人")
    with acting_for(office.reception):
        found = submission_by_reference(office.reception, issued.code.lower())
        assert found is not None
        assert found.answers.get().display == SECRET
        assert submission_by_reference(office.reception, "222-222-222") is None
    with acting_for(office.stranger):
        assert submission_by_reference(office.stranger, issued.code) is None


def test_inbox_lists_hints_and_no_content(office, revision):
    issued = send(revision)
    client = Client()
    client.force_login(office.reception.user)
    html = client.get("/forms/inbox/").content.decode()
    assert f"{issued.hint}-…" in html
    assert "まだ読んでいません" in html
    assert SECRET not in html
    assert issued.code not in html


def test_reading_one_submission_is_logged_and_shown_to_the_citizen(office, revision):
    send(revision)
    client = Client()
    client.force_login(office.reception.user)
    with acting_for(office.reception):
        submission = Submission.objects.get()
    html = client.get(f"/forms/inbox/{submission.pk}/").content.decode()
    assert SECRET in html
    with acting_for(office.reception):
        assert Receipt.objects.get().read_at is not None
    auditor = make_person("auditor", office.center, "auditor")
    with acting_for(auditor):
        assert AuditEntry.objects.filter(verb="read", subject_id=str(submission.pk)).count() == 1


@pytest.mark.parametrize("who", ["editor", "reader", "stranger", "sysadmin"])
def test_inbox_is_refused_to_roles_that_read_nothing(office, revision, who):
    send(revision)
    with clock("deliver_submissions"):
        submission = Submission.objects.get()
    client = Client()
    client.force_login(getattr(office, who).user)
    for path in ("/forms/inbox/", f"/forms/inbox/{submission.pk}/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert SECRET not in answer.content.decode()


def test_submission_to_another_agency_and_none_at_all_look_alike(office, revision):
    revision.form.destination_agency = office.agency
    send(revision)
    with clock("deliver_submissions"):
        foreign = Submission.objects.get()
    client = Client()
    client.force_login(office.chief.user)
    answers = [client.get(f"/forms/inbox/{pk}/") for pk in (foreign.pk, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    with acting_for(office.chief):
        assert submission_for(office.chief, foreign.pk) is None


def test_inbox_takes_as_many_queries_for_one_as_for_three(office, revision):
    client = Client()
    client.force_login(office.reception.user)
    counts = []
    for more in (1, 2):
        for _time in range(more):
            send(revision)
        client.get("/forms/inbox/")
        with connection.execute_wrapper(counter := Counter()):
            client.get("/forms/inbox/")
        counts.append(counter.count)
    assert counts[0] == counts[1]


class Counter:
    count = 0

    def __call__(self, execute: Any, *args: Any) -> Any:
        self.count += 1
        return execute(*args)


def test_reader_answers_and_sees_who_waits(office, revision):
    issued = send(revision)
    client = Client()
    client.force_login(office.reception.user)
    with acting_for(office.reception):
        url = f"/forms/inbox/{Submission.objects.get().pk}/"
    write_reply(issued.reference_hash, body="返事をください")
    assert "返事が来ています" in client.get("/forms/inbox/").content.decode()
    assert "返事をください" in client.get(url).content.decode()
    assert client.post(url, {"body": ""}).status_code == 200
    client.post(url, {"body": "あした電話します"})
    client.post(f"{url}contacted/")
    assert "返事が来ています" not in client.get("/forms/inbox/").content.decode()
    with acting_for(office.reception):
        assert list(Message.objects.values_list("author", flat=True)) == ["citizen", "center"]
        assert Receipt.objects.get().contacted_at is not None


def test_answer_to_a_foreign_submission_is_not_found_and_writes_nothing(office, revision):
    revision.form.destination_agency = office.agency
    send(revision)
    with clock("deliver_submissions"):
        foreign = Submission.objects.get()
    client = Client()
    client.force_login(office.chief.user)
    for path in ("", "contacted/"):
        assert client.post(f"/forms/inbox/{foreign.pk}/{path}", {"body": "x"}).status_code == 404
    with clock("deliver_submissions"):
        assert (Message.objects.count(), Receipt.objects.get().contacted_at) == (0, None)


# --- limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "passed_on", "trusted", "network"),
    [
        ("192.0.2.7", "", 0, "192.0.2.7/32"),
        ("192.0.2.7", "198.51.100.1", 0, "192.0.2.7/32"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.1", 1, "198.51.100.1/32"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9/32"),
        ("2001:db8:1:2:3:4:5:6", "", 0, "2001:db8:1:2::/64"),
        ("", "", 0, "unknown"),
        ("10.0.0.1", "not an address", 1, "unknown"),
    ],
)
def test_network_of_believes_only_trusted_proxies(settings, remote, passed_on, trusted, network):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=passed_on)
    assert network_of(request) == network


def test_turns_run_out_and_can_be_given_back():
    turns = [take_turn("x", "somebody", limit=2, seconds=60) for _time in range(3)]
    assert turns == [0, 1, None]
    give_back("x", "somebody", 0)
    assert take_turn("x", "somebody", limit=2, seconds=60) == 0
    assert take_turn("x", "somebody else", limit=2, seconds=60) == 0


# --- demo ------------------------------------------------------------------------------------------------


def test_demo_sends_every_story_once(office, revision):
    for _time in range(2):
        demo.send_stories(revision)
    with acting_for(office.reception):
        assert Submission.objects.count() == len(demo.STORIES)
        assert Submission.objects.filter(is_urgent=True).count() == 1


def test_demo_refuses_elsewhere(settings):
    settings.MARUGOTO_DEMO_ALLOWED = False
    with pytest.raises(Exception, match="only for demo"):
        demo.load()


def test_form_model_has_nothing_of_the_library_left():
    names = {field.name for field in ConsultationForm._meta.get_fields()}
    assert not names & {"process_form_submission_hooks", "post_redirect_page", "site", "template_name"}
