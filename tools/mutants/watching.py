"""A pytest plugin: which test runs which line, and how long each takes."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

_seconds: defaultdict[str, float] = defaultdict(float)
_failed: set[str] = set()
_now = ""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[Any]:
    global _now  # noqa: PLW0603 -- a plugin is a module
    _now = item.nodeid
    coverage = Coverage.current()
    if coverage:
        coverage.switch_context(item.nodeid)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[Any]:
    """Do not blame the first test for the database that it has to make."""
    began = time.perf_counter()
    try:
        return (yield)
    finally:
        if fixturedef.argname == "django_db_setup":
            _seconds[_now] -= time.perf_counter() - began


def pytest_runtest_logreport(report: Any) -> None:
    _seconds[report.nodeid] += report.duration
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """Keep what is known of the tests that pass: one that fails anyway would notice every mutant."""
    passed = {test: took for test, took in _seconds.items() if test not in _failed}
    Path(os.environ["MUTANTS_SECONDS"]).write_text(json.dumps(passed))
