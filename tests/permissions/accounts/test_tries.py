"""Trying passwords and codes: slow for strangers, never shut for the owner."""

import datetime as dt
import threading

import pytest
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from permissions.accounts.limits import Limit
from permissions.accounts.models import Tally
from tests.permissions.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def owner(world):
    user = world.anshin_worker.user
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def hashed(monkeypatch):
    """Which names' passwords reached the hasher."""
    seen = []
    look = AuthenticationBackend.authenticate

    def note(self, request, **credentials):
        seen.append(credentials.get("username"))
        return look(self, request, **credentials)

    monkeypatch.setattr(AuthenticationBackend, "authenticate", note)
    return seen


def codes_of(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def log_in(client, password=PASSWORD, username="anshin", **values):
    return client.post("/accounts/login/", {"login": username, "password": password, **values})


def second_step(client, code):
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_in(client):
    return "_auth_user_id" in client.session


def spray(times, *, username="anshin", networks=1):
    for number in range(times):
        log_in(Client(REMOTE_ADDR=f"198.51.100.{number % networks}"), f"guess-{number}", username)


# --- what an attacker gets -----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("networks", [1, 200])
def test_of_a_thousand_tries_in_a_minute_ten_at_most_reach_the_hasher(owner, hashed, networks):
    spray(1000, networks=networks)

    assert 1 <= len(hashed) <= 10


def test_names_that_do_not_exist_are_counted_alike(owner, hashed):
    spray(50, username="nobody", networks=50)
    known = list(hashed)
    hashed.clear()
    spray(50, networks=50)

    assert len(known) == len(hashed) == 5


@pytest.mark.slow
def test_many_names_from_one_network_are_limited_too(world, hashed):
    for number in range(200):
        log_in(Client(REMOTE_ADDR="198.51.100.1"), "guess", f"name-{number}")

    assert len(hashed) == 30


def test_many_names_from_many_networks_are_limited_too(world, hashed, settings):
    settings.MARUGOTO_LOGIN_EVERYWHERE = 40
    for number in range(100):
        log_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "guess", f"name-{number}")

    assert len(hashed) == 40


