"""Run every check and name those that failed: `make test`, `make check --quick`.

What reads the code alone runs beside the tests: their first minute makes a database, which keeps one processor busy.
"""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

PYTHON = sys.executable
FIRST = {
    "format (ruff)": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint (ruff)": ["-m", "ruff", "check", "--quiet", "."],
}
BESIDE = {
    "types (mypy)": ["-m", "mypy"],
    "system checks": ["manage.py", "check", "--fail-level", "WARNING"],
    "missing migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
}
SIDE_BY_SIDE = ["-m", "pytest", "-n", "auto", "--dist", "loadgroup", "--durations=25", "-m"]
# As one worker, whose database is there already.
ALONE = ["-m", "pytest", "-n", "1", "--durations=25", "-m", "alone"]
QUICK_TESTS = {"tests (pytest)": [*SIDE_BY_SIDE, "not browser and not slow"]}
ALL_TESTS = {
    "tests (pytest)": [*SIDE_BY_SIDE, "not alone"],
    "tests that want the machine for themselves (pytest)": ALONE,
}


def main() -> None:
    tests = QUICK_TESTS if "--quick" in sys.argv else ALL_TESTS
    failed = _failures(FIRST)
    with ThreadPoolExecutor(1) as beside:
        reading = beside.submit(_failures, BESIDE, keeps_quiet=True)
        first, *later = tests.items()
        failed += _failures(dict([first]))
        failed += reading.result()
        failed += _failures(dict(later))
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")
    print("All checks passed.")


def _failures(steps: dict[str, list[str]], *, keeps_quiet: bool = False) -> list[str]:
    return [name for name, arguments in steps.items() if not _passes(name, arguments, keeps_quiet)]


def _passes(name: str, arguments: list[str], keeps_quiet: bool) -> bool:
    """Run one check; ``keeps_quiet``: what it says comes at its end, in one piece, so that it stands in no line of another."""
    if not keeps_quiet:
        print(f"== {name}", flush=True)
    began = time.monotonic()
    to = subprocess.PIPE if keeps_quiet else None
    done = subprocess.run(
        [PYTHON, *arguments], stdin=subprocess.DEVNULL, stdout=to, stderr=subprocess.STDOUT if to else None,
        text=True, check=False,
    )  # fmt: skip
    said = f"\n{done.stdout}" if keeps_quiet and done.stdout else ""
    outcome = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"{said}== {name}: {outcome}, {time.monotonic() - began:.1f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
