"""The door through the city's identity provider: who comes in, and every way in which nobody does."""

import datetime as dt
import time
from importlib.util import module_from_spec, spec_from_file_location
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marugoto_site.settings.oidc import oidc_of
from marugoto_site.settings.requirements import problems_of_oidc
from permissions.accounts import urls
from permissions.accounts.links import link_provider, person_of
from permissions.accounts.models import ProviderLink, Session
from permissions.accounts.provider import subject_hash, the_provider
from permissions.agencies.actions import close_agency, disable_person, end_membership
from permissions.agencies.models import Membership
from permissions.agencies.years import today
from permissions.checks import provider_is_whole
from permissions.errors import NotAllowed
from permissions.walls.context import acting_for
from tests.permissions.accounts.conftest import PASSWORD
from tests.permissions.accounts.providing import (
    GOOD_KEY,
    ISSUER,
    OTHER_KEY,
    SECRET,
    FakeProvider,
    new_key,
    start,
)

# Thorough rather than quick: `make test` runs them.
pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def idp(monkeypatch):
    fake = FakeProvider()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fake.send)
    return fake


@pytest.fixture
def worker(world):
    """Somebody who is "worker-1" at the provider."""
    link(world.anshin_worker, "worker-1")
    return world.anshin_worker


def link(viewer, subject):
    with acting_for(viewer):
        link_provider(subject_hash(ISSUER, subject), by=viewer)


def come_in(idp, client=None, **values):
    """Sign in at the provider and come back; return the browser and the answer."""
    client = client or Client()
    return client, client.get(idp.sign_in(start(client, **values)))


def is_in(client):
    return "_auth_user_id" in client.session


def failures(entries):
    return [entry.detail for entry in entries(verb="sign_in_failed")]


# --- who comes in ----------------------------------------------------------------------------------------


def test_linked_person_comes_in(idp, worker, entries):
    client, answer = come_in(idp)

    assert (answer.status_code, answer["Location"]) == (302, "/casework/")
    assert client.get("/casework/").status_code == 200
    (entry,) = entries(verb="signed_in")
    assert (entry.subject_id, entry.detail) == (str(worker.user.pk), {"door": "provider"})


def test_key_of_the_session_is_new_and_the_session_is_in_the_list(idp, worker):
    client = Client(headers={"User-Agent": "Firefox/1 Linux"})
    page = start(client)
    before = client.session.session_key

    client.get(idp.sign_in(page))

    assert client.session.session_key != before
    assert "Firefox" in client.get(reverse("accounts:sessions")).content.decode()


def test_idle_and_absolute_limits_hold(idp, worker, settings, shift_clock):
    settings.MARUGOTO_SESSION_IDLE_SECONDS = 30 * 60
    client, _answer = come_in(idp)

    shift_clock(dt.timedelta(minutes=31))

    assert client.get("/casework/").status_code == 302


def test_what_is_asked_of_the_provider(idp, worker, settings):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "second_factor_acr": ("loa3", "loa4")}

    asked = {
        name: value[0] for name, value in parse_qs(urlsplit(start(Client()).context["address"]).query).items()
    }

    assert len(asked.pop("state")) >= 20
    assert len(asked.pop("nonce")) >= 20
    assert len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": "marugoto",
        "redirect_uri": "http://testserver/accounts/provider/return/",
        "scope": "openid",
        "code_challenge_method": "S256",
        "acr_values": "loa3 loa4",
    }


def test_each_attempt_has_values_of_its_own(idp, worker):
    addresses = [parse_qs(urlsplit(start(Client()).context["address"]).query) for _each in range(3)]

    for name in ("state", "nonce", "code_challenge"):
        assert len({address[name][0] for address in addresses}) == 3


def test_page_leads_on_without_a_form_to_another_host(idp, worker):
    """form-action 'self' stops a form that is redirected elsewhere."""
    page = start(Client())
    text = page.content.decode()

    address = page.context["address"].replace("&", "&amp;")
    assert page.status_code == 200
    assert f'<meta http-equiv="refresh" content="0;url={address}">' in text
    assert f'href="{address}"' in text
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "same-origin")


