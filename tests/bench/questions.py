"""What is measured: the platform's own selectors, and what an expert or guardian would do instead."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, OuterRef, Subquery
from guardian.shortcuts import get_objects_for_user

from casework.cases.models import Case
from casework.cases.selectors import COUNT_CAP, Cursor, case_keys_for, count_cases_for
from casework.households.selectors import household_for, people_for
from casework.notes.models import Note
from casework.notes.selectors import notes_for
from casework.sharing.models import Share
from casework.sharing.selectors import cases_for, envelopes_for
from casework.workspace.selectors import case_page_for
from permissions.agencies.models import Membership
from permissions.viewer import Viewer, viewer_of
from permissions.walls.context import acting_for
from tests.bench import city, databases
from tests.bench.measure import Comparison, Disagreement, Goal, Side

AGENCIES = (city.BIGGEST, city.MIDDLE, city.TINY)
MILLION = 1_000_000
NOTES_SHOWN = 50
# assurance: B4, B5; never slower than guardian at any size.
EXPERT_GOAL = Goal("at_most", 3.0)
GROWTH_GOAL = Goal("at_most", 1.5)
GUARDIAN_GOALS = {
    city.BIGGEST: Goal("at_least", 40),
    city.MIDDLE: Goal("at_least", 6),
    city.TINY: Goal("at_least", 400),
}
NEVER_SLOWER = Goal("at_least", 1)
# What we would like the walls to cost at most; nobody was promised it.
WALL_GOALS = {
    "list": Goal("at_most", 1.5, binds=False),
    "case": Goal("at_most", 1.15, binds=False),
    "items": Goal("at_most", 1.5, binds=False),
}

Row = tuple[uuid.UUID, Any]

# What an expert writes who trusts the policies for blocks and who is asking.
EXPERT_LIST = """
SELECT s.case_id, s.last_visible_change_at
  FROM casework_share s
 WHERE s.agency_id = %(agency)s AND s.closed_at IS NULL {after}
   AND EXISTS (SELECT 1 FROM casework_shareline l
                WHERE l.case_id = s.case_id AND l.agency_id = s.agency_id AND l.ended_at IS NULL
                  AND l.starts_at <= now() AND (l.until IS NULL OR l.until > now()))
 ORDER BY s.last_visible_change_at DESC, s.case_id DESC
 LIMIT 50
"""
EXPERT_AFTER = "AND (s.last_visible_change_at, s.case_id) < (%(moment)s, %(case)s)"
EXPERT_COUNT = """
SELECT count(*) FROM (
  SELECT 1 FROM casework_share s
   WHERE s.agency_id = %(agency)s AND s.closed_at IS NULL
     AND EXISTS (SELECT 1 FROM casework_shareline l
                  WHERE l.case_id = s.case_id AND l.agency_id = s.agency_id AND l.ended_at IS NULL
                    AND l.starts_at <= now() AND (l.until IS NULL OR l.until > now()))
   LIMIT %(cap)s) capped
"""
EXPERT_CENTER = """
SELECT case_id, changed_at FROM casework_caseactivity {after} ORDER BY changed_at DESC, case_id DESC LIMIT 50
"""
EXPERT_CENTER_AFTER = "WHERE (changed_at, case_id) < (%(moment)s, %(case)s)"
# What guardian shows too many without the policies: it knows no end, and the sweep has not come yet.
LAPSED = """
SELECT s.case_id FROM casework_share s WHERE s.agency_id = %s AND s.closed_at IS NULL
   AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.share_id = s.id AND l.until <= now())
   AND NOT EXISTS (SELECT 1 FROM casework_shareline l WHERE l.share_id = s.id AND l.ended_at IS NULL
                    AND l.starts_at <= now() AND (l.until IS NULL OR l.until > now()))
