"""What we ask of the provider, keep of an attempt, and take from an answer: each step alone."""

import time

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ImproperlyConfigured
from joserfc.errors import JoseError

from permissions.accounts import provider
from permissions.accounts.models import hash_of
from permissions.accounts.provider import Proof, Provider, ProviderRefused, ProviderSilent
from permissions.accounts.sessions import SessionStore
from tests.permissions.accounts.providing import CLIENT, ISSUER, SECRET, FakeProvider

pytestmark = pytest.mark.django_db

RETURN = "http://testserver/accounts/provider/return/"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@pytest.fixture
def idp(monkeypatch):
    fake = FakeProvider()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fake.send)
    return fake


@pytest.fixture
def coming(rf):
    """A request in this session, or in a new one:  coming(session, state="x")"""

    def make(session=None, **query):
        request = rf.get("/some/page/", query)
        request.session, request.user = session or SessionStore(), AnonymousUser()
        return request

    return make


def attempts(session):
    return {key: value for key, value in session.items() if key.startswith("_state_")}


# --- the setting ------------------------------------------------------------------------------------------


def test_setting_is_the_provider(settings):
    settings.MARUGOTO_OIDC = {"issuer": "a", "client_id": "b", "client_secret": "c", "name": "d"}
    assert provider.the_provider() == Provider("a", "b", "c", "d", (), ())

    settings.MARUGOTO_OIDC = None
    with pytest.raises(ImproperlyConfigured) as refusal:
        provider.the_provider()
    assert str(refusal.value) == "MARUGOTO_OIDC names no provider"


@pytest.mark.parametrize(
    ("claims", "counts"),
    [
        ({}, False),
        ({"acr": "loa3"}, True),
        ({"acr": "loa2"}, False),
        ({"acr": ["loa3"]}, False),
        ({"acr": "otp", "amr": ["loa3"]}, False),
        ({"amr": ["pwd", "otp"]}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": []}, False),
        ({"amr": None}, False),
        ({"amr": "otp"}, False),
        ({"amr": 7}, False),
        ({"amr": [["otp"], {"otp": 1}]}, False),
        ({"acr": "loa2", "amr": ["hwk"]}, True),
        ({"acr": "loa3", "amr": ["pwd"]}, True),
    ],
)
def test_second_factor_counts_as_the_setting_says_whatever_the_claims_are(claims, counts):
    made = Provider("a", "b", "c", second_factor_acr=("loa3", "loa4"), second_factor_amr=("otp", "hwk"))

    assert made.has_second_factor(claims) is counts
    assert Provider("a", "b", "c").has_second_factor(claims) is False


def test_subject_is_kept_as_a_hash_of_both_names():
    assert provider.subject_hash("issuer", "subject") == hash_of("provider issuer\x1fsubject")


def test_reason_of_a_refusal_is_its_code_and_its_text():
    assert (ProviderRefused("state").code, str(ProviderRefused("state"))) == ("state", "state")


# --- an attempt -------------------------------------------------------------------------------------------


def test_attempt_is_kept_for_ten_minutes_with_what_it_is_for(idp, coming, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    request = coming()
    request.user.pk = 7
    request.session["other"] = "stays"

    address = provider.begin(request, purpose="link", next_url="/there/")

    ((key, kept),) = attempts(request.session).items()
    data = kept["data"]
    query = dict(part.split("=") for part in address.partition("?")[2].split("&"))
    assert (key, kept["exp"]) == (f"_state_provider_{query['state']}", now + 600)
    assert data.pop("nonce") == query["nonce"]
    assert len(data.pop("code_verifier")) >= 43
    assert data == {"redirect_uri": RETURN, "purpose": "link", "user_id": 7, "next_url": "/there/"}
    assert request.session["other"] == "stays"
    assert address.startswith(f"{ISSUER}/authorize?")


def test_attempt_of_nobody_leads_nowhere_and_takes_the_place_of_the_last(idp, coming):
    request = coming()
    request.session["_state_another_x"] = {"data": {}}
    provider.begin(request, purpose="login")
    (first,) = [key for key in attempts(request.session) if key.startswith("_state_provider_")]

    provider.begin(request, purpose="login")

    kept = attempts(request.session)
    (second,) = [key for key in kept if key.startswith("_state_provider_")]
    assert (first != second, "_state_another_x" in kept) == (True, True)
    assert (kept[second]["data"]["user_id"], kept[second]["data"]["next_url"]) == (None, "")


@pytest.mark.parametrize(("names", "asked"), [((), None), (("loa3", "loa4"), "loa3+loa4")])
def test_second_factor_is_asked_for_where_the_setting_says(idp, coming, settings, names, asked):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "second_factor_acr": names}

    address = provider.begin(coming(), purpose="login")

    query = dict(part.split("=") for part in address.partition("?")[2].split("&"))
    assert query.get("acr_values") == asked


def test_silence_leaves_the_last_attempt(idp, coming):
    request = coming()
    provider.begin(request, purpose="login")
    before = attempts(request.session)
    idp.is_down = True

    with pytest.raises(ProviderSilent):
        provider.begin(request, purpose="login")

    assert attempts(request.session) == before


@pytest.mark.parametrize(("seconds", "counts"), [(-1, False), (1, True)])
def test_attempt_counts_until_its_time_is_over(monkeypatch, seconds, counts):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now)
    session = {"_state_provider_x": {"data": {"a": 1}, "exp": now + seconds}, "_state_provider_y": {}}

    found = [provider._Attempts("provider").get_state_data(session, state) for state in ("x", "y", "z")]

    assert found == [{"a": 1} if counts else None, None, None]


