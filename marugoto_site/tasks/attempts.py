"""A task that failed is tried again, later and later, a limited number of times.

django-tasks marks a task FAILED after its first exception and leaves it there.
"""

import datetime as dt
import logging
import re
from typing import Any

from django.conf import settings
from django.dispatch import receiver
from django.utils import timezone
from django_tasks_db.compat import BaseTaskResult, TaskResultStatus, task_finished
from django_tasks_db.models import DBTaskResult

log = logging.getLogger("marugoto.tasks")


def wait_after(attempts: int) -> dt.timedelta | None:
    """Return how long to wait after this many attempts, or None if it was the last."""
    waits = settings.MARUGOTO_TASK_RETRY_SECONDS
    return dt.timedelta(seconds=waits[attempts - 1]) if attempts <= len(waits) else None


@receiver(task_finished, dispatch_uid="marugoto_try_again")
def try_again(sender: Any, task_result: BaseTaskResult, **kwargs: Any) -> None:
    if task_result.status != TaskResultStatus.FAILED:
        return
    row = DBTaskResult.objects.get(pk=task_result.id)
    give_back(row, reason=row.exception_class_path)


def give_back(row: DBTaskResult, *, reason: str) -> None:
    """Put a task that did not succeed back into the queue, or mark it failed for good."""
    attempts = len(row.worker_ids)
    wait = wait_after(attempts)
    row.traceback = without_messages(row.traceback)
    row.finished_at = timezone.now() if wait is None else None
    row.status = TaskResultStatus.FAILED if wait is None else TaskResultStatus.READY
    if wait is not None:
        row.run_after = timezone.now() + wait
    row.save(update_fields=["status", "run_after", "finished_at", "traceback"])
    log.warning(
        "task %s (%s) attempt %d ended with %s: %s",
        row.pk,
        row.task_path,
        attempts,
        reason,
        "given up" if wait is None else f"again in {wait.total_seconds():.0f} s",
    )


def without_messages(traceback: str) -> str:
    """Keep where it happened; an exception's message may quote what somebody wrote."""
    return "\n".join(re.findall(r'^  File ".*$', traceback, flags=re.MULTILINE))