def test_no_token_and_no_claim_is_kept(idp, worker):
    idp.claims = {"email": "CLAIM-CANARY@example.jp", "name": "CLAIM-CANARY"}
    RecoveryCodes.activate(worker.user)

    client, answer = come_in(idp)  # between the two steps, where most is put aside

    assert answer["Location"] == reverse("mfa_authenticate")
    kept = [str(dict(client.session))] + [str(row) for row in ProviderLink.objects.values_list()]
    assert not any(word in text for text in kept for word in ("CANARY", "worker-1", "nonce", "code_verifier"))


@pytest.mark.parametrize("lists_basic", [True, False])
def test_secret_goes_to_the_provider_as_it_wants_it(idp, worker, lists_basic):
    methods = ["private_key_jwt", "client_secret_basic"] if lists_basic else ["client_secret_post"]
    idp.metadata["token_endpoint_auth_methods_supported"] = methods

    client, _answer = come_in(idp)

    assert is_in(client)


# --- where one may be led --------------------------------------------------------------------------------


def test_leads_back_to_the_page_that_asked(idp, worker):
    _client, answer = come_in(idp, next="/casework/cases/")

    assert answer["Location"] == "/casework/cases/"


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "https:evil.example"]
)
def test_leads_to_no_other_host(idp, worker, place):
    _client, answer = come_in(idp, next=place)

    assert answer["Location"] == "/casework/"


def test_nothing_begins_by_get(idp, world, signed_in):
    statuses = {
        name: signed_in(world.anshin_worker).get(reverse(f"accounts:{name}")).status_code
        for name in ("provider_login", "provider_link", "provider_unlink")
    }

    assert (set(statuses.values()), idp.asked) == ({405}, [])


# --- tokens that prove nothing ---------------------------------------------------------------------------

HOUR = 3600


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"claims": {"aud": "another"}}, id="another audience"),
        pytest.param({"claims": {"aud": ["another"], "azp": "marugoto"}}, id="another audience, our azp"),
        pytest.param({"claims": {"aud": ["marugoto", "another"]}}, id="two audiences, no azp"),
        pytest.param({"claims": {"azp": "another"}}, id="for another party"),
        pytest.param({"claims": {"iss": "https://idp.example.jp/other"}}, id="another issuer"),
        pytest.param({"claims": {"exp": int(time.time()) - HOUR}}, id="expired"),
        pytest.param({"claims": {"exp": int(time.time()) - 90}}, id="expired a minute ago"),
        pytest.param({"claims": {"iat": int(time.time()) + HOUR}}, id="of the future"),
        pytest.param({"claims": {"nbf": int(time.time()) + HOUR}}, id="not yet"),
        pytest.param({"claims": {"nonce": "of-another-session"}}, id="another nonce"),
        pytest.param({"claims": {"nonce": ""}}, id="empty nonce"),
        pytest.param({"claims": {"sub": ""}}, id="empty subject"),
        pytest.param({"claims": {"sub": 1}}, id="subject is a number"),
        pytest.param({"claims": {"sub": "x" * 256}}, id="subject too long"),
        pytest.param({"claims": {"at_hash": "AAAA"}}, id="another access token"),
        *[
            pytest.param({"left_out": {name}}, id=f"no {name}")
            for name in ("iss", "aud", "exp", "iat", "nonce", "sub")
        ],
        pytest.param({"key": OTHER_KEY}, id="another key of the same name"),
        pytest.param({"published": [OTHER_KEY]}, id="a key withdrawn"),
        pytest.param({"published": []}, id="no key"),
        pytest.param({"algorithm": "none"}, id="unsigned"),
        pytest.param({"algorithm": "HS256", "key": SECRET * 3}, id="signed with a shared secret"),
        pytest.param(
            {"algorithm": "HS256", "key": GOOD_KEY.as_pem(private=False)},
            id="signed with the public key as a secret",
        ),
    ],
)
def test_token_that_proves_nothing_lets_nobody_in(idp, worker, entries, change):
    for name, value in change.items():
        setattr(idp, name, value)

    client, answer = come_in(idp)

    assert (answer.status_code, is_in(client)) == (403, False)
    assert failures(entries) == [{"door": "provider", "why": "token"}]


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"access_token": "x", "token_type": "Bearer"}, {}),
        (200, {"access_token": "x", "token_type": "Bearer", "id_token": "no.token"}, {}),
        (200, {"access_token": "x", "token_type": "Bearer", "id_token": None}, {}),
        (200, [], {}),
        (200, b"<html>", {"Content-Type": "text/html"}),
        (400, {"error": "invalid_grant"}, {}),
        (500, b"", {}),
        (302, b"", {"Location": "https://evil.example/token"}),
    ],
)
def test_answer_without_a_token_lets_nobody_in(idp, worker, entries, answer):
    idp.answers["/token"] = lambda: answer

    client, page = come_in(idp)

    assert (page.status_code, is_in(client)) == (403, False)
    assert failures(entries) == [{"door": "provider", "why": "token"}]
    assert not any("evil" in address for address in idp.asked)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            {"claims": {"aud": ["marugoto", "another"], "azp": "marugoto"}}, id="two audiences, our azp"
        ),
        pytest.param(
            {"claims": {"exp": int(time.time()) + 3600}, "algorithm": "PS512"}, id="another algorithm"
        ),
        pytest.param({"claims": {"sub": "x" * 255}}, id="longest subject"),
    ],
)
def test_unusual_token_that_proves_something_is_taken(idp, world, change):
    link(world.anshin_worker, change["claims"].get("sub", "worker-1"))
    for name, value in change.items():
        setattr(idp, name, value)

    assert is_in(come_in(idp)[0])


