"""What /readyz asks: numbers only, nothing about anybody."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min
from django.db.utils import DatabaseError
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult, get_date_max

OLDEST_TASK_LIMIT_SECONDS = 300
# A code of an authenticator app lives 30 seconds, by the clock of the node that is asked.
CLOCK_LIMIT_SECONDS = 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``value`` is a number or a word of ours."""

    name: str
    is_good: bool
    value: int | str


def findings() -> list[Finding]:
    """Return what was found, in a fixed order; the first bad one of the first two ends the list."""
    try:
        connection.ensure_connection()
        missing = _missing_migrations()
    except DatabaseError:
        return [Finding("database", is_good=False, value="unreachable")]
    found = [
        Finding("database", is_good=True, value="ok"),
        Finding("missing_migrations", is_good=missing == 0, value=missing),
        _clock(),
    ]
    if missing or settings.MARUGOTO_NODE == "public":  # the worker and what it does stand elsewhere
        return found
    return [*found, _oldest_task(), *_probes()]


def _missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _clock() -> Finding:
    """How far this node's clock is ahead of the database's (behind: negative). Rights go by the database's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        row = cursor.fetchone()
    ahead = round(time.time() - row[0])
    # Nobody gives a code on a public node: it goes on taking up what citizens send.
    is_good = abs(ahead) <= CLOCK_LIMIT_SECONDS or settings.MARUGOTO_NODE == "public"
    return Finding("clock_ahead_seconds", is_good=is_good, value=ahead)


def _oldest_task() -> Finding:
    """A queue that nobody empties: the worker is down, or too slow."""
    ready = DBTaskResult.objects.ready()
    due = [
        ready.filter(run_after=get_date_max()).aggregate(at=Min("enqueued_at"))["at"],
        ready.exclude(run_after=get_date_max()).aggregate(at=Min("run_after"))["at"],
    ]
    oldest = min((at for at in due if at), default=None)
    seconds = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    return Finding("oldest_waiting_task_seconds", is_good=seconds < OLDEST_TASK_LIMIT_SECONDS, value=seconds)


def _probes() -> list[Finding]:
    """Ask what the apps registered: each returns how many of its things are stuck."""
    counts = {name: int(import_string(path)()) for name, path in settings.MARUGOTO_READY_PROBES.items()}
    return [Finding(name, is_good=count == 0, value=count) for name, count in counts.items()]
