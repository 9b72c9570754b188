"""What the audit log costs when eight write at once, each in a process of its own (assurance.md B13).

In turn for half a second with the log and without, the order changing; ten of each are a round, in which the rows are sealed once,
by a process of its own and while the eight write with the log: as often as the worker does it. Nothing may be lost: what
the writers say is compared with what the database holds.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from casework.cases.models import CaseEvent
from casework.notes.models import Note
from permissions.audit.models import AuditEntry
from permissions.audit.verify import Report, verify_log
from permissions.walls.context import acting_for, clock
from permissions.walls.own import SEAL_JOB
from tests import database
from tests.bench import databases, writes
from tests.bench.measure import Disagreement, Figure, Goal, figure_of

WRITERS = 8
# A person writes by a request; the goal (assurance.md B13) names transactions. Both bind.
KINDS = {
    "sent by form: note": "eight writers, note sent by form",
    "note": "eight writers, note, the action alone",
}
GOAL = Goal("at_least", 0.95)
ROUNDS = 12
# Short turns, because others use the machine, too; together with the log for five seconds a round.
TURNS = 10
SECONDS = 0.5
START_SECONDS = 0.05  # until every writer has read its order
VERB = "note_written"


@dataclass
class Hand:
    """A process that does as it is told."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls) -> Self:
        command = [sys.executable, "-m", "tests.bench.hand"]
        pipe = subprocess.PIPE
        return cls(subprocess.Popen(command, cwd=database.PROJECT, stdin=pipe, stdout=pipe, text=True))

    def tell(self, **order: Any) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise Disagreement("a writer ended: what it wrote is not known")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> None:
        self.process.communicate(timeout=60)


@dataclass
class Crowd:
    """Eight writers, one who seals, and how much they say they wrote."""

    writers: list[Hand]
    sealer: Hand
    seal_file: Path
    cases: list[str]
    written: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})

    def write(self, kind: str, *, logged: bool, seconds: float, sealing: bool = False) -> float:
        """Let all write for so long, and return how many writes a second they do together."""
        begin = time.monotonic() + START_SECONDS
        for writer in self.writers:
            writer.tell(do="write", kind=kind, logged=logged, begin=begin, seconds=seconds)
        if sealing:
            time.sleep(START_SECONDS)
            self.seal()
        answers = [writer.hear() for writer in self.writers]
        self.written[logged] += sum(answer["written"] for answer in answers)
        return float(sum(answer["written"] / answer["seconds"] for answer in answers))

    def seal(self) -> int:
        self.sealer.tell(do="seal", file=str(self.seal_file))
        seals: int = self.sealer.hear()["seals"]
        return seals


@contextmanager
def gathered(writers: int = WRITERS) -> Iterator[Crowd]:
    """Start the processes in a database made for them; they are ready when this gives them."""
    writes.prepare()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        hands = [Hand.start() for _each in range(writers + 1)]
        for hand in hands:
            stack.callback(hand.end)
        cases = [hand.hear()["case"] for hand in hands]
        yield Crowd(hands[:-1], hands[-1], Path(folder) / "seals", cases[:-1])


def measure_crowd(
    *, rounds: int = ROUNDS, turns: int = TURNS, seconds: float = SECONDS, writers: int = WRITERS
) -> list[Figure]:
    """Measure every kind of write. Raises Disagreement unless everything written is there, logged, and sealed."""
    names = ("with the log", "without")
    figures = []
    with gathered(writers) as crowd:
        for kind, key in KINDS.items():
            _round(crowd, kind, turns=2, seconds=seconds)  # warm
            samples = [_round(crowd, kind, turns=turns, seconds=seconds) for _each in range(rounds)]
            figures.append(
                figure_of(
                    samples, key=f"audit, {key}", agency="center", size="writes", names=names, goal=GOAL
                )
            )
        crowd.seal()
        check(crowd)
    return figures


def _round(crowd: Crowd, kind: str, *, turns: int, seconds: float) -> tuple[float, float]:
    """Return the seconds per write, of all together, with the log and without."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for number in range(turns):
        for logged in (True, False) if number % 2 else (False, True):
            sealing = logged and number == turns // 2
            rates[logged].append(crowd.write(kind, logged=logged, seconds=seconds, sealing=sealing))
    return turns / sum(rates[True]), turns / sum(rates[False])


def check(crowd: Crowd) -> None:
    """Compare what was written with what is there: notes, events, rows of the log, and what was sealed."""
    desk = writes.WritingDesk()
    try:
        with databases.as_default(desk.web):
            with acting_for(desk.viewer):
                notes = Note.objects.filter(case_id__in=crowd.cases).count()
                events = CaseEvent.objects.filter(case_id__in=crowd.cases, verb=VERB).count()
            with clock(SEAL_JOB):
                rows = AuditEntry.objects.filter(case_id__in=crowd.cases, verb=VERB).count()
            report = verify_log(crowd.seal_file)
    finally:
        desk.close()
    everything = sum(crowd.written.values())
    if (notes, events, rows) != (everything, everything, crowd.written[True]) or not rows:
        raise Disagreement(f"written {crowd.written}: {notes} notes, {events} events, {rows} rows of the log")
    _check_seals(report, rows)


def _check_seals(report: Report, rows: int) -> None:
    if report.findings or report.rows < rows:
        raise Disagreement(f"{report.rows} of {rows} rows were sealed; {report.findings}")