"""


@dataclass
class Desk:
    """One database with a connection per role, and the people who ask."""

    name: str
    size: str
    cases: int
    web: BaseDatabaseWrapper = field(init=False)
    owner: BaseDatabaseWrapper = field(init=False)
    viewers: dict[str, Viewer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.web = databases.log_in(self.name)
        self.owner = databases.log_in(self.name, role="owner")
        with databases.as_default(self.web):
            for code in (*AGENCIES, city.CENTER):
                chosen = Membership.objects.select_related("user", "agency__group").get(agency__code=code)
                self.viewers[code] = viewer_of(chosen)

    def close(self) -> None:
        self.web.close()
        self.owner.close()

    def inside(self, code: str, *, role: str = "web") -> Callable[[], AbstractContextManager[None]]:
        return partial(_inside, self.owner if role == "owner" else self.web, self.viewers[code])


@contextmanager
def _inside(chosen: BaseDatabaseWrapper, viewer: Viewer) -> Iterator[None]:
    with databases.as_default(chosen), acting_for(viewer):
        yield


# --- The answers ---------------------------------------------------------------------------------------


def our_list(viewer: Viewer, after: Cursor | None = None) -> list[Row]:
    return case_keys_for(viewer, after=after)


def our_rows(viewer: Viewer) -> list[Case]:
    """Return our list with the cases themselves, fetched by key through the door as the case list page does."""
    keys = [case_id for case_id, _moment in our_list(viewer)]
    cases = cases_for(viewer).in_bulk(keys)
    return [cases[key] for key in keys]


def expert_list(viewer: Viewer, after: Cursor | None = None) -> list[Row]:
    words, condition = EXPERT_LIST, EXPERT_AFTER
    if viewer.sees_all_cases:
        words, condition = EXPERT_CENTER, EXPERT_CENTER_AFTER
    values: dict[str, Any] = {"agency": viewer.agency.pk}
    if after is not None:
        values |= {"moment": after.changed_at, "case": after.case_id}
    return rows_of(words.format(after=condition if after else ""), values)


def expert_count(viewer: Viewer) -> int:
    count: int = rows_of(EXPERT_COUNT, {"agency": viewer.agency.pk, "cap": COUNT_CAP + 1})[0][0]
    return count


def guardian_cases(viewer: Viewer) -> Any:
    """Return guardian's answer to "which cases": the agency's group, rows with direct keys, no global right."""
    return get_objects_for_user(
        viewer.user, "casework.view_case_basic", klass=Case, accept_global_perms=False
    )


def guardian_list(viewer: Viewer) -> list[Case]:
    """Return guardian's first fifty, in the order that suits it best: a column of the case, with an index."""
    return list(guardian_cases(viewer).order_by("-opened_at", "-pk")[:50])


def guardian_keys(viewer: Viewer) -> list[uuid.UUID]:
    """Return the keys of guardian's first fifty: all that is asked for stands in the index of its order."""
    return list(guardian_cases(viewer).order_by("-opened_at", "-pk").values_list("pk", flat=True)[:50])


def guardian_list_in_our_order(viewer: Viewer) -> list[Row]:
    """Return guardian's first fifty by the last change that this agency may see, which is no column of the case."""
    envelope = Share.objects.filter(case=OuterRef("pk"), agency=viewer.agency, closed_at__isnull=True)
    moment = Subquery(envelope.values("last_visible_change_at")[:1])
    # An order by SQL's own NULL rule would put cases without an envelope first.
    ordered = (
        guardian_cases(viewer).annotate(moment=moment).order_by(F("moment").desc(nulls_last=True), "-pk")
    )
    return list(ordered.values_list("pk", "moment")[:50])


def whole_page(viewer: Viewer) -> list[Row]:
    return [(row.case.pk, row.changed_at) for row in case_page_for(viewer).rows]


def one_case(viewer: Viewer, case_id: uuid.UUID) -> uuid.UUID:
    return cases_for(viewer).get(pk=case_id).pk


def case_items(viewer: Viewer, case: Case) -> list[Any]:
    """Return the keys of what a case page shows of household, people and notes."""
    household = household_for(viewer, case)
    people = people_for(viewer, case)
    rows = [
        household,
        *(row for view in people for row in (view.basics, view.contact, view.health, view.money)),
    ]
    notes = list(notes_for(viewer, case)[:NOTES_SHOWN])
    return [row.pk for row in [*rows, *notes] if row]


