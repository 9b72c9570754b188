"""The screens of the city's provider: where each answer leads, what it says, and what the log says of it."""

from types import SimpleNamespace

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from permissions.accounts import provider, provider_views
from permissions.accounts.links import link_provider
from permissions.accounts.models import ProviderLink
from permissions.accounts.provider import Proof, ProviderRefused, ProviderSilent
from permissions.walls.context import acting_for

pytestmark = pytest.mark.django_db

ADDRESS = "https://idp.example.jp/city/authorize?x=1"
REFUSED = "marugoto_permissions/provider_refused.html"


def outcome(answer):
    said = [(str(message), message.level_tag) for message in get_messages(answer.wsgi_request)]
    return answer.status_code, answer["Location"], said[-1:]


def page_of(answer):
    return answer.status_code, answer.template_name, answer.context_data, answer["Cache-Control"]


def refusal(status, *, is_silent=False, is_taken=False):
    return status, REFUSED, {"is_silent": is_silent, "is_taken": is_taken}, "no-store"


@pytest.fixture
def begun(monkeypatch):
    """What the provider was asked to begin."""
    asked = []
    monkeypatch.setattr(
        provider, "begin", lambda request, **values: asked.append((request.path, values)) or ADDRESS
    )
    return asked


@pytest.fixture
def back(monkeypatch, world):
    """Come back from there:  back(client, proof or fault) -> the answer"""

    def come(client, outcome, **more):
        def finish(request):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(provider, "finish", finish)
        return client.get(reverse("accounts:provider_return"), **more)

    return come


@pytest.fixture
def why(entries):
    """What the log says of those who did not come in:  why() -> ["limit"]"""

    def read():
        rows = entries(verb="sign_in_failed")
        assert {(row.user_id, row.subject, row.detail["door"]) for row in rows} <= {(None, "", "provider")}
        assert all(row.detail.keys() == {"door", "why"} for row in rows)
        return [row.detail["why"] for row in rows]

    return read


def proof(purpose="login", *, subject="one", factor=False, user_id=None, next_url=""):
    return Proof(subject, factor, purpose, user_id, next_url)


def link(viewer, subject):
    with acting_for(viewer):
        link_provider(subject, by=viewer)


# --- going there ------------------------------------------------------------------------------------------


def test_page_leads_to_the_provider(begun, world, signed_in):
    client = Client()
    answers = [
        client.post(reverse("accounts:provider_login")),
        client.post(reverse("accounts:provider_login"), {"next": "/casework/cases/"}),
        signed_in(world.anshin_worker).post(reverse("accounts:provider_link")),
    ]

    whole = (200, "marugoto_permissions/provider_away.html", {"address": ADDRESS}, "no-store")
    assert [page_of(answer) for answer in answers] == [whole] * 3
    assert [values for _path, values in begun] == [
        {"purpose": "login", "next_url": ""},
        {"purpose": "login", "next_url": "/casework/cases/"},
        {"purpose": "link", "next_url": ""},
    ]


def test_who_is_in_already_is_led_to_their_work(begun, world, signed_in, settings):
    settings.LOGIN_REDIRECT_URL = "/casework/"

    answer = signed_in(world.anshin_worker).post(reverse("accounts:provider_login"))

    assert (outcome(answer), begun) == ((302, "/casework/", []), [])


@pytest.mark.parametrize("fault", [ProviderSilent(), ProviderRefused("issuer")])
def test_provider_that_is_none_is_said_to_be_silent(world, monkeypatch, why, fault):
    def fails(request, **values):
        raise fault

    monkeypatch.setattr(provider, "begin", fails)

    assert page_of(Client().post(reverse("accounts:provider_login"))) == refusal(503, is_silent=True)
    assert why() == ["silent"]


@pytest.mark.parametrize(("name", "limit"), [("provider_login", "STARTS"), ("provider_return", "RETURNS")])
def test_each_network_has_its_own_count(world, begun, back, why, name, limit):
    counted = getattr(provider_views, limit)
    for _try in range(counted.allowed):
        assert counted.take("192.0.2.7")
    client, elsewhere = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")

    def go(of):
        return (
            of.post(reverse(f"accounts:{name}"))
            if name == "provider_login"
            else back(of, ProviderRefused("x"))
        )

    assert page_of(go(client)) == refusal(429)
    assert go(elsewhere).status_code == (200 if name == "provider_login" else 403)
    assert why()[0] == "limit"


# --- coming back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "answer", "reason"),
    [
        (ProviderRefused("state"), refusal(403), "state"),
        (ProviderRefused("token"), refusal(403), "token"),
        (ProviderSilent(), refusal(503, is_silent=True), "silent"),
        (proof(), refusal(403), "nobody"),
        (proof("link", user_id=7), refusal(403), "link"),
    ],
)
def test_who_does_not_come_in_is_told_the_same(world, back, why, fault, answer, reason):
    client = Client()

    assert page_of(back(client, fault)) == answer
    assert (why(), "_auth_user_id" in client.session) == ([reason], False)


