"""The tools that read the code: bandit, and the S rules of ruff without any exception."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from .findings import Finding

PROJECT = Path(__file__).resolve().parents[2]
READ = ["permissions", "forms_app", "pages", "casework", "marugoto_site", "manage.py"]


def bandit() -> list[Finding]:
    found = _json("bandit", "-q", "-r", *READ, "-f", "json")["results"]
    return [Finding("bandit", row["test_id"], _relative(row["filename"]), row["issue_text"]) for row in found]


def ruff() -> list[Finding]:
    """Ask without pyproject.toml and without noqa, so that every exception must be explained once more."""
    options = ["--isolated", "--select", "S", "--ignore-noqa", "--no-cache", "--target-version", "py311"]
    found = _json("ruff", "check", *options, "--output-format", "json", *READ)
    return [Finding("ruff", row["code"], _relative(row["filename"]), row["message"]) for row in found]


def _json(module: str, *arguments: str) -> Any:
    command = [sys.executable, "-m", module, *arguments]
    ended = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if ended.returncode not in {0, 1} or not ended.stdout:
        raise RuntimeError(f"{module} failed: {ended.stderr}")
    return json.loads(ended.stdout)


def _relative(path: str) -> str:
    whole = Path(path)
    return str(whole.relative_to(PROJECT)) if whole.is_absolute() else path.removeprefix("./")
