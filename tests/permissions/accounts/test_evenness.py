"""Neither a log-in nor a forgotten password tells by its time whether an account exists (assurance.md A10, A30).

Interleaved: run in blocks, such a comparison finds differences that are the machine's. 500 tries of each kind with
HYPOTHESIS_PROFILE=nightly, else fewer and with a wider margin; the figures are printed (pytest -rP).
"""

import math
import os
import random
import statistics
import time

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from permissions.accounts.models import Tally

IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
TRIES = int(os.environ.get("TIMING_TRIES") or (500 if IS_NIGHTLY else 50))
MOST_DIFFERENT = 0.05 if TRIES >= 400 else 0.25
LEAST_LIKELY = 0.01 if TRIES >= 400 else 0.0001

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture
def people(world, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = {"reset_password": "", "login": "", "login_failed": ""}
    for name, is_active in (("anshin", True), ("kenko", False)):
        user = get_user_model().objects.get(username=name)
        user.email, user.is_active = f"{name}@mihon.invalid", is_active
        user.set_password("a-long-password-for-tests")
        user.save()


def timed(ask, kinds):
    """Return the milliseconds of each kind, asked in turn in an order of chance."""
    found = {kind: [] for kind in kinds}
    for kind in kinds:  # warm
        ask(kind)
    for _each in range(TRIES):
        for kind in random.sample(kinds, len(kinds)):
            Tally.objects.all().delete()
            begin = time.perf_counter()
            ask(kind)
            found[kind].append((time.perf_counter() - begin) * 1000)
    return found


def likelihood(first, second):
    """Return the two-sided p of Mann and Whitney, by the normal approximation."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_value, which) in enumerate(ranked, start=1) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def compare(found, known):
    medians = {kind: statistics.median(values) for kind, values in found.items()}
    print({kind: round(median, 2) for kind, median in medians.items()}, f"{TRIES} tries each")
    for kind in found:
        if kind != known:
            difference = abs(medians[kind] - medians[known]) / medians[known]
            p = likelihood(found[kind], found[known])
            print(f"{kind}: {difference:.1%}, p = {p:.3f}")
            assert difference < MOST_DIFFERENT
            assert p > LEAST_LIKELY


def test_comparison_would_find_a_difference():
    chance = random.Random(7)
    first = [chance.gauss(100, 5) for _each in range(500)]
    second = [chance.gauss(102, 5) for _each in range(500)]

    assert (
        likelihood(first, second) < 0.01 < likelihood(first, [chance.gauss(100, 5) for _each in range(500)])
    )


def test_log_in_takes_as_long_for_known_unknown_and_shut_accounts(people):
    client = Client()

    def log_in(username):
        answer = client.post("/accounts/login/", {"login": username, "password": "not-the-password"})
        assert answer.status_code == 200

    compare(timed(log_in, ["anshin", "nobody", "kenko"]), "anshin")


def test_forgotten_password_takes_as_long_for_known_unknown_and_shut_accounts(people):
    client = Client()

    def forget(name):
        answer = client.post(reverse("account_reset_password"), {"email": f"{name}@mihon.invalid"})
        assert answer.status_code == 302

    compare(timed(forget, ["anshin", "nobody", "kenko"]), "anshin")
