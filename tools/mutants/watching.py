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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[Any]:
    coverage = Coverage.current()
    if coverage:
        coverage.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: Any) -> None:
    _seconds[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    kept = Path(os.environ["MUTANTS_SECONDS"])
    known = json.loads(kept.read_text()) if kept.exists() else {}
    kept.write_text(json.dumps(known | _seconds))
