"""make chaos: CHAOS_KILLS=300, CHAOS_POOL=10000; `python -m tests.chaos kills|controls|pool|clock` runs one part."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
os.environ.setdefault("MARUGOTO_LOCAL_DIR", str(PROJECT / ".local" / "chaos"))
os.environ["PYTHONPATH"] = str(PROJECT)
os.environ["MARUGOTO_DB_ROLE"] = "owner"  # this process migrates and looks; those it starts are "web"
os.environ.pop("DATABASE_URL", None)

import django  # noqa: E402

django.setup()

from tests.chaos.killing import run_kills  # noqa: E402

SEED = int(os.environ.get("CHAOS_SEED", "20261123"))
REPORT = PROJECT / ".local" / "chaos-report"
# A run that finds nothing must be able to find something. WAL that is written ten seconds late loses what was
# acknowledged when the database is killed.
CONTROLS = {
    "early_receipt": ({}, "lost"),
    "no_key": ({}, "doubled"),
    "late_wal": ({"synchronous_commit": "off", "wal_writer_delay": "10s"}, "lost"),
}


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else "all"
    if part == "one_control":
        return control(sys.argv[2])
    parts = {"kills": kills, "controls": controls, "pool": pool, "clock": clock}
    if part == "all":
        # Each in a process of its own: one leaves its connection where nobody answers any more.
        return max([_apart(name) for name in parts])
    return parts[part]()


def _apart(name: str) -> int:
    command = [sys.executable, "-m", "tests.chaos", name]
    return int(subprocess.run(command, cwd=PROJECT, check=False).returncode != 0)


def kills() -> int:
    found = run_kills(int(os.environ.get("CHAOS_KILLS", "300")), seed=SEED)
    write("kills", found)
    return int(not found["is_good"])


def controls() -> int:
    """Each in a process of its own: a fault is planted where settings are read."""
    failed = 0
    for name in CONTROLS:
        words = {**os.environ, "CHAOS_FAULT": name}
        command = [sys.executable, "-m", "tests.chaos", "one_control", name]
        failed += subprocess.run(command, env=words, cwd=PROJECT, check=False).returncode != 0
    return int(failed > 0)


def control(name: str) -> int:
    options, expected = CONTROLS[name]
    found = run_kills(int(os.environ.get("CHAOS_CONTROL_KILLS", "30")), seed=SEED, options=options)
    found["is_caught"] = bool(found[expected])
    write(f"control-{name}", found)
    return int(not found["is_caught"])


def pool() -> int:
    from tests.chaos.pooling import run_pool

    found = run_pool(int(os.environ.get("CHAOS_POOL", "10000")), seed=SEED)
    write("pool", found)
    return int(not found["is_good"])


def clock() -> int:
    from tests.chaos.clock import run_clock

    found = run_clock()
    write("clock", found)
    return int(not found["is_good"])


def write(name: str, found: dict[str, object]) -> None:
    REPORT.mkdir(parents=True, exist_ok=True)
    (REPORT / f"{name}.json").write_text(json.dumps(found, indent=1, ensure_ascii=False))
    short = {key: len(value) if isinstance(value, list) else value for key, value in found.items()}
    print(f"{name}: {json.dumps(short, ensure_ascii=False)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
