"""The processes the demo starts, and how all of them end with it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

END_SECONDS = 15
TOO_MANY_STARTS = 5
WITHIN_SECONDS = 60
PR_SET_PDEATHSIG = 1


@dataclass
class Managed:
    """One program, started again when it ends by itself, but not for ever."""

    name: str
    command: list[str]
    log: Path
    starts: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.starts = [at for at in self.starts if time.monotonic() - at < WITHIN_SECONDS] + [
            time.monotonic()
        ]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # PLW1509: one call into the kernel, and no threads here. Ctrl-C goes to the demo alone, which ends the others in order.
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
                env={**os.environ, "MARUGOTO_DB_ROLE": "web"},
            )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ends_too_often(self) -> bool:
        recent = [at for at in self.starts if time.monotonic() - at < WITHIN_SECONDS]
        return len(recent) >= TOO_MANY_STARTS

    def end(self) -> None:
        """Ask, wait, insist. The process leads a group of its own, so nothing else is touched."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_lines(self, count: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])


def _end_with_parent() -> None:
    """Let the kernel end this process when the demo is killed without a chance to tidy up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
