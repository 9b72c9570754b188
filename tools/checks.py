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
FAST_TESTS = ["-m", "pytest", "-m", "not browser and not slow", "-n", "2"]
# These start servers and browsers of their own, which want the machine for themselves.
LONG_TESTS = ["-m", "pytest", "-m", "browser or slow"]


def main() -> None:
    steps = STEPS | {"tests (pytest)": FAST_TESTS}
    if "--quick" not in sys.argv:
        steps |= {"long tests (pytest)": LONG_TESTS}
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
