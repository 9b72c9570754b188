"""A pytest plugin: which test runs which line, and how long each takes."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from coverage import Coverage

_seconds: Counter[str] = Counter()
_failed: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[Any]:
    coverage = Coverage.current()
    if coverage:
        coverage.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: Any) -> None:
    _seconds[report.nodeid] += report.duration
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    """Keep what is known of the tests that pass: one that fails anyway would notice every mutant."""
    passed = {test: took for test, took in _seconds.items() if test not in _failed}
    Path(os.environ["MUTANTS_SECONDS"]).write_text(json.dumps(passed))