def test_tries_at_once_are_counted_one_by_one(transactional_db):
    limit, allowed = Limit("at once", allowed=5, seconds=60), []

    def try_it():
        allowed.append(limit.take("somebody"))
        connection.close()

    threads = [threading.Thread(target=try_it) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(allowed) == [False] * 15 + [True] * 5


# --- what the owner keeps ------------------------------------------------------------------------------


@pytest.mark.slow
def test_owner_gets_in_at_once_with_the_second_factor(owner):
    spray(300, networks=200)
    client, other = Client(), Client()

    slowed = log_in(client)
    log_in(client, code=codes_of(owner)[0])
    log_in(other, code="00000000")

    assert "2段階目の番号も書いてください" in slowed.content.decode()
    assert 'name="code"' in slowed.content.decode()
    assert (is_in(client), is_in(other)) == (True, False)
    assert client.get("/casework/").status_code == 200


def test_right_code_does_not_replace_the_password(owner):
    spray(50)
    client = Client()

    log_in(client, "guess", code=codes_of(owner)[0])

    assert not is_in(client)


def test_code_of_somebody_else_does_not_help(owner, world):
    RecoveryCodes.activate(world.kenko_worker.user)
    spray(50)
    client = Client()

    log_in(client, code=codes_of(world.kenko_worker.user)[0])

    assert not is_in(client)


@pytest.mark.slow
def test_browser_that_was_used_before_is_not_slowed(owner):
    known = Client()
    log_in(known)
    second_step(known, codes_of(owner)[0])
    known.post("/accounts/logout/")
    spray(300, networks=200)

    log_in(known)
    second_step(known, codes_of(owner)[0])

    assert is_in(known)


def test_browser_of_one_person_is_not_known_for_another(owner, world, hashed):
    known = Client()
    log_in(known)
    second_step(known, codes_of(owner)[0])
    known.post("/accounts/logout/")
    spray(50, username="kenko")
    hashed.clear()

    log_in(known, "guess", "kenko")

    assert hashed == []


def test_known_browser_has_a_limit_of_its_own(owner, hashed):
    known = Client()
    log_in(known)
    second_step(known, codes_of(owner)[0])
    known.post("/accounts/logout/")
    hashed.clear()

    for number in range(100):
        log_in(known, f"guess-{number}")

    assert len(hashed) == 10


def test_forged_mark_of_a_browser_is_none(owner, hashed):
    spray(50)
    hashed.clear()
    forger = Client()
    forger.cookies["marugoto_device"] = "eyJ4IjoieSJ9:1:x"

    log_in(forger, "guess")

    assert hashed == []


def test_mark_is_given_after_a_second_factor_only(owner, world):
    half, whole, without = Client(), Client(), Client()
    log_in(half)
    log_in(whole)
    second_step(whole, codes_of(owner)[0])
    log_in(without, username="kenko")

    cookie = whole.cookies["marugoto_device"]
    assert [("marugoto_device" in each.cookies) for each in (half, without)] == [False, False]
    assert (cookie["httponly"], cookie["samesite"], "anshin" in cookie.value) == (True, "Lax", False)


def test_four_mistakes_are_forgiven_and_forgotten(owner):
    for _each in range(3):
        for number in range(4):
            log_in(Client(), f"guess-{number}")
        client = Client()
        log_in(client)
        second_step(client, codes_of(owner)[0])
        assert is_in(client)
        Tally.objects.all().delete()


def test_waiting_helps_too(owner, shift_clock):
    spray(5)
    before, after = Client(), Client()

    log_in(before)
    shift_clock(dt.timedelta(minutes=5, seconds=1))
    log_in(after)

    assert reverse("mfa_authenticate") == log_in(after)["Location"]
    assert second_step(before, codes_of(owner)[0])["Location"] == "/accounts/login/"


# --- codes -----------------------------------------------------------------------------------------------


def test_guesser_of_codes_cannot_keep_the_owner_out(owner, run_tasks, mailoutbox):
    """Whoever knows the password and guesses codes is slowed in their own network; the owner is told."""
    get_user_model().objects.filter(pk=owner.pk).update(email="anshin@mihon.invalid")
    for number in range(4):
        guesser = Client(REMOTE_ADDR=f"198.51.100.{number}")
        log_in(guesser)
        for guess in range(8):
            second_step(guesser, f"{guess:08d}")
    client = Client()

    log_in(client)
    second_step(client, codes_of(owner)[0])
    run_tasks()

    assert is_in(client)
    assert ["何度もまちがえられました" in mail.body for mail in mailoutbox] == [True]


def test_guesser_of_codes_is_slowed(owner):
    guesser = Client()
    log_in(guesser)
    for guess in range(5):
        second_step(guesser, f"{guess:08d}")

    answer = second_step(guesser, codes_of(owner)[0])

    assert not is_in(guesser)
    assert "短いあいだに" in answer.content.decode()


# --- counting ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_counting_inside_a_transaction_is_an_error():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        Limit("x", allowed=1, seconds=60).take("a")


@pytest.mark.django_db(transaction=True)
def test_count_survives_a_request_that_is_rolled_back(client, monkeypatch):
    from permissions.accounts import views

    def fail(*args, **kwargs):
        with transaction.atomic():
            get_user_model().objects.create_user("rolled-back")
            raise RuntimeError("after the count")

    monkeypatch.setattr(views.invitations, "accept_code", fail)
    values = {
        "username": "x",
        "code": "x",
        "password1": "a-long-password-here",
        "password2": "a-long-password-here",
    }

    with pytest.raises(RuntimeError, match="after the count"):
        client.post(reverse("accounts:paper"), values)

    assert Tally.objects.count() == 1
    assert not get_user_model().objects.exists()


def test_keys_hold_neither_names_nor_addresses(owner):
    spray(3)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM marugoto_permissions_tally t")
        ((text,),) = cursor.fetchall()

    assert ("anshin" in text, "198.51" in text) == (False, False)


# --- the forgotten password ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "mails"),
    [
        ("anshin@mihon.invalid", 1),
        ("ANSHIN@mihon.invalid", 1),
        ("nobody@mihon.invalid", 0),
        ("shut@mihon.invalid", 0),
    ],
)
def test_reset_always_queues_a_task_and_mails_those_who_exist(
    world, client, run_tasks, mailoutbox, address, mails
):
    from django_tasks_db.models import DBTaskResult

    people = get_user_model().objects
    people.filter(username="anshin").update(email="anshin@mihon.invalid")
    people.filter(username="kenko").update(email="shut@mihon.invalid", is_active=False)

    answer = client.post(reverse("account_reset_password"), {"email": address})
    queued = DBTaskResult.objects.get()
    before = len(mailoutbox)
    run_tasks()

    assert answer["Location"] == "/accounts/password/reset/done/"
    assert (before, len(mailoutbox)) == (0, mails)
    assert "mihon" not in str(queued.args_kwargs)
    assert all("anshin" not in mail.subject + mail.body for mail in mailoutbox)


def test_link_of_the_reset_lets_choose_a_password_and_ends_the_sessions(
    world, client, signed_in, run_tasks, mailoutbox, owner
):
    import re

    get_user_model().objects.filter(username="anshin").update(email="anshin@mihon.invalid")
    other = signed_in(world.anshin_worker)
    client.post(reverse("account_reset_password"), {"email": "anshin@mihon.invalid"})
    run_tasks()
    path = re.search(r"http://\S+?(/accounts/password/reset/key/\S+)", mailoutbox[0].body)[1]

    form = client.get(path)["Location"]
    client.post(form, {"password1": "ひかりの道をゆく八十八歩", "password2": "ひかりの道をゆく八十八歩"})
    again = client.get(path, follow=True).content.decode()

    assert other.get("/casework/").status_code == 302
    assert log_in(Client(), "ひかりの道をゆく八十八歩")["Location"] == reverse("mfa_authenticate")
    assert "このリンクは使えません" in again