def test_clocks_may_differ_by_less_than_a_minute(idp, worker):
    idp.claims = {"exp": int(time.time()) - 30}

    assert is_in(come_in(idp)[0])


def test_algorithm_that_the_provider_does_not_offer_is_refused(idp, worker):
    idp.algorithm = "RS512"

    assert not is_in(come_in(idp)[0])


def test_new_key_of_the_provider_counts_at_once(idp, worker):
    come_in(idp)
    idp.key = OTHER_KEY
    idp.published = [OTHER_KEY, new_key("two")]

    client, _answer = come_in(idp)

    assert is_in(client)


# --- attempts --------------------------------------------------------------------------------------------


def test_answer_is_taken_once(idp, worker):
    client = Client()
    back = idp.sign_in(start(client))
    first = client.get(back)
    client.post(reverse("account_logout"))
    idp.codes |= {"code-1": {}}

    second = client.get(back)

    assert (first.status_code, second.status_code, is_in(client)) == (302, 403, False)


def test_failed_answer_uses_the_attempt_up(idp, worker):
    client = Client()
    back = idp.sign_in(start(client))
    idp.published = [OTHER_KEY]
    client.get(back)
    idp.published = [GOOD_KEY]

    assert client.get(back).status_code == 403
    assert not is_in(client)


def test_answer_to_somebody_elses_attempt_is_refused(idp, worker, entries):
    """An attacker cannot sign others in as themselves."""
    back = idp.sign_in(start(Client()))
    victim = Client()
    start(victim)

    assert victim.get(back).status_code == 403
    assert not is_in(victim)
    assert failures(entries) == [{"door": "provider", "why": "state"}]


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?state=x&code=y", "?error=access_denied"])
def test_answer_without_an_attempt_is_refused_and_asks_nobody(idp, worker, query):
    answer = Client().get(reverse("accounts:provider_return") + query)

    assert (answer.status_code, idp.asked) == (403, [])


def test_attempt_lasts_ten_minutes(idp, worker, monkeypatch):
    client = Client()
    back = idp.sign_in(start(client))
    now = time.time()
    monkeypatch.setattr("permissions.accounts.provider.time.time", lambda: now + 601)

    assert client.get(back).status_code == 403


