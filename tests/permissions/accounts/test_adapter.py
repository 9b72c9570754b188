"""django-allauth by our rules: each thing it asks of us, alone."""

from types import SimpleNamespace

import pytest
from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.core import context
from allauth.mfa.base.internal import flows
from django.core.exceptions import ValidationError
from django.http import HttpResponse

import permissions.viewer
from permissions.accounts import actions, adapter, sessions, tries

SLOWED = "短いあいだに何度もまちがえられたため、受け付けを止めています。5分ほど待つか、2段階目の番号も書いてください。パスキーは、今すぐ使えます。"


def patched(monkeypatch, place, name, answer=None):
    """Put a stand-in there that notes what it was given, and answers this."""
    asked = []

    def stand_in(*arguments, **options):
        asked.append((*arguments, *([options] if options else [])))
        return answer

    monkeypatch.setattr(place, name, stand_in)
    return asked


def test_nobody_signs_up(rf):
    assert get_adapter().is_open_for_signup(rf.get("/")) is False


# --- where one lands --------------------------------------------------------------------------------------

PLACES = [
    ("casework.view_case", "/casework/"),
    ("agencies.manage", "/accounts/agencies/"),
    ("people.manage", "/accounts/people/"),
    ("casework.view_alarms", "/audit/alarms/"),
    ("audit.read", "/audit/log/"),
    ("cms.enter", "/cms/"),
]


@pytest.mark.parametrize("number", range(len(PLACES)))
def test_first_place_that_a_role_opens_counts(rf, monkeypatch, number):
    may = {permission for permission, _place in PLACES[number:]}
    request = rf.get("/")
    viewer = SimpleNamespace(may=lambda right: right in may)
    asked = patched(monkeypatch, permissions.viewer, "viewer_for_request", viewer)

    assert get_adapter().get_login_redirect_url(request) == PLACES[number][1]
    assert asked == [(request,)]


@pytest.mark.parametrize("viewer", [None, SimpleNamespace(may=lambda right: False)])
def test_who_may_nothing_is_led_to_the_usual_place(rf, monkeypatch, settings, viewer):
    settings.LOGIN_REDIRECT_URL = "/somewhere/"
    patched(monkeypatch, permissions.viewer, "viewer_for_request", viewer)

    assert get_adapter().get_login_redirect_url(rf.get("/")) == "/somewhere/"


# --- a password -------------------------------------------------------------------------------------------


class Try:
    """Stands in for the counting: what it is asked, and what it says."""

    def __init__(self, may, factor=None):
        self.may, self.factor, self.asked = may, factor, []

    def __call__(self, *arguments):
        self.asked.append(("made", *arguments))
        return self

    def may_be_hashed(self, code):
        self.asked.append(("code", code))
        return self.may

    def was_right(self):
        self.asked.append(("was right",))


@pytest.fixture
def asking(rf, monkeypatch):
    """Let allauth look at a password:  asking(Try(True), user, code="1") -> request, what happened"""

    def ask(attempt, user, *, credentials=None, **posted):
        request = rf.post("/accounts/login/", posted)
        credentials = {"username": "anshin", "password": "x"} if credentials is None else credentials
        monkeypatch.setattr(tries, "PasswordTry", attempt)
        looked = patched(monkeypatch, DefaultAccountAdapter, "authenticate", user)
        proved = patched(monkeypatch, flows, "post_authentication")
        return request, looked, proved, lambda: get_adapter().authenticate(request, **credentials)

    return ask


def test_password_that_was_tried_too_often_is_not_looked_at(asking):
    attempt = Try(False)
    request, looked, _proved, act = asking(attempt, "somebody", code="123")

    with pytest.raises(ValidationError) as refusal:
        act()

    assert (refusal.value.message, refusal.value.code) == (SLOWED, "too_many_login_attempts")
    assert attempt.asked == [("made", request, "anshin"), ("code", "123")]
    assert (request.is_slowed, looked) == (True, [])


