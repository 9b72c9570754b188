"""Two sides, measured in turn in one process: the ratio counts, not the milliseconds."""

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sized
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

LEAST_ROUNDS = 9
MORE_ROUNDS = (
    18  # once more that many, and judged over all, when a goal is missed: others use the machine, too
)
SECONDS_PER_SIDE = 0.03
MOST_REPEATS = 25
# A side this slow misses or meets its goal beyond doubt: three rounds, or a run would take an hour.
SLOW_SECONDS = 6.0
SLOW_ROUNDS = 3
PAIRS_BETWEEN_COLLECTIONS = 25


class Disagreement(AssertionError):
    """The two sides gave different answers, or none: there is nothing to compare."""


@dataclass(frozen=True)
class Side:
    """One way to get an answer: ``inside`` (connection and context) is entered untimed, ``run`` is timed."""

    name: str
    inside: Callable[[], AbstractContextManager[Any]]
    run: Callable[[], Any]


@dataclass(frozen=True)
class Goal:
    """What the ratio must be. ``at_most``: candidate / reference; ``at_least``: how many times faster it is."""

    word: str
    value: float
    binds: bool = True

    def is_met(self, ratio: float) -> bool:
        return ratio <= self.value if self.word == "at_most" else ratio >= self.value


@dataclass(frozen=True)
class Comparison:
    """A question with two ways to answer it. ``same`` says whether two answers are the same one."""

    key: str
    agency: str
    size: str
    candidate: Side
    reference: Side
    goal: Goal | None = None
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.candidate, self.reference


@dataclass(frozen=True)
class Figure:
    """What came out. ``low`` and ``high`` are the quartiles of the rounds' ratios; times are in milliseconds."""

    key: str
    agency: str
    size: str
    candidate: str
    reference: str
    candidate_ms: float
    reference_ms: float
    ratio: float
    low: float
    high: float
    rounds: int
    goal: Goal | None

    @property
    def is_met(self) -> bool:
        return self.goal is None or self.goal.is_met(self.ratio)

    @property
    def is_miss(self) -> bool:
        return self.goal is not None and self.goal.binds and not self.is_met


def compare(comparison: Comparison, *, rounds: int = LEAST_ROUNDS) -> Figure:
    """Measure both sides in turn. Raises Disagreement unless every answer is equal and not empty."""
    seconds = [_warm_up(side) for side in (comparison.candidate, comparison.reference)]
    repeats = [max(1, min(MOST_REPEATS, math.ceil(SECONDS_PER_SIDE / one))) for one in seconds]
    is_slow = max(seconds) > SLOW_SECONDS
    samples = [_round(comparison, repeats, number) for number in range(SLOW_ROUNDS if is_slow else rounds)]
    figure = _figure(comparison, samples)
    if figure.goal is not None and not figure.is_met and not is_slow:
        samples += [_round(comparison, repeats, number) for number in range(MORE_ROUNDS)]
        figure = _figure(comparison, samples)
    return figure


def compare_pairs(comparison: Comparison, *, pairs: int) -> Figure:
    """Measure one run of each side in turn, so often; for a difference smaller than a busy machine's noise.

    shape    as compare(), but ``low`` and ``high`` are the 95 % interval of the median of the pairs' ratios
    """
    for side in comparison.sides:
        _warm_up(side)
    samples = []
    for number in range(pairs):
        if number % PAIRS_BETWEEN_COLLECTIONS == 0:
            gc.collect()
        with _no_collection():  # or one side would pay for what both left behind
            samples.append(_round(comparison, [1, 1], number))
    figure = _figure(comparison, samples)
    ratios = sorted(candidate / reference for candidate, reference in samples)
    low, high = _interval_of_median(pairs)
    return replace(figure, low=ratios[low], high=ratios[high])


def _interval_of_median(count: int) -> tuple[int, int]:
    """Return the places, from 0, between which the median lies with 95 % (binomial, by its normal approximation)."""
    half = 1.96 * math.sqrt(count) / 2
    low = max(0, math.floor(count / 2 - half))
    return low, count - 1 - low


@contextmanager
def _no_collection() -> Iterator[None]:
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _warm_up(side: Side) -> float:
    """Run a side, twice unless it is slow, and return the seconds it takes when warm."""
    with side.inside():
        seconds = _timed(side.run)[0]
        return seconds if seconds > SLOW_SECONDS else _timed(side.run)[0]


def _round(comparison: Comparison, repeats: list[int], number: int) -> tuple[float, float]:
    """Return the seconds of candidate and reference in one round; every other round begins with the reference."""
    pairs = list(zip((comparison.candidate, comparison.reference), repeats, strict=True))
    times: dict[str, float] = {}
    answers: dict[str, Any] = {}
    for side, count in pairs if number % 2 else reversed(pairs):
        with side.inside():
            taken = [_timed(side.run) for _ in range(count)]
        times[side.name] = statistics.median(seconds for seconds, _answer in taken)
        answers[side.name] = taken[-1][1]
    _check(comparison, answers[comparison.candidate.name], answers[comparison.reference.name])
    return times[comparison.candidate.name], times[comparison.reference.name]


def _timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = run()
    return time.perf_counter() - began, answer


def _check(comparison: Comparison, candidate: Any, reference: Any) -> None:
    where = f"{comparison.key} ({comparison.agency}, {comparison.size})"
    for side, answer in ((comparison.candidate, candidate), (comparison.reference, reference)):
        if answer is None or (isinstance(answer, Sized) and not len(answer)):
            raise Disagreement(f"{where}: {side.name} gave nothing")
    if not comparison.same(candidate, reference):
        raise Disagreement(f"{where}: {comparison.candidate.name} and {comparison.reference.name} differ")


def _figure(comparison: Comparison, samples: list[tuple[float, float]]) -> Figure:
    return figure_of(
        samples,
        key=comparison.key,
        agency=comparison.agency,
        size=comparison.size,
        names=(comparison.candidate.name, comparison.reference.name),
        goal=comparison.goal,
    )


def figure_of(
    samples: list[tuple[float, float]],
    *,
    key: str,
    agency: str,
    size: str,
    names: tuple[str, str],
    goal: Goal | None,
) -> Figure:
    """Return what rounds came to, given the seconds of candidate and reference in each."""
    faster = goal is not None and goal.word == "at_least"
    ratios = [reference / candidate if faster else candidate / reference for candidate, reference in samples]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return Figure(
        key=key,
        agency=agency,
        size=size,
        candidate=names[0],
        reference=names[1],
        candidate_ms=1000 * statistics.median(candidate for candidate, _reference in samples),
        reference_ms=1000 * statistics.median(reference for _candidate, reference in samples),
        ratio=middle,
        low=low,
        high=high,
        rounds=len(samples),
        goal=goal,
    )