def test_last_attempt_counts(idp, worker):
    client = Client()
    first, second = idp.sign_in(start(client)), idp.sign_in(start(client))

    assert [client.get(back).status_code for back in (first, second)] == [403, 302]


def test_answer_in_the_name_of_another_issuer_is_refused(idp, worker, entries):
    client = Client()
    back = idp.sign_in(start(client))

    refused = client.get(f"{back}&iss=https%3A%2F%2Fevil.example")

    assert (refused.status_code, client.get(back).status_code) == (403, 403)
    assert failures(entries)[0] == {"door": "provider", "why": "issuer"}


def test_whoever_gives_up_there_is_told_how_else(idp, worker):
    client = Client()
    back = idp.sign_in(start(client))
    state = parse_qs(urlsplit(back).query)["state"][0]

    page = client.get(reverse("accounts:provider_return"), {"error": "access_denied", "state": state})

    assert page.status_code == 403
    assert reverse("account_login") in page.content.decode()
    assert client.get(back).status_code == 403


# --- a provider that is not one --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://idp.example.jp/authorize"},
        {"token_endpoint": "http://idp.example.jp/token"},
        {"jwks_uri": "http://idp.example.jp/keys"},
        {"authorization_endpoint": None},
    ],
)
def test_description_that_does_not_fit_leads_nowhere(idp, worker, change):
    idp.metadata |= change

    page = start(Client())

    assert page.status_code == 503
    assert "evil" not in page.content.decode()


def test_issuer_without_tls_is_asked_nothing(idp, settings):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "issuer": "http://idp.example.jp/city"}

    assert (start(Client()).status_code, idp.asked) == (503, [])


def test_silent_provider_says_so(idp, worker):
    idp.is_down = True

    page = start(Client())

    assert page.status_code == 503
    assert "返事がありません" in page.content.decode()


def test_provider_that_falls_silent_on_the_way_lets_nobody_in(idp, worker):
    client = Client()
    back = idp.sign_in(start(client))
    idp.is_down = True

    assert client.get(back).status_code == 403
    assert not is_in(client)


def test_starts_are_limited_per_network(idp, worker):
    statuses = [start(Client()).status_code for _each in range(31)]

    assert statuses == [200] * 30 + [429]
    assert len(idp.asked) == 30


def test_returns_are_limited_per_network(idp, worker):
    statuses = [Client().get(reverse("accounts:provider_return")).status_code for _each in range(61)]

    assert statuses == [403] * 60 + [429]


# --- people ----------------------------------------------------------------------------------------------


def test_subject_that_nobody_linked_makes_no_account(idp, world, entries):
    get_user_model().objects.filter(pk=world.anshin_worker.user.pk).update(email="worker@example.jp")
    idp.claims = {
        "sub": "stranger",
        "email": "worker@example.jp",
        "email_verified": True,
        "preferred_username": "anshin",
    }
    before = get_user_model().objects.count()

    client, answer = come_in(idp)

    assert (answer.status_code, is_in(client)) == (403, False)
    assert get_user_model().objects.count() == before
    assert failures(entries) == [{"door": "provider", "why": "nobody"}]


def test_other_subject_is_another_person(idp, world, worker):
    link(world.kenko_worker, "worker-2")
    idp.claims = {"sub": "worker-2"}

    client, _answer = come_in(idp)

    assert client.session["_auth_user_id"] == str(world.kenko_worker.user.pk)


def test_same_subject_of_another_issuer_is_nobody(idp, world):
    with acting_for(world.anshin_worker):
        link_provider(subject_hash("https://former.example.jp", "worker-1"), by=world.anshin_worker)

    client, answer = come_in(idp)

    assert (answer.status_code, is_in(client)) == (403, False)