@pytest.mark.parametrize("factor", [True, False])
@pytest.mark.parametrize("next_url", ["", "/casework/cases/"])
def test_linked_person_goes_through_the_log_in_of_everybody(world, back, monkeypatch, factor, next_url):
    link(world.anshin_worker, "one")
    done = []

    def perform_login(request, user, **values):
        done.append((user, values, getattr(request, "second_factor_shown_by", None)))
        steps = [step["method"] for step in request.session["account_authentication_methods"]]
        done.append(steps)
        return provider_views.redirect("/there/")

    monkeypatch.setattr(provider_views, "perform_login", perform_login)

    answer = back(Client(), proof(factor=factor, next_url=next_url))

    user = world.anshin_worker.user
    assert outcome(answer) == (302, "/there/", [])
    assert done == [(user, {"redirect_url": next_url or None}, user.pk if factor else None), ["provider"]]


def test_who_is_in_stays_who_they_are(world, back, signed_in, settings):
    settings.LOGIN_REDIRECT_URL = "/casework/"
    link(world.anshin_worker, "one")
    client = signed_in(world.kenko_worker)

    answer = back(client, proof())

    assert outcome(answer) == (302, "/casework/", [])
    assert client.session["_auth_user_id"] == str(world.kenko_worker.user.pk)


# --- linking ----------------------------------------------------------------------------------------------


def test_link_is_made_and_said(world, back, signed_in, entries, why):
    user = world.anshin_worker.user

    answer = back(signed_in(world.anshin_worker), proof("link", user_id=user.pk))

    text = "市の認証基盤とつながりました。次から、そちらでもログインできます。"
    assert outcome(answer) == (302, "/accounts/2fa/", [(text, "success")])
    assert list(ProviderLink.objects.values_list("user", "subject_hash")) == [(user.pk, "one")]
    assert [entry.user_id for entry in entries(verb="provider_linked")] == [user.pk]
    assert why() == []


def test_subject_of_somebody_else_is_said_to_be_taken(world, back, signed_in, why):
    link(world.kenko_worker, "one")
    user = world.anshin_worker.user

    answer = back(signed_in(world.anshin_worker), proof("link", user_id=user.pk))

    assert (page_of(answer), why()) == (refusal(403, is_taken=True), ["taken"])
    assert list(ProviderLink.objects.values_list("user", flat=True)) == [world.kenko_worker.user.pk]


@pytest.mark.parametrize(
    ("is_own", "is_fresh", "links"), [(True, True, True), (False, True, False), (True, False, False)]
)
def test_link_is_made_by_the_same_person_while_they_are_fresh(
    world, back, signed_in, monkeypatch, why, is_own, is_fresh, links
):
    monkeypatch.setattr(provider_views, "is_fresh", lambda request: is_fresh)
    whose = world.anshin_worker if is_own else world.kenko_worker

    answer = back(signed_in(world.anshin_worker), proof("link", user_id=whose.user.pk))

    assert (answer.status_code, ProviderLink.objects.exists()) == ((302, True) if links else (403, False))
    assert why() == ([] if links else ["link"])


def test_link_is_made_in_the_name_of_the_person(world, back, signed_in, monkeypatch):
    acted = []

    class Acting:
        def __init__(self, viewer):
            acted.append(viewer.user.pk)

        def __enter__(self):
            acted.append("in")

        def __exit__(self, *exception):
            acted.append("out")

    monkeypatch.setattr(provider_views, "acting_for", Acting)
    monkeypatch.setattr(
        provider_views,
        "links",
        SimpleNamespace(link_provider=lambda subject, *, by: acted.append((subject, by.user.pk))),
    )
    user = world.anshin_worker.user

    back(signed_in(world.anshin_worker), proof("link", user_id=user.pk))

    assert acted == [user.pk, "in", ("one", user.pk), "out"]


def test_link_is_cut_and_said(world, signed_in, entries):
    link(world.anshin_worker, "one")
    link(world.kenko_worker, "two")
    DBTaskResult.objects.all().delete()

    answer = signed_in(world.anshin_worker).post(reverse("accounts:provider_unlink"))

    said = [("市の認証基盤とのつながりを切りました。", "success")]
    assert outcome(answer) == (302, "/accounts/2fa/", said)
    assert list(ProviderLink.objects.values_list("subject_hash", flat=True)) == ["two"]
    who = world.anshin_worker.user.pk
    assert [(row.user_id, row.subject_id) for row in entries(verb="provider_unlinked")] == [(who, str(who))]
