"""What the worker does by the clock. settings.MARUGOTO_CLOCKS names the jobs: path and seconds between runs."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import close_old_connections
from django.utils.module_loading import import_string

from marugoto_site.tasks.lifeline import connect, key_of
from marugoto_site.tasks.sweep import Sweep
from permissions.walls import context

log = logging.getLogger("marugoto.clocks")

CLOCK_LOCK_CLASS = 0x636C6F63  # "cloc"
SWEEP_SECONDS = 10


@dataclass
class Clock:
    """One job and when it is due, by this process's monotonic clock."""

    name: str
    run: Callable[[], object]
    every_seconds: float
    due_at: float = field(default_factory=time.monotonic)


def registered_clocks() -> list[Clock]:
    return [
        Clock(name, import_string(path), every) for name, (path, every) in settings.MARUGOTO_CLOCKS.items()
    ]


def run_due(clocks: list[Clock], locks: psycopg.Connection) -> list[str]:
    """Run what is due and no other worker is running now; return the names of what ran."""
    ran = []
    for clock in [clock for clock in clocks if clock.due_at <= time.monotonic()]:
        clock.due_at = time.monotonic() + clock.every_seconds
        key = [CLOCK_LOCK_CLASS, key_of(clock.name)]
        if locks.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone() != (True,):
            continue
        try:
            _run(clock)
        finally:
            locks.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        ran.append(clock.name)
    return ran


def _run(clock: Clock) -> None:
    close_old_connections()
    try:
        clock.run()
    except Exception:
        log.exception("clock %s failed", clock.name)


def start_clocks() -> None:
    """Run the registered jobs and the sweep of dead workers' tasks in a thread, for ever."""
    threading.Thread(target=_tick_for_ever, name="clocks", daemon=True).start()


def _tick_for_ever() -> None:
    while True:
        try:
            with connect() as locks:
                clocks = [*registered_clocks(), Clock("give_back_tasks", Sweep(locks).run, SWEEP_SECONDS)]
                while True:
                    run_due(clocks, locks)
                    time.sleep(1)
        except psycopg.Error:
            log.warning("the clocks lost the database; trying again in 5 s")
            time.sleep(5)


# --- jobs that belong to no app ---------------------------------------------------------------------


def publish_scheduled() -> None:
    """Publish and unpublish the pages and forms whose time has come."""
    with context.clock("publish_scheduled"):
        call_command("publish_scheduled", verbosity=0)


def forget_old() -> None:
    """Delete sessions that have ended and tasks that succeeded long ago."""
    call_command("clearsessions", verbosity=0)
    call_command(
        "prune_db_task_results", "--queue-name", "*", "--min-age-days", "14", "--failed-min-age-days", "90"
    )