def test_shut_account_and_unknown_subject_get_the_same_answer(idp, world, worker):
    disable_person(worker.user, by=None)
    answers, asked = [], []
    for subject in ("worker-1", "stranger"):
        idp.claims = {"sub": subject}
        client = Client()
        back = idp.sign_in(start(client))
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(back)
        text = answer.content.decode().partition("<main")[2]
        answers.append((answer.status_code, text, is_in(client), sorted(answer.headers)))
        asked.append([(query["sql"] or "").partition(" WHERE ")[0] for query in queries])

    assert answers[0] == answers[1]
    assert (answers[0][0], "入れませんでした" in answers[0][1]) == (403, True)
    assert len(asked[0]) == len(asked[1]) > 0


@pytest.mark.parametrize(("subject", "found"), [("worker-1", ["anshin"]), ("stranger", [])])
def test_whoever_it_is_the_database_is_asked_once(worker, django_assert_num_queries, subject, found):
    with django_assert_num_queries(1):
        user = person_of(subject_hash(ISSUER, subject))
        names = [user.get_username()] if user else []

    assert names == found


def _lapse(world):
    day = today()
    Membership.objects.filter(pk=world.anshin_worker.membership.pk).update(
        starts_on=day - dt.timedelta(days=400), ends_on=day - dt.timedelta(days=30)
    )


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(_lapse, id="31 March is over"),
        pytest.param(
            lambda world: end_membership(world.anshin_worker.membership, by=None), id="membership ended"
        ),
        pytest.param(lambda world: close_agency(world.anshin, by=None), id="agency closed"),
    ],
)
def test_who_has_no_work_here_any_more_finds_what_the_password_door_shows(idp, world, worker, end):
    end(world)
    by_password = Client()
    typed = by_password.post("/accounts/login/", {"login": "anshin", "password": PASSWORD})

    by_provider, answer = come_in(idp)

    assert (answer.status_code, answer["Location"]) == (typed.status_code, typed["Location"])
    for path in ("/casework/", "/casework/cases/", reverse("accounts:sessions"), "/cms/"):
        statuses = [client.get(path).status_code for client in (by_password, by_provider)]
        assert statuses == [403, 403]


def test_account_shut_meanwhile_has_no_session(idp, worker):
    client, _answer = come_in(idp)

    disable_person(worker.user, by=None)

    assert client.get("/casework/").status_code == 302
    assert not Session.objects.filter(user=worker.user).exists()


def test_whoever_is_signed_in_already_stays_who_they_are(idp, world, worker, signed_in):
    other = signed_in(world.kenko_worker)
    begun = start(other)
    client = Client()
    back = idp.sign_in(start(client))
    client.force_login(world.kenko_worker.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    answer = client.get(back)

    assert (begun.status_code, begun["Location"]) == (302, "/casework/")
    assert answer.status_code in (302, 403)
    assert client.session["_auth_user_id"] == str(world.kenko_worker.user.pk)


# --- second factor ---------------------------------------------------------------------------------------


def let_count(settings, **claims):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, **claims}


@pytest.mark.parametrize(
    ("setting", "claims", "is_asked"),
    [
        ({}, {"acr": "loa3", "amr": ["pwd", "otp"]}, True),
        ({"second_factor_acr": ("loa3",)}, {"acr": "loa3"}, False),
        ({"second_factor_acr": ("loa3",)}, {"acr": "loa2"}, True),
        ({"second_factor_acr": ("loa3",)}, {}, True),
        ({"second_factor_acr": ("loa3",)}, {"amr": ["loa3"]}, True),
        ({"second_factor_amr": ("otp", "hwk")}, {"amr": ["pwd", "hwk"]}, False),
        ({"second_factor_amr": ("otp", "hwk")}, {"amr": ["pwd"]}, True),
        ({"second_factor_amr": ("otp", "hwk")}, {"amr": []}, True),
        ({"second_factor_amr": ("otp", "hwk")}, {}, True),
        ({"second_factor_amr": ("otp",)}, {"acr": "otp"}, True),
    ],
)
def test_second_factor_of_the_provider_counts_where_the_setting_says(
    idp, worker, settings, setting, claims, is_asked
):
    RecoveryCodes.activate(worker.user)
    let_count(settings, **setting)
    idp.claims = claims

    client, answer = come_in(idp)

    assert (answer["Location"], is_in(client)) == (
        ("/accounts/2fa/authenticate/", False) if is_asked else ("/casework/", True)
    )


