"""One process that has everything imported and every test collected, and forks for every mutant.

Reads one JSON line per mutant ({path, original, changed, tests, seconds}) and answers with one: killed, survived,
timeout, no_tests, broken (the tool), or no_code when the change lies outside the functions that exist (the caller then
starts anew). With ``changed`` empty nothing is changed: what the tests say then must be "survived", or no answer here means anything.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import time
from collections import defaultdict
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TextIO

import pytest
from _pytest import main as pytest_main

PROJECT = Path(__file__).resolve().parents[2]
QUIET = ["-x", "-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "-p", "no:randomly"]
CODES = {0: "survived", 1: "killed", 5: "no_tests", 77: "no_code"}
NO_TESTS, NO_CODE = 5, 77
BROKEN = 70


def main() -> None:
    # pytest takes both from us while it looks for tests.
    questions, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    tests = json.loads(questions.readline())
    pytest.main([*QUIET, *tests], plugins=[_Forks(questions, answers)])


class _Forks:
    """Answers questions in the place where pytest would run what it has collected."""

    def __init__(self, questions: TextIO, answers: TextIO) -> None:
        self.questions = questions
        self.answers = answers

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        from tools.mutants.ready import (  # noqa: PLC0415 -- the settings are known now
            hold_server,
            keep_the_worlds,
            take_the_database_as_it_is,
        )

        hold_server()
        take_the_database_as_it_is()
        keep_the_worlds(session.config, Path(os.environ["MUTANTS_WORLDS"]))
        self.items = {item.nodeid: item for item in session.items}
        self.functions = _living_functions()
        gc.freeze()
        self._answer("ready")
        for line in self.questions:
            self._answer(self._outcome(session, json.loads(line)))
        return True

    def _answer(self, words: str) -> None:
        print(json.dumps(words), file=self.answers, flush=True)

    def _outcome(self, session: pytest.Session, job: dict[str, Any]) -> str:
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            self._run(session, job)
        return _wait(child, job["seconds"])

    def _run(self, session: pytest.Session, job: dict[str, Any]) -> None:
        code = BROKEN
        with contextlib.suppress(BaseException):
            code = NO_CODE
            if not job["changed"] or _put_in(
                self.functions[str(PROJECT / job["path"])],
                (Path(job["original"]).read_text(), Path(job["changed"]).read_text()),
                file=str(PROJECT / job["path"]),
            ):
                code = BROKEN
                session.config.pluginmanager.register(_Killer(Path(job["killer"])))
                code = _tried(session, [self.items[test] for test in job["tests"] if test in self.items])
        os._exit(code)


def _tried(session: pytest.Session, items: list[pytest.Item]) -> int:
    """Run these tests, in the order in which pytest would: those that commit come last."""
    session.items = items
    session.config.hook.pytest_collection_modifyitems(session=session, config=session.config, items=items)
    with contextlib.suppress(session.Failed):
        pytest_main.pytest_runtestloop(session)
    return 1 if session.testsfailed else 0 if items else NO_TESTS


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
            # A mutant may bring the process down; what is broken is this tool.
            return CODES.get(code, "killed" if code < 0 else "broken")
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def _living_functions() -> dict[str, list[FunctionType]]:
    """Return the functions there are by the file they were written in."""
    gc.unfreeze()  # what tests/conftest.py froze is not listed
    found: dict[str, list[FunctionType]] = defaultdict(list)
    for thing in gc.get_objects():
        if type(thing) is FunctionType:
            found[thing.__code__.co_filename].append(thing)
    return found


def _put_in(functions: list[FunctionType], texts: tuple[str, str], *, file: str) -> bool:
    """Give every living function of the file its changed code; return whether anything changed.

    A function keeps its identity, so that whoever imported or decorated it has the change, too.
    """
    before, after = (list(_codes(compile(text, file, "exec"))) for text in texts)
    if [code.co_qualname for code in before] != [code.co_qualname for code in after]:
        return False
    new = {
        (old.co_qualname, old.co_firstlineno): code
        for old, code in zip(before, after, strict=True)
        if _text(old) != _text(code)
    }
    found = False
    for function in functions:
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