def rows_of(words: str, values: dict[str, Any] | list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(words, values)
        return list(cursor.fetchall())


# --- The comparisons -----------------------------------------------------------------------------------


def comparisons_of(desk: Desk) -> Iterator[Comparison]:
    """Yield every comparison within one database."""
    for code in AGENCIES:
        assert_guardian_sees_the_same(desk, code)
        yield from _against_expert(desk, code, EXPERT_GOAL)
        yield from _against_guardian(desk, code)
        yield from _against_no_walls(desk, code)
    yield from _against_expert(desk, city.CENTER, None)


def growth_of(small: Desk, large: Desk) -> Iterator[Comparison]:
    """Yield what the list costs in the large database against the small one. The answers are different ones."""
    for code in AGENCIES:
        for key, after in (("first page", False), ("next page", True)):
            sides = [
                Side(
                    desk.size,
                    desk.inside(code),
                    partial(our_list, desk.viewers[code], _cursor(desk, code) if after else None),
                )
                for desk in (large, small)
            ]
            yield Comparison(
                f"growth, {key}", code, f"{large.size} / {small.size}", *sides, GROWTH_GOAL, lambda *_: True
            )


def _against_expert(desk: Desk, code: str, goal: Goal | None) -> Iterator[Comparison]:
    for key, after in (("first page", None), ("next page", _cursor(desk, code))):
        sides = _sides(desk, code, (our_list, after), (expert_list, after))
        yield Comparison(f"list, {key}", code, desk.size, *sides, goal)
    yield Comparison("whole page", code, desk.size, *_sides(desk, code, (whole_page,), (expert_list,)))
    if code != city.CENTER:
        yield Comparison("count", code, desk.size, *_sides(desk, code, (count_cases_for,), (expert_count,)))


def _against_guardian(desk: Desk, code: str) -> Iterator[Comparison]:
    """Yield guardian as it is used, and then in ways that are kinder and kinder to it.

    Its first page shows other cases, because it has another order by design; the whole lists were compared before.
    """
    goal = GUARDIAN_GOALS[code] if desk.cases >= MILLION else NEVER_SLOWER
    wish = replace(goal, binds=False)
    ours, walled = _sides(desk, code, (our_list,), (guardian_list,))
    rows, keys = _sides(desk, code, (our_rows,), (guardian_keys,))
    bare_list, bare_keys = (
        replace(side, name=f"{side.name} without walls", inside=desk.inside(code, role="owner"))
        for side in (walled, keys)
    )
    yield Comparison("guardian", code, desk.size, ours, walled, goal, _same_length)
    yield Comparison("guardian, rows on both sides", code, desk.size, rows, walled, wish, _same_length)
    yield Comparison("guardian without walls", code, desk.size, ours, bare_list, wish, _same_length)
    yield Comparison(
        "guardian, no walls, keys only", code, desk.size, ours, bare_keys, NEVER_SLOWER, _same_length
    )
    if desk.cases < MILLION:  # there it takes minutes
        sides = _sides(desk, code, (our_list,), (guardian_list_in_our_order,))
        yield Comparison("guardian in our order", code, desk.size, *sides, NEVER_SLOWER)


def _against_no_walls(desk: Desk, code: str) -> Iterator[Comparison]:
    viewer = desk.viewers[code]
    with desk.inside(code)():
        case = longest_case(viewer)
    questions = {
        "list": partial(our_list, viewer),
        "case": partial(one_case, viewer, case.pk),
        "items": partial(case_items, viewer, case),
    }
    for key, run in questions.items():
        with_walls = Side("with", desk.inside(code), run)
        without = Side("without", desk.inside(code, role="owner"), run)
        yield Comparison(f"walls, {key}", code, desk.size, with_walls, without, WALL_GOALS[key])


def _sides(desk: Desk, code: str, *calls: tuple[Any, ...]) -> list[Side]:
    viewer = desk.viewers[code]
    return [Side(run.__name__, desk.inside(code), partial(run, viewer, *more)) for run, *more in calls]


def _same_length(one: list[Any], other: list[Any]) -> bool:
    return len(one) == len(other)


def _cursor(desk: Desk, code: str) -> Cursor:
    with desk.inside(code)():
        case_id, moment = expert_list(desk.viewers[code])[-1]
    return Cursor(moment, case_id)


def longest_case(viewer: Viewer) -> Case:
    """Return the case with most notes among the known long ones that this viewer sees."""
    numbers = [f"B-{number:07}" for number in (7, 8, *range(61, 67))]
    seen = cases_for(viewer).filter(number__in=numbers)
    return max(seen, key=lambda case: Note.objects.filter(case=case).count())


def assert_guardian_sees_the_same(desk: Desk, code: str) -> None:
    """Raise Disagreement unless guardian's whole list and ours hold the same cases.

    Without the walls guardian also shows what has lapsed and was not swept yet: exactly that, nothing else.
    """
    viewer = desk.viewers[code]
    with desk.inside(code)():
        ours = set(envelopes_for(viewer).values_list("case_id", flat=True))
        guardians = set(guardian_cases(viewer).values_list("pk", flat=True))
    with desk.inside(code, role="owner")():
        bare = set(guardian_cases(viewer).values_list("pk", flat=True))
        lapsed = {case_id for (case_id,) in rows_of(LAPSED, [viewer.agency.pk])}
    if not ours or ours != guardians:
        raise Disagreement(f"{code}, {desk.size}: ours {len(ours)} cases, guardian's {len(guardians)}")
    if bare != ours | lapsed or ours & lapsed:
        raise Disagreement(f"{code}, {desk.size}: guardian without walls shows {len(bare)} cases")
