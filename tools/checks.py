"""Run every check, one after the other, and name those that failed: `make test`, `make check --quick`."""

import subprocess
import sys
import time

PYTHON = sys.executable
STEPS = {
    "format (ruff)": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint (ruff)": ["-m", "ruff", "check", "--quiet", "."],
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
    steps = STEPS | (QUICK_TESTS if "--quick" in sys.argv else ALL_TESTS)
    failed = [name for name, arguments in steps.items() if not _passes(name, arguments)]
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")
    print("All checks passed.")


def _passes(name: str, arguments: list[str]) -> bool:
    print(f"== {name}", flush=True)
    began = time.monotonic()
    code = subprocess.run([PYTHON, *arguments], stdin=subprocess.DEVNULL, check=False).returncode
    print(
        f"== {name}: {'ok' if code == 0 else f'FAILED ({code})'}, {time.monotonic() - began:.1f} s",
        flush=True,
    )
    return code == 0


if __name__ == "__main__":
    main()
