"""The loop around those who live together: boxes that hold them all and nobody else, and hang together."""

from __future__ import annotations

import itertools

from .family import Figure, Key
from .shapes import Box

HALF = 23
PAD = 14
NAME = 20
NECK = 6  # half the width of what joins two boxes
CLEAR = 20  # how far over a row or under its names a neck runs


def loop_around(rows: list[tuple[list[Figure], int]], x: dict[Key, int], together: set[Key]) -> list[Box]:
    """Return boxes whose common outline is one closed loop around these figures."""
    runs = [(index, run) for index, (row, _top) in enumerate(rows) for run in _runs(row, together)]
    boxes = [_box(x, run, rows[index][1]) for index, run in runs]
    necks: list[Box] = []
    for (upper, one), (lower, other) in itertools.pairwise(runs):
        necks += _neck(rows, x, (upper, x[one[-1].key]), (lower, x[other[0].key]))
    return [*boxes, *necks]


def _runs(row: list[Figure], together: set[Key]) -> list[list[Figure]]:
    """Return those of a row who stand side by side with nobody else between."""
    runs: list[list[Figure]] = [[]]
    for figure in row:
        if figure.key in together:
            runs[-1].append(figure)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _box(x: dict[Key, int], run: list[Figure], top: int) -> Box:
    left, right = x[run[0].key] - HALF - PAD, x[run[-1].key] + HALF + PAD
    return Box(left, top - PAD, right, top + 2 * HALF + NAME + 4)


def _neck(
    rows: list[tuple[list[Figure], int]], x: dict[Key, int], start: tuple[int, int], end: tuple[int, int]
) -> list[Box]:
    """Return the way between two runs: along free channels over the rows, and through gaps of the rows between."""
    (upper, from_x), (lower, to_x) = start, end
    if upper == lower:
        y = rows[upper][1] - CLEAR
        top = rows[upper][1]
        return [_down(from_x, y, top), _across(from_x, to_x, y), _down(to_x, y, top)]
    found = []
    here, y = from_x, rows[upper][1] + 2 * HALF
    for row in range(upper + 1, lower + 1):
        figures, top = rows[row]
        target = to_x if row == lower else _gap(figures, x, here)
        turn = top - CLEAR
        found += [_down(here, y, turn), _across(here, target, turn)]
        here, y = target, turn
    return [*found, _down(here, y, rows[lower][1])]


def _gap(row: list[Figure], x: dict[Key, int], here: float) -> int:
    taken = sorted(x[figure.key] for figure in row)
    gaps = [(a + b) // 2 for a, b in itertools.pairwise(taken)]
    return min([taken[0] - 58, *gaps, taken[-1] + 58], key=lambda each: abs(each - here))


def _down(x: float, top: float, bottom: float) -> Box:
    return Box(x - NECK, min(top, bottom) - NECK, x + NECK, max(top, bottom) + NECK)


def _across(x1: float, x2: float, y: float) -> Box:
    return Box(min(x1, x2) - NECK, y - NECK, max(x1, x2) + NECK, y + NECK)
