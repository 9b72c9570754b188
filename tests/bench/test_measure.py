"""The measuring itself: a difference that is known must come out."""

import random
from contextlib import nullcontext

import pytest

from tests.bench import measure
from tests.bench.measure import Comparison, Goal, Side, compare_pairs


def measured(monkeypatch, *, dearer):
    """Measure two sides of which one costs so many times the other, on a machine that is up to five times as slow."""
    draw = random.Random(7)
    busy = {"now": 1.0, "runs": 0}

    def timed(run):
        busy["runs"] += 1
        if busy["runs"] % 2:  # both runs of a pair meet nearly the same machine
            busy["now"] = draw.uniform(1, 5)
        cost, answer = run()
        return cost * busy["now"] * draw.uniform(0.9, 1.1), answer

    monkeypatch.setattr(measure, "_timed", timed)
    monkeypatch.setattr(
        measure.gc, "collect", lambda: 0
    )  # nothing here leaves anything behind, and it takes a second
    sides = [
        Side(name, nullcontext, lambda cost=cost: (cost, True))
        for name, cost in (("with", dearer), ("without", 1))
    ]
    comparison = Comparison("x", "center", "writes", *sides, goal=Goal("at_most", 1 / 0.95))
    return compare_pairs(comparison, pairs=400)


@pytest.mark.slow
def test_pairs_find_a_difference_that_is_smaller_than_the_noise(monkeypatch):
    figure = measured(monkeypatch, dearer=1.1)
    assert (figure.rounds, figure.is_miss) == (400, True)
    assert 1.08 < figure.low < figure.ratio < figure.high < 1.12


@pytest.mark.slow
def test_pairs_find_none_where_none_is(monkeypatch):
    figure = measured(monkeypatch, dearer=1.0)
    assert figure.is_met
    assert figure.low < 1 < figure.high
    assert figure.high - figure.low < 0.05
