"""Candidates of a search. Only keys come from here; what they stand for is read through the door."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import connection

from .keys import Words


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


def people_with_line(line: str, *, most: int) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Return (case, person) of whom exactly this key is known; for the center's duty, none for anybody else."""
    return _rows("SELECT * FROM casework_same_keys(%s, %s)", [line], most)


def _rows(query: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())
