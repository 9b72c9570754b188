"""AT-14 (domain.md 10.G): the month's table equals the count by hand on the seeded scenarios (10.A, 10.B, 10.F) and 帆波家."""

from collections import Counter

import pytest
from django.utils import timezone

from casework.cases.guards import GUARDS
from casework.cases.models import Case
from casework.demo_hazukihara import load_hazukihara
from casework.demo_honami import load_honami
from casework.demo_people import date, viewer
from casework.demo_short import load_short
from casework.demo_tomono import load_tomono
from casework.reports.months import Month
from casework.reports.selectors import cells_of, facts_now_for
from permissions import demo as people_demo
from permissions.walls.context import acting_for
from tests.casework.recount import recount

pytestmark = pytest.mark.slow

# What happened, counted with a pencil in the loaders. Days are before today, so it may lie in several months.
BY_HAND = {
    "contacts": 7,  # 葉月原, 灯野, 帆波, F1 to F4
    "people_new": 6,  # not F2, which is advice about nobody
    "cases_new": 5,  # neither F2 nor F3
    "into_coordination": 3,  # nobody went there twice
    "coordination_new": 3,  # 葉月原, 灯野 and 帆波
    "assessments": 2,  # 葉月原 and 帆波
    "referrals": 2,  # F1 and F4
    "closed": 1,  # F4
    "decisions": 4,  # 葉月原: the 申合せ, what took its place, and the son's; 帆波: the plan
    "plans": 1,  # of 帆波; that of 葉月原 is drafted
    "coordination_plans": 1,
    "roles": 19,  # 2, 8 and 2, and 7
    "seats_days": 2,  # the four seats of 葉月原 and of 帆波 have answered
    "sessions": 3,  # about 帆波, and two about 葉月原; a third is to come
    "discussed": 3,
}
# No hand-back, nobody rests; F4 was never coordinated.
NONE = ("returns", "suspended", "coordination_closed")
# Of each new case, days ago: people in trouble and their issues, all written down today. By the end of an earlier month there
# was whom the case is about, and no issue.
TROUBLED = {"葉月原": (40, 2, 6), "灯野": (9, 3, 4), "帆波": (84, 2, 3), "F1": (0, 1, 1), "F4": (18, 1, 0)}
# As things stand at the end of this month.
STANDING = {
    "coordination_open": 3,
    "roles_unanswered": 3,  # the shakyo twice, and 生活自立, say nothing
    "without_next": 2,  # 灯野 and F1 have no task; 葉月原 and 帆波 have the next look, F4 has ended
}


@pytest.fixture
def seeded(wearing):
    """The scenarios, seen by the chief through the walls."""
    people_demo.load()
    load_hazukihara()
    load_tomono()
    load_honami()
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
    begun = timezone.localdate().replace(day=1)
    is_new = {name: date(days) >= begun for name, (days, _people, _issues) in TROUBLED.items()}
    people = sum(many if is_new[name] else 1 for name, (_days, many, _issues) in TROUBLED.items())
    issues = sum(many for name, (_days, _people, many) in TROUBLED.items() if is_new[name])
    assert (whole["people_in_cases", "", ""], whole["issues_in_cases", "", ""]) == (people, issues)
    assert {code: standing[code, "", ""] for code in STANDING} == STANDING
    assert (whole["people_new", "age", "75"], whole["people_new", "age", "40"]) == (2, 3)
    assert whole["closed", "close_kind", "moved_handed"] == 1
    # The wards of 葉月原 and 帆波 were written down; where 灯野 live, nobody writes.
    wards = {ward: number for (code, by, ward), number in whole.items() if (code, by) == ("contacts", "ward")}
    assert wards == {"shinonome": 1, "minatomi": 1, "not_told": 5}
    assert (whole["assessments", "flow", "flow2"], whole["plans", "flow", "flow2"]) == (2, 1)
    assert whole["into_coordination", "from_flow", ""] == 3
    # Two chosen in the plan of 帆波, and one by a role of it.
    services = {
        cell: number for (code, by, cell), number in whole.items() if (code, by) == ("plans", "service")
    }
    assert services == {"budgeting": 1, "child_learning": 1, "housing_benefit": 1}
    assert whole["sessions", "meeting", "jusou"] == whole["plans", "plan", "first"] == 1


def test_every_case_of_the_seed_has_what_its_stage_rests_on(seeded):
    found = {}
    for case in Case.objects.order_by("number"):
        found[case.stage] = [
            bool(holds(case, case.stage)) for holds, _words in GUARDS.get(("", case.stage), ())
        ]
    assert found["flow2_meeting"] == [True]
    assert [stage for stage, held in found.items() if not all(held)] == []
