"""One process that has everything imported, and forks for every mutant.

Reads one JSON line per mutant ({path, original, changed, tests, seconds}) and answers with one: killed, survived,
timeout, or no_code when the change lies outside the functions that exist (the caller then starts anew). With
``changed`` empty nothing is changed: what the tests say then must be "survived", or no answer here means anything.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import sys
import time
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parents[2]
QUIET = ["-x", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:randomly"]
NO_CODE = 77


def main() -> None:
    answers = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    tests = json.loads(sys.stdin.readline())
    pytest.main([*QUIET, "--collect-only", *tests])
    from tools.mutants.ready import hold_server  # noqa: PLC0415 -- the settings are known now

    hold_server()
    gc.freeze()
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_outcome(json.loads(line))), file=answers, flush=True)


def _outcome(job: dict[str, Any]) -> str:
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        _run(job)
    return _wait(child, job["seconds"])


def _run(job: dict[str, Any]) -> None:
    code = NO_CODE
    with contextlib.suppress(BaseException):
        if not job["changed"] or _put_in(
            job["path"], Path(job["original"]).read_text(), Path(job["changed"]).read_text()
        ):
            code = 1
            from tools.mutants.ready import take_the_database_as_it_is  # noqa: PLC0415 -- as above

            take_the_database_as_it_is()
            code = int(pytest.main([*QUIET, *job["tests"]], plugins=[_Killer(Path(job["killer"]))]))
    os._exit(code)


class _Killer:
    """Leaves the name of the test that noticed, so that it may go first next time."""

    def __init__(self, note: Path) -> None:
        self.note = note

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.note.write_text(report.nodeid)


def _wait(child: int, seconds: float) -> str:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            return {0: "survived", NO_CODE: "no_code", 5: "no_tests"}.get(code, "killed")
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _put_in(path: str, original: str, changed: str) -> bool:
    """Give every living function of the file its changed code; return whether anything changed.

    A function keeps its identity, so that whoever imported or decorated it has the change, too.
    """
    file = str(PROJECT / path)
    before, after = (list(_codes(compile(text, file, "exec"))) for text in (original, changed))
    if [code.co_qualname for code in before] != [code.co_qualname for code in after]:
        return False
    new = {
        (old.co_qualname, old.co_firstlineno): code
        for old, code in zip(before, after, strict=True)
        if _text(old) != _text(code)
    }
    found = False
    gc.unfreeze()
    for function in [thing for thing in gc.get_objects() if type(thing) is FunctionType]:
        if function.__code__.co_filename != file:
            continue
        code = new.get((function.__code__.co_qualname, function.__code__.co_firstlineno))
        if code is not None:
            if len(code.co_freevars) != len(function.__code__.co_freevars):
                return False
            function.__code__ = code
            found = True
    return found and all(code.co_name != "<module>" for code in new.values())


def _codes(code: CodeType) -> Any:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _text(code: CodeType) -> Any:
    constants = tuple(_text(c) if isinstance(c, CodeType) else repr(c) for c in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars


if __name__ == "__main__":
    main()