def test_own_second_factor_completes_the_log_in(idp, worker, entries):
    RecoveryCodes.activate(worker.user)
    code = Authenticator.objects.get(user=worker.user).wrap().get_unused_codes()[0]
    client, _answer = come_in(idp, next="/casework/cases/")

    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    right = client.post(reverse("mfa_authenticate"), {"code": code})

    assert (wrong.status_code, right["Location"], is_in(client)) == (200, "/casework/cases/", True)
    assert [entry.detail for entry in entries(verb="signed_in")] == [{"door": "provider"}]


def test_person_without_a_factor_sets_one_up_even_if_the_provider_saw_one(idp, worker, settings):
    settings.MARUGOTO_REQUIRE_MFA = True
    let_count(settings, second_factor_acr=("loa3",))
    idp.claims = {"acr": "loa3"}

    client, _answer = come_in(idp)

    assert client.get("/casework/")["Location"] == "/accounts/2fa/"


def test_log_in_by_the_provider_alone_is_not_fresh(idp, worker):
    """They may have been signed in there since the morning, and left their desk."""
    client, _answer = come_in(idp)

    assert client.post(reverse("accounts:sessions_end_others"))["Location"].startswith(
        "/accounts/reauthenticate/"
    )


def test_log_in_with_an_own_second_factor_is_fresh(idp, worker):
    RecoveryCodes.activate(worker.user)
    code = Authenticator.objects.get(user=worker.user).wrap().get_unused_codes()[0]
    client, _answer = come_in(idp)
    client.post(reverse("mfa_authenticate"), {"code": code})

    assert client.post(reverse("accounts:sessions_end_others"))["Location"] == reverse("accounts:sessions")


def test_password_given_up_before_says_nothing_of_the_log_in(idp, worker, entries, settings):
    RecoveryCodes.activate(worker.user)
    let_count(settings, second_factor_acr=("loa3",))
    idp.claims = {"acr": "loa3"}
    client = Client()
    client.post("/accounts/login/", {"login": "anshin", "password": PASSWORD})

    come_in(idp, client)

    assert is_in(client)
    assert [entry.detail for entry in entries(verb="signed_in")] == [{"door": "provider"}]


# --- linking ---------------------------------------------------------------------------------------------


def test_person_links_themselves_and_comes_in_from_then_on(
    idp, world, signed_in, entries, run_tasks, mailoutbox
):
    user = world.anshin_worker.user
    get_user_model().objects.filter(pk=user.pk).update(email="anshin@mihon.invalid")
    client = signed_in(world.anshin_worker)

    answer = client.get(idp.sign_in(client.post(reverse("accounts:provider_link"))))
    run_tasks()

    assert answer["Location"] == "/accounts/2fa/"
    assert "つながっています" in client.get("/accounts/2fa/").content.decode()
    (entry,) = entries(verb="provider_linked")
    assert (entry.user_id, entry.subject_id) == (user.pk, str(user.pk))
    assert [mail.to for mail in mailoutbox] == [["anshin@mihon.invalid"]]
    assert come_in(idp)[0].session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("name", ["provider_link", "provider_unlink"])
def test_linking_asks_who_one_is_unless_that_was_minutes_ago(
    idp, world, worker, signed_in, shift_clock, name
):
    client = signed_in(worker)
    shift_clock(dt.timedelta(minutes=6))

    answer = client.post(reverse(f"accounts:{name}"))

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert (idp.asked, ProviderLink.objects.count()) == ([], 1)


def test_link_that_comes_back_late_is_refused(idp, world, signed_in, shift_clock, entries):
    client = signed_in(world.anshin_worker)
    back = idp.sign_in(client.post(reverse("accounts:provider_link")))
    shift_clock(dt.timedelta(minutes=6))

    assert client.get(back).status_code == 403
    assert ProviderLink.objects.count() == 0
    assert failures(entries) == [{"door": "provider", "why": "link"}]


