"""What a log-in, a log-out, a proof and a factor leave in the log, in the session and in the mail."""

from types import SimpleNamespace

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django_tasks_db.models import DBTaskResult

from permissions.accounts import signals, tasks
from permissions.accounts.models import Session
from permissions.accounts.sessions import SessionStore, is_fresh

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(world):
    return world.anshin_worker.user


@pytest.fixture
def request_of(rf):
    """A request in a session of its own:  request_of("password", "mfa", user=somebody)"""

    def make(*methods, user, headers=()):
        request = rf.post("/", REMOTE_ADDR="198.51.100.7", **dict(headers))
        request.session, request.user = SessionStore(), AnonymousUser()
        for method in methods:
            record_authentication(request, user, method)
        request.session[SESSION_KEY] = str(user.pk)
        request.session.save()
        return request

    return make


def row_of(request):
    return Session.objects.with_key(request.session.session_key).get()


OURS = ("signed_in", "signed_out", "sign_in_failed", "factor_added", "factor_removed", "codes_renewed")


def told(entries):
    rows = entries(verb__in=OURS)
    return [(row.user_id, row.verb, row.subject, row.subject_id, row.detail) for row in rows]


@pytest.mark.parametrize(
    ("methods", "detail", "counts_as_fresh"),
    [
        ((), {}, True),
        (("password",), {}, True),
        (("password", "mfa"), {}, True),
        (("mfa",), {}, True),
        (("provider",), {"door": "provider"}, False),
        (("provider", "mfa"), {"door": "provider"}, True),
        (("password", "provider"), {"door": "provider"}, False),
        (("password", "mfa", "provider"), {"door": "provider"}, False),
        (("provider", "password"), {}, True),
        (("provider", "mfa", "password"), {}, True),
    ],
)
def test_log_in_is_noted_with_its_door(user, request_of, entries, methods, detail, counts_as_fresh):
    request = request_of(*methods, user=user, headers={"HTTP_USER_AGENT": "Firefox/140"})

    signals.record_login(user=user, request=request, signal="x")

    assert told(entries) == [(None, "signed_in", "auth.user", str(user.pk), detail)]
    assert (row_of(request).agent, row_of(request).network) == ("Firefox/140", "198.51.100.7")
    assert is_fresh(request) is counts_as_fresh


def test_log_in_without_a_browser_or_a_session_is_noted_too(user, request_of, entries, rf):
    request = request_of(user=user)
    signals.record_login(user=user, request=request)
    signals.record_login(user=user, request=rf.get("/"))
    signals.record_login(user=user)

    assert told(entries) == [(None, "signed_in", "auth.user", str(user.pk), {})] * 3
    assert (row_of(request).agent, row_of(request).network) == ("", "198.51.100.7")


def test_steps_of_another_person_say_nothing(user, world, request_of, entries):
    signals.record_login(user=user, request=request_of("provider", user=world.kenko_worker.user))

    assert [row[-1] for row in told(entries)] == [{}]


def test_log_out_is_noted_of_who_was_in(user, entries):
    signals.record_logout(user=None, request=None)
    signals.record_logout(user=user, request=None)

    assert told(entries) == [(None, "signed_out", "auth.user", str(user.pk), {})]


def test_failure_is_noted_without_what_was_typed(world, entries):
    signals.record_failure(credentials={"username": "a password, perhaps"}, request=None)

    assert told(entries) == [(None, "sign_in_failed", "", "", {})]


@pytest.mark.parametrize(
    ("is_in", "is_own", "renews"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_proof_of_who_is_signed_in_renews_the_key(
    user, world, request_of, monkeypatch, is_in, is_own, renews
):
    renewed = []
    monkeypatch.setattr(signals, "renew_key", renewed.append)
    request = request_of(user=user)
    request.user = SimpleNamespace(is_authenticated=is_in, pk=user.pk)

    signals.note_proof(request=request, user=user if is_own else world.kenko_worker.user, method="mfa")

    assert renewed == ([request] if renews else [])


@pytest.mark.parametrize(
    ("receiver", "verb"),
    [
        (signals.record_added_factor, "factor_added"),
        (signals.record_removed_factor, "factor_removed"),
        (signals.record_renewed_codes, "codes_renewed"),
    ],
)
def test_factor_is_noted_by_its_kind_and_told_to_its_owner(user, entries, monkeypatch, receiver, verb):
    receiver(user=user, authenticator=SimpleNamespace(type="totp"), request=None)

    assert told(entries) == [(None, verb, "auth.user", str(user.pk), {"type": "totp"})]
    (task,) = DBTaskResult.objects.all()
    assert (task.task_path, task.args_kwargs["args"]) == (
        "permissions.accounts.tasks.send_notice",
        [user.pk, verb],
    )

    def fails(*arguments):
        raise RuntimeError("no queue")

    monkeypatch.setattr(signals, "send_notice", SimpleNamespace(enqueue=fails))
    with pytest.raises(RuntimeError):
        receiver(user=user, authenticator=SimpleNamespace(type="webauthn"), request=None)
    assert len(told(entries)) == 1


@pytest.mark.parametrize(
    ("task", "mail", "arguments"),
    [
        (tasks.send_notice, "mail_notice", (7, "password_changed")),
        (tasks.send_invitation, "mail_invitation", ("a-number",)),
        (tasks.send_reset, "mail_reset", ([7, 8],)),
        (tasks.send_renewal_reminder, "mail_renewal_reminder", (7,)),
    ],
)
def test_each_task_sends_its_own_mail(monkeypatch, task, mail, arguments):
    sent = []
    monkeypatch.setattr(f"permissions.accounts.mails.{mail}", lambda *values: sent.append(values))

    task.call(*arguments)

    assert sent == [arguments]