def test_attempt_counts_in_the_moment_in_which_it_ends(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 7.0)

    assert provider._Attempts("provider").get_state_data(
        {"_state_provider_x": {"data": {"a": 1}, "exp": 7.0}}, "x"
    )


# --- an answer --------------------------------------------------------------------------------------------


@pytest.fixture
def begun(idp, coming):
    """An attempt that was answered:  begun(purpose="login") -> session, query"""

    def make(**values):
        request = coming()
        address = provider.begin(request, **{"purpose": "login", **values})
        asked = {
            name: requests.utils.unquote(value)
            for name, value in (part.split("=") for part in address.partition("?")[2].split("&"))
        }
        idp.codes["a-code"] = asked
        return request.session, {"code": "a-code", "state": asked["state"]}

    return make


def test_answer_proves_who_it_is_and_what_it_was_for(begun, coming, settings, idp):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "second_factor_acr": ("loa3",)}
    idp.claims = {"acr": "loa3"}
    session, query = begun(purpose="link", next_url="/there/")

    proof = provider.finish(coming(session, **query, iss=ISSUER))

    assert proof == Proof(provider.subject_hash(ISSUER, "worker-1"), True, "link", None, "/there/")
    assert attempts(session) == {}


@pytest.mark.parametrize(
    ("change", "code", "is_used_up"),
    [
        ({"state": "another"}, "state", False),
        ({"state": ""}, "state", False),
        ({"iss": "https://another.example"}, "issuer", True),
        ({"iss": ""}, "issuer", True),
        ({"code": "another"}, "token", True),
        ({"error": "access_denied"}, "token", True),
    ],
)
def test_answer_that_proves_nothing_says_why_and_uses_the_attempt_up(begun, coming, change, code, is_used_up):
    session, query = begun()

    with pytest.raises(ProviderRefused) as refusal:
        provider.finish(coming(session, **{**query, **change}))

    assert (refusal.value.code, attempts(session) == {}) == (code, is_used_up)


def test_answer_without_a_state_is_none(begun, coming):
    session, query = begun()
    session["_state_provider_None"] = session["_state_provider_XXXX"] = {"data": {}, "exp": time.time() + 60}

    with pytest.raises(ProviderRefused) as refusal:
        provider.finish(coming(session, code=query["code"]))

    assert refusal.value.code == "state"


class App:
    """Stands in for Authlib's client: gives this token, or raises."""

    def __init__(self, token):
        self.token, self.asked = token, []
        self.framework = provider._Attempts("provider")

    def authorize_access_token(self, request, **options):
        self.asked.append((request, options))
        if isinstance(self.token, Exception):
            raise self.token
        return self.token


