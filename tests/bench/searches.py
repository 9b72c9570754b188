"""Searching by two letters, next to reading every name that reaches the viewer."""

import random
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from casework.search.keys import fold, words_of
from casework.search.selectors import candidate_cases
from casework.sharing.selectors import cases_for
from casework.workspace.finding import MOST_SHOWN, find_cases_for
from permissions.viewer import Viewer
from tests.bench import city
from tests.bench.measure import Comparison, Disagreement, Goal, Side
from tests.bench.questions import AGENCIES, MILLION, Desk, rows_of

# assurance: B9. A scan of a tiny agency's sixty cases, or of ten thousand, has little to read.
GOAL = Goal("at_most", 1 / 20)
WISH = Goal("at_most", 1 / 20, binds=False)
WORDS = 200
TIMED = 5
RECALLED_OF_A_MILLION = 8
EVERY = 10_000_000

# A scan reads all that reaches the viewer; which of it is shown first is decided afterwards. Names are compared as they
# stand: the words were chosen so that no other shape of a kanji is among the names.
SCAN = """
WITH hits AS MATERIALIZED (
  SELECT DISTINCT p.case_id FROM casework_person p
   WHERE (replace(p.name, ' ', '') LIKE %(pattern)s OR replace(p.kana, ' ', '') LIKE %(pattern)s) {scope}
)
SELECT c.id FROM casework_case c JOIN hits ON hits.case_id = c.id
 ORDER BY c.opened_at DESC, c.id DESC LIMIT %(most)s
"""
IN_SCOPE = """
  AND EXISTS (SELECT 1 FROM casework_shareline l
               WHERE l.case_id = p.case_id AND l.agency_id = %(agency)s AND l.item = 'basic' AND l.person_id = p.id
                 AND l.ended_at IS NULL AND l.starts_at <= now() AND (l.until IS NULL OR l.until > now()))
"""
NAMES = """
SELECT DISTINCT name FROM (
  SELECT p.name FROM casework_searchrow r JOIN casework_person p ON p.id = r.person_id
   WHERE r.scope = %(scope)s AND r.item = 'basic' LIMIT 5000) AS known
"""


def our_search(viewer: Viewer, words: list[str], most: int = MOST_SHOWN + 1) -> list[list[uuid.UUID]]:
    """Return the cases of each word, as the page of a search finds them, through the door."""
    return [_through_the_door(viewer, candidate_cases(words_of(word), most=most)) for word in words]


def _through_the_door(viewer: Viewer, keys: list[uuid.UUID]) -> list[uuid.UUID]:
    shown = set(cases_for(viewer).filter(pk__in=keys).values_list("pk", flat=True))
    return [key for key in keys if key in shown]


def scan(viewer: Viewer, words: list[str], most: int = MOST_SHOWN + 1) -> list[list[uuid.UUID]]:
    query = SCAN.format(scope="" if viewer.sees_all_cases else IN_SCOPE)
    values = {"agency": viewer.agency.pk, "most": most}
    return [[key for (key,) in rows_of(query, {**values, "pattern": f"%{word}%"})] for word in words]


def whole_answer(viewer: Viewer, words: list[str]) -> list[list[uuid.UUID]]:
    return [[row.case.pk for row in find_cases_for(viewer, word).rows] for word in words]


def searches_of(desk: Desk, codes: tuple[str, ...] = (*AGENCIES, city.CENTER)) -> Iterator[Comparison]:
    """Yield the search of each agency and of the center; before, every word is asked for whole, and compared."""
    for code in codes:
        words = words_for(desk, code)
        assert_full_recall(desk, code, words)
        goal = (WISH if code == city.TINY else GOAL) if desk.cases >= MILLION else None
        timed = words[:TIMED]
        ours, theirs, whole = (
            Side(run.__name__, desk.inside(code), partial(run, desk.viewers[code], timed))
            for run in (our_search, scan, whole_answer)
        )
        yield Comparison("search, two letters", code, desk.size, ours, theirs, goal)
        yield Comparison("search, whole answer", code, desk.size, whole, ours, None, _same_to_the_page)


def _same_to_the_page(whole: Any, keys: Any) -> bool:
    return bool(whole == [found[:MOST_SHOWN] for found in keys])


def words_for(desk: Desk, code: str) -> list[str]:
    """Return two letters each, out of names that reach this viewer, in an order drawn once for all runs."""
    scope = 0 if code == city.CENTER else desk.viewers[code].agency.pk
    with desk.inside(code)():
        names = sorted(name for (name,) in rows_of(NAMES, {"scope": scope}))
    pairs = {name[place : place + 2] for name in names for part in [name] for place in range(len(part) - 1)}
    plain = sorted(
        pair for pair in pairs if " " not in pair and fold(pair) == pair and not set(pair) & set("斉斎")
    )
    drawn = random.Random(city.SEED)
    drawn.shuffle(plain)
    return plain[:WORDS]


def assert_full_recall(desk: Desk, code: str, words: list[str]) -> None:
    """Raise Disagreement unless the whole answers hold the same cases in the same order.

    All words at ten thousand cases; at a million each costs a scan of many seconds, so a few there.
    """
    asked = words if desk.cases < MILLION else words[:: len(words) // RECALLED_OF_A_MILLION or 1]
    viewer = desk.viewers[code]
    with desk.inside(code)():
        for word in asked:
            ours, theirs = our_search(viewer, [word], EVERY)[0], scan(viewer, [word], EVERY)[0]
            if ours != theirs or not ours:
                raise Disagreement(f"{code}, {desk.size}: a search gave {len(ours)} of {len(theirs)} cases")