def test_wrong_password_stays_counted(asking):
    attempt = Try(True, SimpleNamespace(user_id=7))
    request, looked, proved, act = asking(attempt, None)

    assert act() is None
    assert attempt.asked == [("made", request, "anshin"), ("code", "")]
    assert [options for *_self, options in looked] == [{"username": "anshin", "password": "x"}]
    assert [arguments[1] for arguments in looked] == [request]
    assert (proved, hasattr(request, "second_factor_shown_by"), hasattr(request, "is_slowed")) == (
        [], False, False,
    )  # fmt: skip


def test_right_password_is_counted_no_more(asking):
    attempt, user = Try(True), SimpleNamespace(pk=7)
    request, _looked, proved, act = asking(attempt, user, code="1" * 41)

    assert act() is user
    assert attempt.asked[1:] == [("code", "1" * 40), ("was right",)]
    assert (proved, hasattr(request, "second_factor_shown_by")) == ([], False)


def test_try_without_a_name_is_one_of_the_empty_name(asking):
    attempt = Try(True)
    request, _looked, _proved, act = asking(attempt, None, credentials={"email": "a@mihon.invalid"})

    act()

    assert attempt.asked[0] == ("made", request, "")


@pytest.mark.parametrize("is_own", [True, False])
def test_second_factor_beside_the_password_is_not_asked_again_of_its_owner(asking, is_own):
    user, factor = SimpleNamespace(pk=7), SimpleNamespace(user_id=7 if is_own else 8)
    request, _looked, proved, act = asking(Try(True, factor), user)

    assert act() is user
    assert getattr(request, "second_factor_shown_by", None) == (7 if is_own else None)
    assert getattr(factor, "user", None) is (user if is_own else None)
    assert proved == ([(request, factor)] if is_own else [])


# --- the rest ---------------------------------------------------------------------------------------------


def test_our_second_step_stands_in_the_place_of_allauths(monkeypatch):
    theirs = [
        "allauth.a.EmailStage",
        "allauth.mfa.stages.AuthenticateStage",
        "allauth.b.NotAuthenticateStage",
    ]
    monkeypatch.setattr(DefaultAccountAdapter, "get_login_stages", lambda self: theirs)

    assert get_adapter().get_login_stages() == [
        "allauth.a.EmailStage", "permissions.accounts.stages.SecondFactorStage", "allauth.b.NotAuthenticateStage",
    ]  # fmt: skip


def test_browser_is_remembered_at_the_end_of_a_log_in(rf, monkeypatch):
    request, response = rf.get("/"), HttpResponse()
    done = patched(monkeypatch, DefaultAccountAdapter, "post_login", response)
    kept = patched(monkeypatch, tries, "remember_browser")

    assert get_adapter().post_login(request, "somebody", email="x", signup=False) is response
    assert [arguments[1:] for arguments in done] == [(request, "somebody", {"email": "x", "signup": False})]
    assert kept == [(request, response, "somebody")]


@pytest.mark.parametrize("is_fresh", [True, False])
def test_who_was_not_asked_lately_is_asked_again(rf, monkeypatch, is_fresh):
    request = rf.get("/")
    asked = patched(monkeypatch, sessions, "is_fresh", is_fresh)

    with context.request_context(request):
        assert get_adapter().is_reauthentication_required(app="mfa", more=1) is not is_fresh
    assert asked == [(request,)]


@pytest.mark.django_db
def test_new_password_is_kept_and_noted_in_this_session(rf, monkeypatch, world):
    user, request = world.anshin_worker.user, rf.get("/")
    noted = patched(monkeypatch, actions, "note_new_password")

    with context.request_context(request):
        get_adapter().set_password(user, "ひかりの道をゆく八十八歩")

    user.refresh_from_db()
    assert user.check_password("ひかりの道をゆく八十八歩")
    assert noted == [(user, {"keeping": request})]


@pytest.mark.django_db
def test_password_is_not_changed_unless_it_is_noted(rf, monkeypatch, world):
    user = world.anshin_worker.user

    def fails(*arguments, **options):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(actions, "note_new_password", fails)
    with context.request_context(rf.get("/")), pytest.raises(RuntimeError):
        get_adapter().set_password(user, "ひかりの道をゆく八十八歩")

    user.refresh_from_db()
    assert not user.check_password("ひかりの道をゆく八十八歩")


def test_landings_are_those_of_the_settings(settings):
    assert adapter.LANDINGS[0][1] == settings.LOGIN_REDIRECT_URL
