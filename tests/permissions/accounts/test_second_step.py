"""The second step: who is asked for it, and who is sent to set it up."""

from types import SimpleNamespace

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth.models import AnonymousUser

from permissions.accounts.middleware import RequireSecondFactor
from permissions.accounts.stages import SecondFactorStage


@pytest.mark.parametrize(
    ("shown", "user", "would", "asks"),
    [
        ({}, 7, True, True),
        ({}, 7, False, False),
        ({"second_factor_shown_by": None}, 7, True, True),
        ({"second_factor_shown_by": 7}, 7, True, False),
        ({"second_factor_shown_by": 7}, 7, False, False),
        ({"second_factor_shown_by": 8}, 7, True, True),
        ({"second_factor_shown_by": 7}, None, True, True),
        ({"second_factor_shown_by": None}, None, True, True),
        ({}, None, False, False),
    ],
)
def test_second_step_is_left_out_for_who_just_showed_theirs(monkeypatch, shown, user, would, asks):
    asked = []
    monkeypatch.setattr(
        AuthenticateStage, "_should_handle", lambda self, request: asked.append(request) or would
    )
    login = SimpleNamespace(user=user and SimpleNamespace(pk=user), state={})
    request = SimpleNamespace(**shown)

    stage = SecondFactorStage(None, request, login)

    assert stage._should_handle(request) is asks
    assert set(map(id, asked)) <= {id(request)}


# --- who has none yet -------------------------------------------------------------------------------------


@pytest.fixture
def answer(rf, settings):
    """What the middleware says to a view of this name:  answer("casework:home", user)"""

    def ask(name, user):
        request = rf.get("/")
        request.user, request.resolver_match = user, SimpleNamespace(view_name=name)
        response = RequireSecondFactor(lambda request: "the page").process_view(request, None, (), {})
        return response and (response.status_code, response["Location"])

    settings.MARUGOTO_REQUIRE_MFA = True
    return ask


@pytest.mark.django_db
def test_who_has_no_second_factor_reaches_what_gives_one_and_nothing_else(world, answer, settings):
    user, whole = world.anshin_worker.user, world.kenko_worker.user
    RecoveryCodes.activate(whole)
    sent, names = (302, "/accounts/2fa/"), ("casework:home", "accounts:acting", "accounts:people", "")
    reached = (
        "account_login", "mfa_index", "set_language", "healthz", "readyz", "accounts:invitation", "accounts:paper",
    )  # fmt: skip

    assert [answer(name, user) for name in names] == [sent] * len(names)
    assert [answer(name, user) for name in reached] == [None] * len(reached)
    assert [answer(name, who) for name in names for who in (whole, AnonymousUser())] == [None] * 8
    settings.MARUGOTO_REQUIRE_MFA = False
    assert [answer(name, user) for name in names] == [None] * len(names)


def test_middleware_hands_the_request_on():
    seen = []

    assert RequireSecondFactor(lambda request: seen.append(request) or "the page")("a request") == "the page"
    assert seen == ["a request"]
