"""Tasks and jobs for the tests. Each appends a line to a file, so that a killed process leaves a trace."""

import os
import time
from pathlib import Path

from django_tasks import task


def write(path: str, text: str) -> None:
    with Path(path).open("a") as file:
        file.write(f"{text} {os.getpid()}\n")


@task
def note(path: str) -> None:
    write(path, "done")


@task
def fail(path: str) -> None:
    write(path, "tried")
    raise ValueError("氏名: 見本 花子")


@task
def sleep_once(path: str, seconds: float) -> None:
    """Take long on the first run; on the second find that there was one."""
    is_first = not Path(path).exists()
    write(path, "began")
    if is_first:
        time.sleep(seconds)
    write(path, "ended")


def count_stuck() -> int:
    return 0


def tick() -> None:
    """Do nothing; tests put a mock in its place."""
