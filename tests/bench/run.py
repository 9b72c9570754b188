"""One run: databases, comparisons, table, JSON, exit code."""

import os
from contextlib import ExitStack

from django.conf import settings

from marugoto_site.database import choice
from tests import database
from tests.bench import databases, report
from tests.bench.crowd import measure_crowd
from tests.bench.imports import measure_imports
from tests.bench.log import measure_log
from tests.bench.measure import Comparison, Disagreement, Figure, compare, compare_pairs
from tests.bench.numbers import numbers_of
from tests.bench.pages import pages_of
from tests.bench.papers import papers_of
from tests.bench.questions import Desk, comparisons_of, growth_of
from tests.bench.searches import searches_of
from tests.bench.writes import PAIRS, WritingDesk, prepare

UNITS = {"k": 1_000, "m": 1_000_000}


def main() -> int:
    """Return 0 if every binding goal is met (or BENCH_REPORT_ONLY=1), else 1. Unequal answers always give 1."""
    if choice.uses_embedded_server():
        choice.ensure_embedded_ready(settings.LOCAL_DIR)
    sizes = [size.strip() for size in os.environ.get("BENCH_SIZES", "10k,1m").split(",")]
    with databases.ours_alone("bench"):
        return measure_sizes(sizes)


def measure_sizes(sizes: list[str]) -> int:
    for size in sizes:
        databases.prepare(name_of(size), cases=cases_of(size))
    load_before = os.getloadavg()
    figures: list[Figure] = []
    with ExitStack() as stack:
        desks = [Desk(name_of(size), size, cases_of(size)) for size in sizes]
        for desk in desks:
            stack.callback(desk.close)
        facts: dict[str, object] = {"sizes": sizes, "load_before": load_before}
        with databases.as_default(desks[0].web):
            facts["machine"] = report.machine()
        try:
            figures += measure_desks(desks)
            figures += [_say(comparison) for comparison in papers_of()]
            figures += measure_writes()
            figures += [_told(figure) for figure in measure_crowd()]
            figures += [_told(figure) for figure in measure_log()]
            figures += [_told(figure) for figure in measure_imports()]
        except Disagreement as trouble:
            print(f"UNEQUAL ANSWERS: {trouble}", flush=True)
            return 1
    facts["load_after"] = os.getloadavg()
    path = report.write(database.PROJECT / ".local" / "bench", figures, facts=facts)
    print(
        f"\n{report.table(figures)}\n\nload average {facts['load_before']} .. {facts['load_after']}; {path.name}"
    )
    return verdict(figures)


def measure_desks(desks: list[Desk]) -> list[Figure]:
    figures = [_say(comparison) for desk in desks for comparison in comparisons_of(desk)]
    figures += [_say(comparison) for desk in desks for comparison in searches_of(desk)]
    figures += [_say(comparison) for desk in desks for comparison in numbers_of(desk)]
    if len(desks) > 1:
        figures += [_say(comparison) for comparison in growth_of(desks[0], desks[-1])]
        figures += [_say(comparison) for comparison in pages_of(desks[0], desks[-1])]
    return figures


def measure_writes() -> list[Figure]:
    prepare()
    desk = WritingDesk()
    try:
        return [_told(compare_pairs(comparison, pairs=PAIRS)) for comparison in desk.comparisons()]
    finally:
        desk.close()


def _say(comparison: Comparison) -> Figure:
    return _told(compare(comparison))


def _told(figure: Figure) -> Figure:
    word = "" if figure.is_met else "  MISSED" if figure.is_miss else "  (not met)"
    print(
        f"{figure.size:>8} {figure.agency:>8} {figure.key}: {figure.candidate_ms:.2f} ms, "
        f"{figure.reference_ms:.2f} ms, ratio {figure.ratio:.2f}{word}",
        flush=True,
    )
    return figure


def verdict(figures: list[Figure]) -> int:
    missed = [figure for figure in figures if figure.is_miss]
    for figure in missed:
        print(f"MISSED: {figure.key}, {figure.agency}, {figure.size}: {figure.ratio:.2f}")
    return int(bool(missed) and os.environ.get("BENCH_REPORT_ONLY") != "1")


def name_of(size: str) -> str:
    return f"bench_{size.lower()}"


def cases_of(size: str) -> int:
    unit = size[-1].lower()
    return int(size[:-1]) * UNITS[unit] if unit in UNITS else int(size)
