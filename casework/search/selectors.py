"""Candidates of a search. Only keys come from here; what they stand for is read through the door."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from .keys import VERSION, Words
from .models import CENTER_SCOPE, SearchRow

# One look into the index for so many keys; with many more the planner would rather read the table.
LINES_AT_ONCE = 300
# Few keys, and keys of more people than this, are asked for one by one, which gives the newest alone.
FEW_LINES = 10
MOST_TOGETHER = 2_000

Who = tuple[uuid.UUID, uuid.UUID]  # case, person


def candidate_cases(words: Words, *, most: int) -> list[uuid.UUID]:
    """Return the cases of which a row that reaches whoever is asking holds every part, newest first.

    shape    at most ``most`` keys, by the moment the case was opened; none without a context (walls)
    """
    if not words.grams:
        return []
    return [
        key
        for (key,) in _rows("SELECT * FROM casework_search(%s, %s, %s)", words.grams, list(words.parts), most)
    ]


def people_with_line(line: str, *, most: int) -> list[Who]:
    """Return (case, person) of whom exactly this key is known; for the center's duty, none for anybody else."""
    return _rows("SELECT * FROM casework_same_keys(%s, %s)", [line], most)


def people_with_lines(lines: Collection[str], *, most: int) -> dict[str, list[Who]]:
    """Return what people_with_line says of each of these keys, of many in a few statements; keys of nobody are left out."""
    wanted = sorted(set(lines))
    if len(wanted) <= FEW_LINES:
        return _each_by_itself(wanted, most)
    found: dict[str, list[Who]] = {}
    for start in range(0, len(wanted), LINES_AT_ONCE):
        found |= _together(wanted[start : start + LINES_AT_ONCE], most)
    return found


def _each_by_itself(lines: list[str], most: int) -> dict[str, list[Who]]:
    each = {line: people_with_line(line, most=most) for line in lines}
    return {line: found for line, found in each.items() if found}


def _together(lines: list[str], most: int) -> dict[str, list[Who]]:
    """Find who has any of the keys, and read which of them each has."""
    people = _rows("SELECT * FROM casework_same_keys(%s, %s)", lines, MOST_TOGETHER)
    if len(people) == MOST_TOGETHER:
        return _each_by_itself(lines, most)
    rows = SearchRow.objects.filter(
        scope=CENTER_SCOPE, case__in={case for case, _person in people}, person__isnull=False
    )
    found: dict[str, list[Who]] = defaultdict(list)
    # In the order in which the function gives the people of one key.
    for case, person, words in rows.order_by("-sorted_at", "-case", "person").values_list(
        "case", "person", "words"
    ):
        for line in {*words.split("\n")}.intersection(lines):
            found[line].append((case, person))
    return {line: who[:most] for line, who in found.items()}


def lines_of_people(cases: QuerySet[Any]) -> dict[uuid.UUID, set[str] | None]:
    """Return {person: keys} for the people of these cases as far as the walls show them; None for keys of an older folding."""
    found: dict[uuid.UUID, set[str] | None] = {}
    rows = SearchRow.objects.filter(scope=CENTER_SCOPE, case__in=cases, person__isnull=False)
    for person, words, version in rows.values_list("person", "words", "version"):
        known = found.setdefault(person, set())
        if version != VERSION:
            found[person] = None
        elif known is not None:
            known.update(words.split("\n"))
    return found


def _rows(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
