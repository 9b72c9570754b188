"""Whether two things take equally long: measured in turn, judged by medians and by the test of Mann and Whitney.

Run in blocks, such a comparison finds differences that are the machine's. 500 tries of each kind with HYPOTHESIS_PROFILE=nightly
(or TIMING_TRIES=500), else fewer and with a wider margin; the figures are printed (pytest -rP).
"""

from __future__ import annotations

import gc
import math
import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from permissions.accounts.models import Tally

IS_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
TRIES = int(os.environ.get("TIMING_TRIES") or (500 if IS_NIGHTLY else 50))
MOST_DIFFERENT = 0.05 if TRIES >= 400 else 0.25
LEAST_LIKELY = 0.01 if TRIES >= 400 else 0.0001
LOOKS = 2  # what somebody could tell apart is still there at the second look, the machine's moods are not
CHANCE = random.SystemRandom()  # nobody's seed puts the kinds in the same order again and again
TRIES_BETWEEN_COLLECTIONS = 10
BLOCKS, LARGEST_BLOCK = 400, 1500


def timed(
    ask: Callable[[Any], object], kinds: Sequence[str], *, prepare: Callable[[str], Any] = lambda kind: kind
) -> dict[str, list[float]]:
    """Return the milliseconds of each kind, asked in turn in an order of chance. ``prepare`` is not timed."""
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for kind in kinds:  # warm
        ask(prepare(kind))
    try:
        for number in range(TRIES):
            if number % TRIES_BETWEEN_COLLECTIONS == 0:
                gc.collect()
            gc.disable()  # or one kind would pay for what all left behind
            for kind in CHANCE.sample(kinds, len(kinds)):
                Tally.objects.all().delete()
                held = _shaken()
                ready = prepare(kind)
                begin = time.perf_counter()
                ask(ready)
                found[kind].append((time.perf_counter() - begin) * 1000)
                del held
            gc.enable()
    finally:
        gc.enable()
    return found


def _shaken() -> list[bytearray]:
    """Leave holes of chance in the memory: each kind takes the same way through it, and where a hash comes to work
    would be the same again and again for one kind and another for the next (seen: 5 to 8 % in one process of ten).
    """
    return [bytearray(CHANCE.randrange(1, LARGEST_BLOCK)) for _block in range(BLOCKS)][::2]


def likelihood(first: list[float], second: list[float]) -> float:
    """Return the two-sided p of Mann and Whitney, by the normal approximation."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    ranks = sum(rank for rank, (_value, which) in enumerate(ranked, start=1) if which == 0)
    n, m = len(first), len(second)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def compare(
    measure: Callable[[], dict[str, list[float]]],
    known: str,
    *,
    told_apart: Sequence[str] = (),
    least: float = 0.0,
) -> None:
    """Fail if a kind takes another time than ``known`` whenever it is measured; ``told_apart`` are answered
    otherwise, and only printed. A kind that differs, by ``least`` of the time at least, is looked at again, and
    must differ to the same side.
    """
    sides: dict[str, list[int]] = {}
    for _look in range(LOOKS):
        found = measure()
        differing = _differing(found, known, least)
        differ = {kind: side for kind, side in differing.items() if kind not in told_apart}
        sides = {kind: [*sides.get(kind, []), side] for kind, side in differ.items()}
        if not differ:
            return
        print(found)
    steady = {kind: seen for kind, seen in sides.items() if len(seen) == LOOKS and len(set(seen)) == 1}
    assert steady == {}


def _differing(found: dict[str, list[float]], known: str, least: float) -> dict[str, int]:
    """Return the kinds that took another time, with 1 for longer and -1 for shorter."""
    medians = {kind: statistics.median(values) for kind, values in found.items()}
    print({kind: round(median, 2) for kind, median in medians.items()}, f"{TRIES} tries each")
    differ = {}
    for kind, values in found.items():
        if kind == known:
            continue
        difference = (medians[kind] - medians[known]) / medians[known]
        p = likelihood(values, found[known])
        print(f"{kind}: {difference:+.1%}, p = {p:.5f}")
        if abs(difference) >= least and (abs(difference) >= MOST_DIFFERENT or p <= LEAST_LIKELY):
            differ[kind] = 1 if difference > 0 else -1
    return differ