@pytest.fixture
def finishing(monkeypatch, coming):
    """Finish an attempt with what Authlib found:  finishing({"userinfo": {"sub": "x"}})"""

    def finish(token):
        request, app = coming(state="x"), App(token)
        kept = {"purpose": "link", "user_id": 7, "next_url": "/there/"}
        request.session["_state_provider_x"] = {"data": kept, "exp": time.time() + 60}
        monkeypatch.setattr(provider, "_app", lambda: app)
        try:
            return provider.finish(request), request, app
        finally:
            assert attempts(request.session) == {}

    return finish


@pytest.mark.parametrize("subject", ["s", "s" * 255])
def test_token_is_measured_by_the_setting(finishing, subject):
    proof, request, app = finishing({"userinfo": {"sub": subject}})

    assert proof == Proof(provider.subject_hash(ISSUER, subject), False, "link", 7, "/there/")
    claims = {
        "iss": {"essential": True, "value": ISSUER},
        "aud": {"essential": True, "value": CLIENT},
    }
    assert app.asked == [(request, {"leeway": 60, "claims_options": claims})]


@pytest.mark.parametrize(
    "token",
    [
        {},
        {"userinfo": None},
        {"userinfo": {}},
        *({"userinfo": {"sub": subject}} for subject in ("", "s" * 256, None, 7, ["s"])),
        *(fault("x") for fault in (JoseError, requests.RequestException, ValueError, KeyError, TypeError)),
    ],
)
def test_token_without_a_subject_proves_nothing(finishing, token):
    with pytest.raises(ProviderRefused) as refusal:
        finishing(token)

    assert refusal.value.code == "token"


# --- the wire ---------------------------------------------------------------------------------------------


def test_only_addresses_with_tls_are_asked_briefly_and_nowhere_else(monkeypatch):
    asked = []
    monkeypatch.setattr(
        OAuth2Session, "request", lambda self, *values, **options: asked.append((values, options)) or "answer"
    )
    wire = provider._Connection()

    answer = wire.request("POST", "https://a.example/", "data", timeout=99, allow_redirects=True, auth="x")

    assert answer == "answer"
    assert asked == [
        (("POST", "https://a.example/", "data"), {"timeout": 5, "allow_redirects": False, "auth": "x"})
    ]
    for url in ("http://a.example/", "ftp://a.example/", "//a.example/", "a.example"):
        with pytest.raises(ProviderSilent):
            wire.request("GET", url)
    assert len(asked) == 1


def test_client_is_who_the_setting_says(settings):
    settings.MARUGOTO_OIDC = {**settings.MARUGOTO_OIDC, "issuer": f"{ISSUER}X//"}

    app = provider._app()

    assert isinstance(app, provider._App)
    assert (app.name, app.client_id, app.client_secret) == ("provider", CLIENT, SECRET)
    assert app._server_metadata_url == f"{ISSUER}X/.well-known/openid-configuration"
    assert app.client_kwargs == {"scope": "openid", "code_challenge_method": "S256"}
    assert (type(app.framework), app.framework.name, app.framework.cache, app.framework.expires_in) == (
        provider._Attempts, "provider", None, 600,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (["RS256", "PS512", "HS256", "none"], ["RS256", "PS512"]),
        (["ES384", "RS512", "EdDSA"], ["RS512", "ES384"]),
        (["none"], []),
        (None, ["RS256"]),
    ],
)
def test_of_the_algorithms_offered_only_those_with_a_key_of_the_providers_own_are_taken(idp, offered, taken):
    name = "id_token_signing_alg_values_supported"
    idp.metadata.pop(name)
    if offered is not None:
        idp.metadata[name] = offered
    app = provider._app()

    metadata = app.load_server_metadata()

    assert metadata[name] == taken
    assert (app.load_server_metadata()[name], len(idp.asked)) == (taken, 1)


@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize("place", ["http://idp.example.jp/", "", None])
def test_description_with_an_address_without_tls_is_none(idp, name, place):
    idp.metadata[name] = place

    with pytest.raises(ProviderSilent):
        provider._app().load_server_metadata()


def test_description_of_another_issuer_is_refused(idp):
    idp.metadata["issuer"] = "https://another.example"

    with pytest.raises(ProviderRefused) as refusal:
        provider._app().load_server_metadata()

    assert refusal.value.code == "issuer"
