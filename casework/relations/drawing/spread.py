"""How far apart the figures of a row stand: near what they belong to, in their order, never nearer than allowed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from .family import Family, Figure, Key
from .rows import parents_of

SLOT = 116  # from the middle of one figure to the next, at least
MARGIN = 76
ROUNDS = 8


def spread(family: Family, rows: list[list[Figure]]) -> dict[Key, int]:
    """Return x for everybody: parents over the middle of their children, as far as there is room."""
    x = {figure.key: float(index * SLOT) for row in rows for index, figure in enumerate(row)}
    parents = {child: list(each) for child, each in parents_of(family).items()}
    children: dict[Key, list[Key]] = defaultdict(list)
    for child, each in parents.items():
        for parent in each:
            children[parent].append(child)
    partners = _partners(family)
    for turn in range(ROUNDS):
        downwards = turn % 2 == 0
        for row in rows if downwards else reversed(rows):
            _settle(row, x, parents if downwards else children, partners)
    least = min(x.values(), default=0)
    return {key: round(place - least) + MARGIN for key, place in x.items()}


def _partners(family: Family) -> dict[Key, list[Key]]:
    found: dict[Key, list[Key]] = defaultdict(list)
    for tie in family.of_group("couple", "sibling"):
        found[tie.one].append(tie.other)
        found[tie.other].append(tie.one)
    return found


def _settle(
    row: list[Figure], x: dict[Key, float], near: Mapping[Key, list[Key]], partners: dict[Key, list[Key]]
) -> None:
    wanted: list[float] = []
    for figure in row:
        there = near.get(figure.key) or [key for each in partners[figure.key] for key in near.get(each, ())]
        if there:
            wanted.append(sum(x[key] for key in there) / len(there))
        else:
            # Nobody draws them anywhere: beside the last one.
            wanted.append(wanted[-1] + SLOT if wanted else x[figure.key])
    for figure, place in zip(row, _kept_apart(wanted), strict=True):
        x[figure.key] = place


def _kept_apart(wanted: list[float]) -> list[float]:
    """Return the places nearest to those wanted (least squares) in the same order with a slot between: pool adjacent violators."""
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        pools.append((place - index * SLOT, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, count_a), (b, count_b) = pools.pop(-2), pools.pop()
            pools.append(((a * count_a + b * count_b) / (count_a + count_b), count_a + count_b))
    levels = [level for level, count in pools for _each in range(count)]
    return [level + index * SLOT for index, level in enumerate(levels)]
