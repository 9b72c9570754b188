"""Second factors: what counts as one, that a code counts once, and what is noted."""

import time
from types import SimpleNamespace

import pytest
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from permissions.accounts import factors, tries, vault
from permissions.accounts.factors import CodeForm, MfaAdapter, ProofForm, take_code
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


# --- each rule alone ----------------------------------------------------------------------------------------

TOTP_TYPE, PASSKEY, PAPER = "totp", "webauthn", "recovery_codes"


@pytest.mark.parametrize(
    ("held", "asked", "counts"),
    [
        ([], None, False),
        ([PAPER], None, True),
        ([PAPER], [TOTP_TYPE, PASSKEY], True),
        ([PAPER], [PASSKEY, TOTP_TYPE], True),
        ([PAPER], [PASSKEY], False),
        ([PAPER], [TOTP_TYPE], False),
        ([PAPER], [PAPER], True),
        ([PAPER], [], False),
        ([TOTP_TYPE], [TOTP_TYPE, PASSKEY], True),
        ([PASSKEY], [TOTP_TYPE], False),
        ([], [TOTP_TYPE, PASSKEY], False),
    ],
)
def test_printed_codes_count_where_any_device_does(world, held, asked, counts):
    Authenticator.objects.create(user=world.kenko_worker.user, type=TOTP_TYPE, data={})
    for kind in held:
        Authenticator.objects.create(user=world.anshin_worker.user, type=kind, data={})

    assert MfaAdapter().is_mfa_enabled(world.anshin_worker.user, types=asked) is counts


def test_secrets_go_through_the_vault_and_apps_show_the_name():
    assert vault.unlock(MfaAdapter().encrypt("ひみつ")) == "ひみつ"
    assert MfaAdapter().encrypt("ひみつ").startswith(vault.MARK)
    assert MfaAdapter().decrypt(vault.lock("ひみつ")) == "ひみつ"
    user = SimpleNamespace(get_username=lambda: "anshin", email="anshin@mihon.invalid")
    assert MfaAdapter().get_totp_label(user) == "anshin"


def test_passkeys_are_numbered_for_each_person(world):
    user, other = world.anshin_worker.user, world.kenko_worker.user
    Authenticator.objects.create(user=user, type=PASSKEY, data={})
    Authenticator.objects.create(user=user, type=PASSKEY, data={})
    Authenticator.objects.create(user=user, type=PAPER, data={})

    names = [MfaAdapter().generate_authenticator_name(each, PASSKEY) for each in (user, other)]

    assert names == ["パスキー3", "パスキー1"]


def test_codes_of_one_person_are_looked_at_under_the_lock_of_their_account(app_user, world, at_step):
    TOTP.activate(world.kenko_worker.user, generate_totp_secret())
    RecoveryCodes.activate(app_user)
    Authenticator.objects.create(user=app_user, type=PASSKEY, data={})
    paper = codes_of(app_user)[4]

    with CaptureQueriesContext(connection) as queries:
        found = take_code(app_user.pk, f" {code_of()[:3]}-{code_of()[3:]}\u3000")

    begun, locked = (query["sql"] for query in queries.captured_queries[:2])
    assert begun.startswith("SAVEPOINT")
    assert '"auth_user"' in locked
    assert locked.endswith("FOR UPDATE")
    assert f'"id" = {app_user.pk} ' in locked
    assert (found.type, found.user_id, found.data["last_step"]) == (TOTP_TYPE, app_user.pk, STEP)
    assert take_code(app_user.pk, f"{paper[:4]}-{paper[4:]}").type == PAPER
    assert [take_code(pk, code_of(1)) for pk in (app_user.pk, world.kenko_worker.user.pk, 0)] == [None] * 3


def test_older_factor_is_asked_first(world, monkeypatch):
    user, asked = world.anshin_worker.user, []
    for number in (9, 3, 5):
        kind = {9: PAPER, 3: TOTP_TYPE, 5: PASSKEY}[number]
        Authenticator.objects.create(id=10**6 + number, user=user, type=kind, data={})
    monkeypatch.setattr(factors, "_takes", lambda row, code: asked.append((row.pk - 10**6, code)))

    assert take_code(user.pk, "1 2-3") is None
    assert asked == [(3, "123"), (9, "123")]


def test_taken_step_is_written_down_and_nothing_else(app_user, at_step):
    row = Authenticator.objects.get(user=app_user)
    row.type = TOTP_TYPE
    row.user_id = None

    assert factors._takes(row, code_of()) is True
    assert factors._takes(row, code_of()) is False
    kept = Authenticator.objects.get(pk=row.pk)
    assert (kept.data["last_step"], kept.user_id) == (STEP, app_user.pk)


def test_very_first_half_minute_counts(app_user, monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 1)
    code = format_hotp_value(hotp_value(SECRET, 0))

    assert (take_code(app_user.pk, code) is None, take_code(app_user.pk, code)) == (False, None)


# --- the forms ----------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch):
    """What the forms tell of a code: whether it may be tried, that it was right or wrong."""
    told = []
    monkeypatch.setattr(tries, "code_may_be_tried", lambda *values: told.append(("may", *values)) or True)
    monkeypatch.setattr(tries, "code_was_right", lambda *values: told.append(("right", *values)))
    monkeypatch.setattr(tries, "code_was_wrong", lambda *values: told.append(("wrong", *values)))
    return told


@pytest.fixture(params=[CodeForm, ProofForm])
def typed(request, rf):
    """A form with a code in it:  typed(user, "123456") -> the form, its request"""

    def make(user, code):
        asked = rf.post("/")
        with context.request_context(asked):
            form = request.param({"code": code}, user=user)
            form.is_valid()
        return form, asked

    return make


def test_right_code_names_its_factor_and_is_counted_as_right(app_user, at_step, typed, counted):
    form, asked = typed(app_user, code_of())

    assert (form.errors, form.cleaned_data) == ({}, {"code": code_of()})
    assert (form.authenticator.type, form.authenticator.user is form.user) == (TOTP_TYPE, True)
    assert counted == [("may", asked, app_user), ("right", asked, app_user)]


def test_wrong_code_is_counted_as_wrong_and_said(app_user, at_step, typed, counted):
    form, asked = typed(app_user, code_of(1))

    (error,) = form.errors["code"].as_data()
    assert (error.code, str(error.message)) == (
        "incorrect_code",
        str(MfaAdapter.error_messages["incorrect_code"]),
    )
    assert counted == [("may", asked, app_user), ("wrong", app_user)]
    assert not hasattr(form, "authenticator")


def test_code_over_the_limit_is_not_looked_at(app_user, at_step, typed, counted, monkeypatch):
    monkeypatch.setattr(tries, "code_may_be_tried", lambda *values: False)

    form, _asked = typed(app_user, code_of())

    assert [error.code for error in form.errors["code"].as_data()] == ["too_many_login_attempts"]
    assert (counted, take_code(app_user.pk, code_of()) is None) == ([], False)


def test_forms_are_allauths_with_our_look_at_the_code():
    assert (issubclass(CodeForm, AuthenticateForm), issubclass(ProofForm, ReauthenticateForm)) == (True, True)
    assert not issubclass(CodeForm, ReauthenticateForm)
    assert isinstance(MfaAdapter().validation_error("incorrect_code"), ValidationError)
