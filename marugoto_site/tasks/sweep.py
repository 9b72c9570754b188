"""Tasks of workers that died: back into the queue."""

import time

import psycopg
from django_tasks_db.models import DBTaskResult

from marugoto_site.tasks.attempts import give_back
from marugoto_site.tasks.lifeline import LOCK_CLASS, key_of

# Longer than a living worker needs to notice that its lifeline broke, and to stop.
GRACE_SECONDS = 20


class Sweep:
    """Gives back what dead workers left. One per process; remembers since when a worker seems dead."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.dead_since: dict[str, float] = {}

    def run(self) -> int:
        """Return how many tasks were given back."""
        running = list(DBTaskResult.objects.running())
        seen = {row.worker_ids[-1] for row in running if row.worker_ids}
        self.dead_since = {worker: since for worker, since in self.dead_since.items() if worker in seen}
        return sum(self._give_back(row) for row in running if self._is_surely_dead(row.worker_ids[-1]))

    def _is_surely_dead(self, worker_id: str) -> bool:
        if not self._is_lock_free(worker_id):
            self.dead_since.pop(worker_id, None)
            return False
        return time.monotonic() - self.dead_since.setdefault(worker_id, time.monotonic()) >= GRACE_SECONDS

    def _is_lock_free(self, worker_id: str) -> bool:
        key = [LOCK_CLASS, key_of(worker_id)]
        if self.connection.execute("SELECT pg_try_advisory_lock(%s, %s)", key).fetchone() != (True,):
            return False
        self.connection.execute("SELECT pg_advisory_unlock(%s, %s)", key)
        return True

    def _give_back(self, row: DBTaskResult) -> bool:
        # Two sweeps at once: the one that finds the row still running, with the same worker, has it.
        still = DBTaskResult.objects.running().filter(pk=row.pk, worker_ids=row.worker_ids)
        if not still.update(exception_class_path="marugoto_site.tasks.WorkerDied"):
            return False
        give_back(row, reason="a dead worker")
        return True