def test_link_that_comes_back_to_another_person_is_refused(idp, world, signed_in):
    client = signed_in(world.anshin_worker)
    back = idp.sign_in(client.post(reverse("accounts:provider_link")))
    session = client.session
    session["_auth_user_id"] = str(world.kenko_worker.user.pk)
    session["_auth_user_hash"] = world.kenko_worker.user.get_session_auth_hash()
    session.save()

    assert client.get(back).status_code == 403
    assert ProviderLink.objects.count() == 0


def test_link_that_comes_back_after_the_log_out_is_refused(idp, world, signed_in):
    client = signed_in(world.anshin_worker)
    back = idp.sign_in(client.post(reverse("accounts:provider_link")))
    client.post(reverse("account_logout"))

    assert client.get(back).status_code == 403
    assert (ProviderLink.objects.count(), is_in(client)) == (0, False)


def test_subject_of_somebody_else_is_not_taken_over(idp, world, worker, signed_in, entries):
    client = signed_in(world.kenko_worker)

    answer = client.get(idp.sign_in(client.post(reverse("accounts:provider_link"))))

    assert (answer.status_code, "ほかの人とつながっています" in answer.content.decode()) == (403, True)
    assert list(ProviderLink.objects.values_list("user_id", flat=True)) == [worker.user.pk]
    assert failures(entries) == [{"door": "provider", "why": "taken"}]


def test_refused_link_leaves_the_former_one(world, worker):
    link(world.kenko_worker, "worker-2")

    with pytest.raises(NotAllowed):
        link(world.kenko_worker, "worker-1")

    assert ProviderLink.objects.filter(subject_hash=subject_hash(ISSUER, "worker-2")).exists()


def test_new_link_takes_the_place_of_the_former_one(idp, world, worker):
    link(worker, "worker-9")

    assert not is_in(come_in(idp)[0])
    idp.claims = {"sub": "worker-9"}
    assert is_in(come_in(idp)[0])


def test_unlinked_person_does_not_come_in(idp, worker, signed_in, entries):
    client = signed_in(worker)

    client.post(reverse("accounts:provider_unlink"))
    client.post(reverse("accounts:provider_unlink"))  # a second time says nothing

    assert not is_in(come_in(idp)[0])
    (entry,) = entries(verb="provider_unlinked")
    assert (entry.user_id, entry.subject_id) == (worker.user.pk, str(worker.user.pk))


@pytest.mark.parametrize("name", ["person_reset", "person_sheet"])
def test_administrator_who_resets_a_log_in_takes_the_link_too(idp, world, worker, signed_in, entries, name):
    client = signed_in(world.anshin_admin)

    client.post(reverse(f"accounts:{name}", args=[worker.membership.pk]))

    assert ProviderLink.objects.count() == 0
    (entry,) = entries(verb="provider_unlinked")
    assert entry.user_id == world.anshin_admin.user.pk


# --- the database ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "rights"), [("app_web", {"SELECT", "INSERT", "DELETE"}), ("app_public", set())]
)
def test_rights_on_the_table(db, role, rights):
    every = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s", [role])
        assert cursor.fetchone() == (1,)
        held = set()
        for right in every:
            cursor.execute(
                "SELECT has_table_privilege(%s, 'marugoto_permissions_providerlink', %s)", [role, right]
            )
            held |= {right} if cursor.fetchone()[0] else set()

    assert held == rights


# --- the setting -----------------------------------------------------------------------------------------


def names_of_urls():
    spec = spec_from_file_location("urls_read_anew", urls.__file__)
    module = module_from_spec(spec)
    module.__package__ = "permissions.accounts"
    spec.loader.exec_module(module)
    return {url.name for url in module.urlpatterns if url.name.startswith("provider_")}


def test_urls_are_there_only_with_the_setting(settings):
    with_it = names_of_urls()
    settings.MARUGOTO_OIDC = None

    assert with_it == {"provider_login", "provider_return", "provider_link", "provider_unlink"}
    assert names_of_urls() == set()


