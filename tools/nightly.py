"""`make nightly`: the slow proofs, one after the other, and the names of those that failed. Hours.

The same code is also tried with what comes next (requirements/next.txt: Wagtail 8.0, Django 6.1, Python 3.13). That
needs a Python 3.13, named by PYTHON_NEXT if it is not found; without one the run fails and says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from checks import ALL_TESTS

PROJECT = Path(__file__).resolve().parents[1]
NEXT = PROJECT / ".venv-next"
NEXT_REQUIREMENTS = PROJECT / "requirements" / "next.txt"


def main() -> None:
    steps: dict[str, Callable[[], bool]] = {
        "everything, at length": lambda: _all_tests(sys.executable, HYPOTHESIS_PROFILE="nightly"),
        "Wagtail 8.0, Django 6.1, Python 3.13": _next_versions,
        "without a network": lambda: _runs(sys.executable, "tools/no_network.py"),
        "in a foreign project": lambda: _runs(sys.executable, "-m", "tools.plugin_trial"),
        "mutants": lambda: _runs(sys.executable, "-m", "tools.mutants", "--watch"),
        "scan": lambda: _runs(sys.executable, "-m", "tests.scan"),
        "chaos": lambda: _runs(sys.executable, "-m", "tests.chaos"),
    }
    wanted = sys.argv[1:]
    failed = [name for name, step in steps.items() if _chosen(name, wanted) and not _timed(name, step)]
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")
    print("The night's proofs hold.")


def _chosen(name: str, wanted: list[str]) -> bool:
    return not wanted or any(word in name for word in wanted)


def _timed(name: str, step: Callable[[], bool]) -> bool:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    held = step()
    print(f"== {name}: {'ok' if held else 'FAILED'}, {time.monotonic() - began:.0f} s", flush=True)
    return held


def _runs(*command: str, **environment: str) -> bool:
    surroundings = os.environ | environment
    done = subprocess.run(command, cwd=PROJECT, env=surroundings, stdin=subprocess.DEVNULL, check=False)
    return done.returncode == 0


def _all_tests(python: str, **environment: str) -> bool:
    # Both, whatever the first says.
    held = [_runs(python, *arguments, **environment) for arguments in ALL_TESTS.values()]
    return all(held)


def _next_versions() -> bool:
    python = os.environ.get("PYTHON_NEXT") or shutil.which("python3.13") or _of_pyenv("3.13")
    if not python:
        print("Python 3.13 is not here: name it with PYTHON_NEXT=... ", file=sys.stderr)
        return False
    inside = str(NEXT / "bin" / "python")
    mark = NEXT / ".installed"
    if not mark.exists() or mark.stat().st_mtime < NEXT_REQUIREMENTS.stat().st_mtime:
        install = ("-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r")
        if not (_runs(python, "-m", "venv", str(NEXT)) and _runs(inside, *install, str(NEXT_REQUIREMENTS))):
            return False
        mark.touch()
    return all(
        [
            _runs(inside, "-W", "error::DeprecationWarning", "manage.py", "check", "--fail-level", "WARNING"),
            _runs(inside, "manage.py", "makemigrations", "--check", "--dry-run"),
            _all_tests(inside),
        ]
    )


def _of_pyenv(version: str) -> str | None:
    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    return str(found[-1]) if found else None


if __name__ == "__main__":
    main()
