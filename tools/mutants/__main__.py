"""`make mutants`: make every mutant, run the tests that reach it, name those that nothing noticed.

    python -m tools.mutants                      all of them (hours)
    python -m tools.mutants permissions/walls    those of one folder or file
    python -m tools.mutants --again              without those that were noticed in an earlier run here
    python -m tools.mutants --again --watch tests/casework/test_x.py    after these tests were written

What cannot be told apart from the original stands, with its reason, in tests/mutants.toml. Any other survivor
is a failure.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, Queue
from typing import Any

from coverage import CoverageData

from tools.mutants.making import PROJECT, TARGETS, Mutant, files, mutants_of

LOCAL = PROJECT / ".local" / "mutants"
OUTCOMES = LOCAL / "outcomes.json"
NOTICED = {"killed", "timeout"}
EQUAL = PROJECT / "tests" / "mutants.toml"
TESTS = [
    *("tests/permissions", "tests/casework", "tests/forms_app", "tests/marugoto_site"),
    *("tests/test_access_matrix.py", "tests/test_access_matrix_library.py"),
]
DATABASE_TEST = "tests/permissions/test_access.py"
FIRST = 6  # tests
CHOICE = ["-m", "not browser and not alone and not programs"]


def main() -> None:
    arguments = _arguments()
    LOCAL.mkdir(parents=True, exist_ok=True)
    if arguments.watch is not None or not (LOCAL / "seconds.json").exists():
        _watch(arguments.watch or [], arguments.processes)
    wanted = [mutant for path in files(arguments.only) for mutant in mutants_of(path)]
    if arguments.again:
        killed = {name for name, outcome in _kept().items() if outcome in NOTICED}
        wanted = [mutant for mutant in wanted if mutant.name not in killed]
    equal = _equal()
    jobs: Queue[Mutant] = Queue()
    for mutant in wanted:
        if mutant.name not in equal:
            jobs.put(mutant)
    outcomes = _run(jobs, Reach.read(arguments.glance), arguments.processes)
    _keep(outcomes)
    _report(wanted, outcomes, equal, whole=not arguments.only and not arguments.again)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="?", default="", help="begin of a path")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--glance", type=int, metavar="TESTS",
        help="a first look: at most so many tests for each mutant, none of them longer than ten seconds",
    )  # fmt: skip
    parser.add_argument("--again", action="store_true", help="without those noticed earlier")
    parser.add_argument(
        "--watch", nargs="*", metavar="TESTS",
        help="see anew which test runs which line; with names of tests: only of these, beside what is known",
    )  # fmt: skip
    return parser.parse_args()


def _equal() -> dict[str, str]:
    """Return name -> reason of the mutants that behave as the original does."""
    if not EQUAL.exists():
        return {}
    return {row["mutant"]: row["why"] for row in tomllib.loads(EQUAL.read_text()).get("equal", [])}


# --- Which test runs which line -----------------------------------------------------------------------


def _watch(tests: list[str], processes: int) -> None:
    print("Seeing which test runs which line ...", flush=True)
    if not tests:
        for name in ("coverage", "seconds.json"):
            (LOCAL / name).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(dir=LOCAL) as folder:
        watching = [
            (Path(folder) / str(number), _watched(Path(folder) / str(number), part))
            for number, part in enumerate(_parts(tests or TESTS, processes))
        ]
        codes = [process.wait() for _, process in watching]
        for part, _ in watching:
            _add_seconds(part.with_suffix(".json"))
        subprocess.run(
            [
                *(sys.executable, "-m", "coverage", "combine", "-q", "--append"),
                *(f"--data-file={LOCAL / 'coverage'}", *(str(part) for part, _ in watching)),
            ],
            check=True, cwd=PROJECT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    if any(codes):
        sys.exit("A test fails where nothing was changed. The others are known now: go on without --watch.")


def _parts(tests: list[str], number: int) -> list[list[str]]:
    """Deal the files of tests out, the big ones first, to at most so many processes."""

    def size(test: str) -> int:
        return (PROJECT / test.partition("::")[0]).stat().st_size

    found = {file for test in tests for file in _files_of(test)}
    dealt = sorted(found, key=lambda test: (-size(test), test))
    return [part for part in (dealt[start::number] for start in range(number)) if part]


def _files_of(test: str) -> list[str]:
    if not (PROJECT / test).is_dir():
        return [test]
    return [str(file.relative_to(PROJECT)) for file in (PROJECT / test).rglob("test_*.py")]


def _watched(part: Path, tests: list[str]) -> subprocess.Popen[bytes]:
    command = [
        *(sys.executable, "-m", "coverage", "run", f"--data-file={part}"),
        f"--source={','.join(name.replace('/', '.') for name in TARGETS)}",
        *("-m", "pytest", "-q", "-p", "tools.mutants.watching", *CHOICE, *tests),
    ]
    environment = os.environ | {"MUTANTS_SECONDS": str(part.with_suffix(".json"))}
    return subprocess.Popen(command, cwd=PROJECT, env=environment, stdin=subprocess.DEVNULL)


def _add_seconds(part: Path) -> None:
    kept = LOCAL / "seconds.json"
    known = json.loads(kept.read_text()) if kept.exists() else {}
    kept.write_text(json.dumps(known | json.loads(part.read_text())))


def _words(path: str) -> set[str]:
    return set(re.findall(r"[a-z]+", path))


class Reach:
    """Which tests run a line, the most promising first."""

    def __init__(
        self, by_line: dict[str, dict[int, list[str]]], seconds: dict[str, float], most: int | None = None
    ) -> None:
        self.most = most
        self.by_line = by_line
        self.seconds = seconds
        self.kills: Counter[tuple[str, ...]] = Counter()

    @classmethod
    def read(cls, glance: int | None) -> Reach:
        data = CoverageData(str(LOCAL / "coverage"))
        data.read()
        by_line = {
            str(Path(file).relative_to(PROJECT)): data.contexts_by_lineno(file)
            for file in data.measured_files()
        }
        seconds = json.loads((LOCAL / "seconds.json").read_text())
        if glance:
            seconds = {test: took for test, took in seconds.items() if took <= 10}
        return cls(by_line, seconds, glance)

    def tests(self, mutant: Mutant) -> list[str]:
        reached = self.by_line.get(mutant.path, {})
        known = self._known(reached.get(mutant.line, []))
        if not known or self.runs_at_import(mutant):
            # What runs while the module is read is felt by whoever uses the module.
            known = self._known(context for line in reached.values() for context in line)
        return sorted(known or self.seconds, key=lambda test: self._promise(mutant, test))[: self.most]

    def _promise(self, mutant: Mutant, test: str) -> tuple[float, ...]:
        """First those that noticed something in this function, in this file; then its own tests, the quick first."""
        in_function = self.kills[mutant.path, mutant.function, test]
        in_file = self.kills[mutant.path, test]
        shared = _words(mutant.path) & _words(test.partition("::")[0])
        return -in_function, -in_file, -len(shared), self.seconds[test]

    def _known(self, contexts: Iterable[str]) -> set[str]:
        return {context for context in contexts if context in self.seconds}

    def runs_at_import(self, mutant: Mutant) -> bool:
        return "" in self.by_line.get(mutant.path, {}).get(mutant.line, [])

    def files(self) -> list[str]:
        """Return the files of the tests that may be asked."""
        return sorted({test.partition("::")[0] for test in self.seconds})

    def tests_of(self, file: str) -> list[str]:
        return [test for test in self.seconds if test.startswith(file)]

    def limit(self, tests: list[str]) -> float:
        return 60 + 5 * sum(self.seconds[test] for test in tests)


# --- The run -------------------------------------------------------------------------------------------


def _run(jobs: Queue[Mutant], reach: Reach, processes: int) -> dict[str, str]:
    outcomes: dict[str, str] = {}
    total, began = jobs.qsize(), time.monotonic()

    def work(number: int) -> None:
        with tempfile.TemporaryDirectory() as folder, Worker(number, Path(folder), reach) as worker:
            worker.control()
            while mutant := _next(jobs):
                outcome = outcomes[mutant.name] = worker.outcome(mutant)
                if outcome not in NOTICED:
                    print(
                        f"{outcome}: {mutant.name} line {mutant.line}\n  - {mutant.before}\n  + {mutant.after}"
                    )
                if len(outcomes) % 25 == 0:
                    worker.control()
                    _keep(outcomes)
                    print(f"{len(outcomes)} of {total}, {time.monotonic() - began:.0f} s", flush=True)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(processes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def _kept() -> dict[str, str]:
    """Return name -> outcome of every mutant that was ever run here."""
    outcomes: dict[str, str] = json.loads(OUTCOMES.read_text()) if OUTCOMES.exists() else {}
    return outcomes


def _keep(outcomes: dict[str, str]) -> None:
    OUTCOMES.write_text(json.dumps(_kept() | dict(outcomes), indent=0, sort_keys=True))


def _next(jobs: Queue[Mutant]) -> Mutant | None:
    try:
        return jobs.get_nowait()
    except Empty:
        return None


class Worker:
    """A process that forks for every mutant, with a test database of its own."""

    def __init__(self, number: int, folder: Path, reach: Reach) -> None:
        self.folder = folder
        self.reach = reach
        self.environment = os.environ | {
            "PYTEST_XDIST_WORKER": f"mutant{number}",
            "MUTANTS_WORLDS": str(folder / "worlds"),
        }

    def __enter__(self) -> Worker:
        # The first test makes the database, which no mutant should be blamed for.
        self.first = max(self.reach.tests_of(DATABASE_TEST), key=self.reach.seconds.__getitem__)
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", self.first],
            cwd=PROJECT, env=self.environment, check=True, capture_output=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.mutants.worker"],
            cwd=PROJECT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._ask(self.reach.files())
        return self

    def __exit__(self, *exception: object) -> None:
        self.process.stdin.close()  # type: ignore[union-attr]
        self.process.wait()

    def outcome(self, mutant: Mutant) -> str:
        tests = self.reach.tests(mutant)
        changed = self.folder / "changed.py"
        changed.write_text(mutant.source)
        outcome = "no_tests"
        # Most are noticed at once: only what lives on is shown to everybody.
        for some in filter(None, (tests[:FIRST], tests[FIRST:])):
            outcome = self._shown_to(some, mutant, changed)
            if outcome not in {"survived", "no_tests"}:
                break
        too_late = outcome == "survived" and self.reach.runs_at_import(mutant)
        return self._anew(mutant, changed, tests) if outcome == "no_code" or too_late else outcome

    def control(self) -> None:
        """End everything if tests fail where nothing was changed: a server that died kills every mutant."""
        job = {
            "path": "", "original": "", "changed": "", "killer": str(self.folder / "killer"),
            "tests": [self.first], "seconds": 120,
        }  # fmt: skip
        if (outcome := self._ask(job)) != "survived":
            print(f"control: {outcome}; nothing of this run counts", file=sys.stderr, flush=True)
            os._exit(2)

    def _shown_to(self, tests: list[str], mutant: Mutant, changed: Path) -> str:
        killer = self.folder / "killer"
        killer.write_text("")
        job = {
            "path": mutant.path,
            "original": str(PROJECT / mutant.path),
            "changed": str(changed),
            "killer": str(killer),
            "tests": tests,
            "seconds": self.reach.limit(tests),
        }
        outcome: str = self._ask(job)
        if noticed := killer.read_text():
            self.reach.kills[mutant.path, noticed] += 1
            self.reach.kills[mutant.path, mutant.function, noticed] += 1
        return outcome

    def _ask(self, question: Any) -> Any:
        print(json.dumps(question), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())  # type: ignore[union-attr]

    def _anew(self, mutant: Mutant, changed: Path, tests: list[str]) -> str:
        """Run a mutant that needs its module read again: slower by one start of Django."""
        try:
            code = subprocess.run(
                [sys.executable, "-m", "pytest", "-x", "-q", "-p", "tools.mutants.loading", *tests],
                cwd=PROJECT, check=False, capture_output=True, timeout=self.reach.limit(tests),
                stdin=subprocess.DEVNULL,
                env=self.environment | {"MUTANT_PATH": mutant.path, "MUTANT_SOURCE": str(changed)},
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            return "timeout"
        return "survived" if code == 0 else "killed"


def _report(wanted: list[Mutant], outcomes: dict[str, str], equal: dict[str, str], *, whole: bool) -> None:
    survivors = sorted(name for name, outcome in outcomes.items() if outcome not in NOTICED)
    explained = sum(mutant.name in equal for mutant in wanted)
    counts = Counter(outcomes.values())
    print(f"{len(wanted)} mutants: {dict(counts)}, equal to the original: {explained}")
    stale = sorted(set(equal) - {mutant.name for mutant in wanted}) if whole else []
    for name in stale:
        print(f"no longer made, take it out of {EQUAL.name}: {name}")
    if survivors or stale:
        sys.exit(1)


if __name__ == "__main__":
    main()
