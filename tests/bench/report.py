"""Figures as a table and as JSON."""

import json
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import django
from django.db import connection

from tests.bench.measure import Figure

HEAD = ("what", "agency", "size", "ours ms", "other ms", "ratio", "quartiles", "rounds", "goal", "")


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as a Markdown table."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(_row(figure) for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    goal, verdict = "", ""
    if figure.goal:
        sign = "≤" if figure.goal.word == "at_most" else "≥"
        goal = f"{sign} {figure.goal.value:g}{'' if figure.goal.binds else ' (wish)'}"
        verdict = "met" if figure.is_met else "MISSED" if figure.is_miss else "not met"
    return (
        figure.key,
        figure.agency,
        figure.size,
        f"{figure.candidate_ms:.2f}",
        f"{figure.reference_ms:.2f}",
        _short(figure.ratio),
        f"{_short(figure.low)} to {_short(figure.high)}",
        str(figure.rounds),
        goal,
        verdict,
    )


def _short(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def machine() -> dict[str, str | int]:
    """Return what the figures were measured on; needs a connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers'), current_setting('fsync')"
        )
        postgres, buffers, fsync = cursor.fetchone()
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    return {
        "processor": found[1] if found else platform.processor(),
        "cores": os.cpu_count() or 0,
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "django": django.get_version(),
        "guardian": version("django-guardian"),
        "postgresql": postgres,
        "shared_buffers": buffers,
        "fsync": fsync,
    }


def write(folder: Path, figures: list[Figure], *, facts: dict[str, object]) -> Path:
    """Write the figures as JSON and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    content = {
        "measured_at": now.isoformat(timespec="seconds"),
        **facts,
        "figures": [{**asdict(figure), "is_met": figure.is_met} for figure in figures],
    }
    path = folder / f"{now:%Y%m%dT%H%M%SZ}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    return path
