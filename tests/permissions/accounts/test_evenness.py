"""No way in tells by its time whether an account exists (assurance.md A10, A30); how it is measured: tests/evenness.py."""

import random

import pytest
import requests
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client
from django.urls import reverse

from permissions.accounts.links import link_provider
from permissions.accounts.provider import subject_hash
from permissions.walls.context import acting_for
from tests.evenness import IS_NIGHTLY, compare, likelihood, timed
from tests.permissions.accounts.providing import ISSUER, FakeProvider, start

pytestmark = [pytest.mark.slow, pytest.mark.alone, pytest.mark.django_db]


# By day a hash of a tenth: what is done beside it weighs ten times as much, and the hash itself is less even in
# fifty tries than what is looked for. One hash too many or too few is half of the time or more.
WHOLE = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
TENTH = "tests.permissions.accounts.test_evenness.TenthOfAHash"
LEAST = 0.0 if IS_NIGHTLY else 0.1


class TenthOfAHash(PBKDF2PasswordHasher):
    iterations = PBKDF2PasswordHasher.iterations // 10


@pytest.fixture
def people(world, settings):
    settings.PASSWORD_HASHERS = [WHOLE if IS_NIGHTLY else TENTH]
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "", "login": "", "login_failed": ""}
    for name, is_active in (("anshin", True), ("kenko", False)):
        user = get_user_model().objects.get(username=name)
        user.email, user.is_active = f"{name}@mihon.invalid", is_active
        user.set_password("a-long-password-for-tests")
        user.save()


def test_comparison_would_find_a_difference():
    chance = random.Random(7)
    first = [chance.gauss(100, 5) for _each in range(500)]
    second = [chance.gauss(102, 5) for _each in range(500)]

    assert (
        likelihood(first, second) < 0.01 < likelihood(first, [chance.gauss(100, 5) for _each in range(500)])
    )


def test_what_differs_twice_to_the_same_side_fails_and_what_differs_once_does_not():
    even, slow = [100.0 + step for step in range(50)], [200.0 + step for step in range(50)]
    first, second = {"a": slow, "none": even}, {"a": even, "none": even}
    turned = {"a": even, "none": slow}

    for looks in ([first, second], [second], [first, turned]):
        compare(iter(looks).__next__, "none")
    with pytest.raises(AssertionError):
        compare(iter([first, first]).__next__, "none")
    compare(iter([first]).__next__, "none", told_apart=["a"])
    compare(iter([first]).__next__, "none", least=0.9)


def test_log_in_takes_as_long_for_known_unknown_and_shut_accounts(people):
    client = Client()

    def log_in(username):
        answer = client.post("/accounts/login/", {"login": username, "password": "not-the-password"})
        assert answer.status_code == 200

    compare(lambda: timed(log_in, ["anshin", "nobody", "kenko"]), "anshin", least=LEAST)


def test_forgotten_password_takes_as_long_for_known_unknown_and_shut_accounts(people):
    client = Client()

    def forget(name):
        answer = client.post(reverse("account_reset_password"), {"email": f"{name}@mihon.invalid"})
        assert answer.status_code == 302

    compare(lambda: timed(forget, ["anshin", "nobody", "kenko"]), "anshin")


@pytest.fixture
def idp(monkeypatch):
    fake = FakeProvider()
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", fake.send)
    return fake


def test_providers_door_takes_as_long_for_unlinked_and_shut_accounts(world, idp):
    for viewer in (world.anshin_worker, world.kenko_worker):
        with acting_for(viewer):
            link_provider(subject_hash(ISSUER, viewer.user.username), by=viewer)
    get_user_model().objects.filter(username="kenko").update(is_active=False)

    def go_there(subject):
        """Go to the provider and get the token signed, which is its own work."""
        client = Client()
        page = start(client)
        back = idp.sign_in(page)
        idp.claims = {"sub": subject}
        (asked,) = idp.codes.values()
        token = {"access_token": "-", "token_type": "Bearer", "id_token": idp.id_token(asked)}
        idp.codes.clear()
        idp.answers["/token"] = lambda: (200, token, {})
        return client, back, 302 if subject == "anshin" else 403

    def come_back(ready):
        client, back, status = ready
        assert client.get(back).status_code == status

    # Who is linked comes in: the answer itself tells, to themselves.
    compare(
        lambda: timed(come_back, ["nobody", "kenko", "anshin"], prepare=go_there),
        "nobody",
        told_apart=["anshin"],
    )
