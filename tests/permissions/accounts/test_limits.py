"""Counting tries: for whom, for how long, and what is given back."""

import datetime as dt
from hashlib import sha256

import pytest
from django.db import transaction

from permissions.accounts.limits import Limit, forget_tallies
from permissions.accounts.models import Tally

pytestmark = pytest.mark.django_db

LIMIT = Limit("some try", allowed=2, seconds=60)


def test_key_names_the_limit_its_time_and_every_part():
    assert LIMIT.key("a", 1) == sha256(b"some try\x1f60\x1fa\x1f1").hexdigest()
    assert Limit("x", allowed=1, seconds=5).key() == sha256(b"x\x1f5").hexdigest()
    assert len({LIMIT.key("a", "b"), LIMIT.key("ab"), LIMIT.key("a"), LIMIT.key()}) == 4


def test_tries_are_counted_for_each_and_taken_back_for_each():
    assert [LIMIT.take("a") for _try in range(4)] == [True, True, False, False]
    assert [LIMIT.take("b"), LIMIT.take("a", "b")] == [True, True]
    LIMIT.give_back("a")
    LIMIT.give_back("a")
    assert LIMIT.take("a") is False
    for _more in range(9):
        LIMIT.give_back("b")
    assert [LIMIT.take("b") for _try in range(3)] == [True, True, False]


def test_count_begins_anew_after_its_time_and_not_before(shift_clock):
    assert [LIMIT.take() for _try in range(3)] == [True, True, False]
    shift_clock(dt.timedelta(seconds=59))
    assert LIMIT.take() is False
    shift_clock(dt.timedelta(seconds=60))
    assert [LIMIT.take() for _try in range(3)] == [True, True, False]
    shift_clock(dt.timedelta(seconds=119))
    assert LIMIT.take() is False


@pytest.mark.parametrize("act", [LIMIT.take, LIMIT.give_back])
def test_nothing_is_counted_or_given_back_inside_a_transaction_that_may_fail(act):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        act("a")

    assert not Tally.objects.exists()


def test_counts_are_forgotten_when_their_time_is_over_and_others_stay(shift_clock):
    LIMIT.take("a")
    Limit("longer", allowed=1, seconds=61).take("a")
    shift_clock(dt.timedelta(seconds=60))

    forget_tallies()

    assert Tally.objects.get().key_hash == Limit("longer", allowed=1, seconds=61).key("a")
