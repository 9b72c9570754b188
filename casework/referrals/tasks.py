"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

import uuid

from django_tasks import task


@task()
def mail_reminder_task(reminder_id: str) -> None:
    """Mail one reminder of a referral whose answer is late."""
    from .actions import mail_reminder  # noqa: PLC0415 -- it enqueues this task

    mail_reminder(uuid.UUID(reminder_id))
