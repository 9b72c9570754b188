import pytest

from tests.chaos.judge import Sending, Stored, judge

SENT = [Sending("a", "1"), Sending("b", "2"), Sending("c")]
GOOD = [Stored("a", "1", 1, True), Stored("b", "2", 1, True)]


def test_what_was_acknowledged_and_stored_once_is_good():
    found = judge(SENT, GOOD)
    assert (found.is_good, found.acknowledged, found.stored) == (True, 2, 2)
    assert judge(SENT, [*GOOD, Stored("c", "3", 1, True)]).is_good  # stored, but the answer was lost


@pytest.mark.parametrize(
    ("stored", "name"),
    [
        (GOOD[:1], "lost"),
        ([*GOOD, GOOD[0]], "doubled"),
        ([GOOD[0], Stored("b", "9", 1, True)], "wrong_code"),
        ([GOOD[0], Stored("b", "2", 0, True)], "not_delivered"),
        ([GOOD[0], Stored("b", "2", 1, False)], "not_delivered"),
        ([GOOD[0], Stored("b", "2", 2, True)], "delivered_twice"),
    ],
)
def test_each_fault_is_found(stored, name):
    found = judge(SENT, stored)
    assert not found.is_good
    assert getattr(found, name)