def test_buttons_are_there_only_with_the_setting(idp, world, signed_in, settings):
    def pages():
        found = [Client().get("/accounts/login/"), signed_in(world.anshin_worker).get("/accounts/2fa/")]
        return ["/accounts/provider/" in page.content.decode() for page in found]

    with_it = pages()
    settings.MARUGOTO_OIDC = None

    assert (with_it, pages(), idp.asked) == ([True, True], [False, False], [])


@pytest.mark.parametrize(
    ("name", "label"), [("", "市の認証基盤でログイン"), ("みほん市職員認証", "みほん市職員認証")]
)
def test_button_says_what_the_setting_says(settings, name, label):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "name": name}

    assert f">{label}</button>" in Client().get("/accounts/login/").content.decode()


def test_without_a_provider_there_is_none_to_ask(settings):
    settings.MARUGOTO_OIDC = None

    with pytest.raises(ImproperlyConfigured):
        the_provider()


WHOLE = {
    "MARUGOTO_OIDC_ISSUER": "https://idp.example.jp/city",
    "MARUGOTO_OIDC_CLIENT_ID": "marugoto",
    "MARUGOTO_OIDC_CLIENT_SECRET": "secret",
}


def test_environment_makes_the_setting():
    extra = {"MARUGOTO_OIDC_NAME": " 職員認証 ", "MARUGOTO_OIDC_SECOND_FACTOR_AMR": "otp hwk"}

    found = oidc_of({**WHOLE, **extra})

    assert found == {
        "issuer": "https://idp.example.jp/city",
        "client_id": "marugoto",
        "client_secret": "secret",
        "name": "職員認証",
        "second_factor_acr": (),
        "second_factor_amr": ("otp", "hwk"),
    }
    assert (list(problems_of_oidc(found)), list(problems_of_oidc(oidc_of({})))) == ([], [])
    assert oidc_of({"MARUGOTO_OIDC_NAME": ""}) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        *[({name: ""}, [name]) for name in WHOLE],
        ({"MARUGOTO_OIDC_ISSUER": "http://idp.example.jp"}, ["MARUGOTO_OIDC_ISSUER"]),
        ({"MARUGOTO_OIDC_ISSUER": "https://"}, ["MARUGOTO_OIDC_ISSUER"]),
        ({"MARUGOTO_OIDC_ISSUER": "https://idp.example.jp/?tenant=1"}, ["MARUGOTO_OIDC_ISSUER"]),
        ({"MARUGOTO_OIDC_ISSUER": "https://idp.example.jp/#a"}, ["MARUGOTO_OIDC_ISSUER"]),
        (dict.fromkeys(WHOLE, "") | {"MARUGOTO_OIDC_NAME": "職員認証"}, list(WHOLE)),
    ],
)
def test_provider_that_is_set_by_half_is_refused(change, named):
    assert [text.partition(":")[0] for text in problems_of_oidc(oidc_of({**WHOLE, **change}))] == named


@pytest.mark.parametrize(
    ("oidc", "problems"),
    [
        (None, []),
        ({"issuer": "https://a", "client_id": "b", "client_secret": "c", "second_factor_acr": ("x",)}, []),
        ({"issuer": "https://a", "client_id": "b"}, ["client_secret is missing."]),
        ({"issuer": "", "client_id": "b", "client_secret": "c"}, ["issuer is missing."]),
        (
            {
                "issuer": "http://a",
                "client_id": "b",
                "client_secret": "c",
                "scope": "x",
                "second_factor_amr": "otp",
            },
            [
                "scope is unknown.",
                "second_factor_amr is not a tuple.",
                "issuer does not begin with https://.",
            ],
        ),
    ],
)
def test_check_names_what_is_wrong_in_a_host(settings, oidc, problems):
    settings.MARUGOTO_OIDC = oidc

    found = provider_is_whole()

    assert [(each.id, each.msg) for each in found] == [
        ("marugoto_permissions.E007", f"MARUGOTO_OIDC: {text}") for text in problems
    ]
