"""Second factors: what counts as one, that a code counts once, and what is noted."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from permissions.accounts.factors import take_code
from tests.permissions.accounts.conftest import PASSWORD

pytestmark = pytest.mark.django_db

STEP = 60_000_000
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def at_step(monkeypatch):
    """Stop the clock that allauth reads:  at_step(3) is the fourth half minute."""

    def go(number):
        monkeypatch.setattr(time, "time", lambda: (STEP + number) * 30 + 1)

    go(0)
    return go


def code_of(number=0):
    return format_hotp_value(hotp_value(SECRET, STEP + number))


@pytest.fixture
def app_user(world):
    TOTP.activate(world.anshin_worker.user, SECRET)
    return world.anshin_worker.user


@pytest.fixture
def paper_user(world):
    RecoveryCodes.activate(world.anshin_worker.user)
    return world.anshin_worker.user


def codes_of(user):
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def log_in(user, code=None):
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    if code is not None:
        answer = client.post(reverse("mfa_authenticate"), {"code": code})
    return client, answer


def is_in(client):
    return "_auth_user_id" in client.session


def test_code_of_the_app_counts_once(app_user, at_step):
    assert take_code(app_user.pk, code_of()) is not None
    assert take_code(app_user.pk, code_of()) is None


def test_used_code_is_refused_even_if_the_cache_forgot_it(app_user, at_step):
    first, _answer = log_in(app_user, code_of())
    cache.clear()
    second, _answer = log_in(app_user, code_of())

    assert (is_in(first), is_in(second)) == (True, False)


def test_code_lives_for_its_own_half_minute(app_user, at_step):
    at_step(1)

    assert take_code(app_user.pk, code_of(0)) is None
    assert take_code(app_user.pk, code_of(2)) is None
    assert take_code(app_user.pk, code_of(1)) is not None


def test_older_code_does_not_count_after_a_newer_one(app_user, at_step, settings):
    settings.MFA_TOTP_TOLERANCE = 1

    assert take_code(app_user.pk, code_of(1)) is not None
    assert take_code(app_user.pk, code_of(0)) is None


def test_printed_code_counts_once(paper_user):
    code = codes_of(paper_user)[3]

    first, _answer = log_in(paper_user, f"{code[:4]} {code[4:]}")
    second, _answer = log_in(paper_user, code)

    assert (is_in(first), is_in(second)) == (True, False)
    assert code not in codes_of(paper_user)


def test_who_has_printed_codes_only_is_asked_for_one(paper_user, settings):
    settings.MARUGOTO_REQUIRE_MFA = True

    half_way, answer = log_in(paper_user)
    whole, _answer = log_in(paper_user, codes_of(paper_user)[0])

    assert (answer["Location"], is_in(half_way)) == ("/accounts/2fa/authenticate/", False)
    assert whole.get("/casework/").status_code == 200


def test_who_has_no_second_factor_reaches_no_page_of_ours(world, settings):
    settings.MARUGOTO_REQUIRE_MFA = True
    client, _answer = log_in(world.anshin_admin.user)

    places = ("/casework/", "/accounts/sessions/", "/accounts/acting/")
    assert {client.get(place)["Location"] for place in places} == {"/accounts/2fa/"}


def test_password_alone_does_not_replace_the_second_factor_after_a_reset(app_user, at_step):
    app_user.set_password("another-long-password-here")
    app_user.save()

    client = Client()
    answer = client.post("/accounts/login/", {"login": "anshin", "password": "another-long-password-here"})

    assert (answer["Location"], is_in(client)) == ("/accounts/2fa/authenticate/", False)


def test_new_factor_and_its_removal_are_noted_and_told_by_mail(
    world, signed_in, entries, run_tasks, mailoutbox, at_step, django_capture_on_commit_callbacks
):
    user = world.anshin_worker.user
    user.email = "anshin@mihon.invalid"
    user.save()
    client = signed_in(world.anshin_worker)
    client.get(reverse("mfa_activate_totp"))
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("mfa_activate_totp"), {"code": code_of()})
        client.post(reverse("mfa_deactivate_totp"))
    run_tasks()

    noted = [(entry.verb, entry.detail["type"]) for entry in entries(verb__startswith="factor_")]
    assert sorted(noted) == [
        ("factor_added", "recovery_codes"),
        ("factor_added", "totp"),
        ("factor_removed", "recovery_codes"),
        ("factor_removed", "totp"),
    ]
    assert {mail.to[0] for mail in mailoutbox} == {"anshin@mihon.invalid"}
    assert len(mailoutbox) == 4
    assert not any(SECRET in mail.body or "anshin" in mail.body for mail in mailoutbox)


def test_secret_of_an_app_is_long_enough():
    assert len(generate_totp_secret()) >= 32
