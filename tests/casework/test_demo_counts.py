"""AT-14 (domain.md 10.G): the month's table equals the count by hand on the seeded scenarios (10.A, 10.B, 10.F)."""

from collections import Counter

import pytest
from django.utils import timezone

from casework.demo_hazukihara import load_hazukihara
from casework.demo_people import viewer
from casework.demo_short import load_short
from casework.demo_tomono import load_tomono
from casework.reports.months import Month
from casework.reports.selectors import cells_of, facts_now_for
from permissions import demo as people_demo
from permissions.walls.context import acting_for
from tests.casework.recount import recount

pytestmark = pytest.mark.slow

# What happened, counted with a pencil in the four loaders. Days are before today, so it may lie in several months.
BY_HAND = {
    "contacts": 6,  # 葉月原, 灯野, F1 to F4
    "people_new": 5,  # not F2, which is advice about nobody
    "cases_new": 4,  # neither F2 nor F3
    "coordination_new": 2,  # 葉月原 and 灯野
    "assessments": 1,  # 葉月原
    "referrals": 2,  # F1 and F4
    "closed": 1,  # F4
    "decisions": 2,  # 葉月原: the 申合せ, and what took its place
    "roles": 11,  # 2 and 9
    "seats_days": 1,  # the four seats of 葉月原 have answered
}
# No hand-back, no plan (one is drafted), no meeting held (one is to come), nobody rests.
NONE = ("returns", "plans", "sessions", "discussed", "suspended")
# As things stand at the end of this month.
STANDING = {"coordination_open": 2, "roles_unanswered": 2}  # the shakyo and 生活自立 say nothing


@pytest.fixture
def seeded(wearing):
    """The scenarios, seen by the chief through the walls."""
    people_demo.load()
    load_hazukihara()
    load_tomono()
    load_short()
    chief = viewer("chief")
    with wearing("app_web"), acting_for(chief):
        yield chief


def test_months_of_the_seed_are_those_counted_by_hand(seeded):
    month, whole, standing = Month.of(timezone.localdate()), Counter(), None
    for _each in range(4):
        cells = cells_of(facts_now_for(seeded, month))
        assert cells == recount(month)
        standing = standing or cells
        whole += cells
        month = month.before

    assert {code: whole[code, "", ""] for code in (*BY_HAND, *NONE)} == {**BY_HAND, **dict.fromkeys(NONE, 0)}
    assert {code: standing[code, "", ""] for code in STANDING} == STANDING
    assert (whole["people_new", "age", "75"], whole["people_new", "age", "40"]) == (2, 2)
    assert whole["closed", "close_kind", "moved_handed"] == 1
