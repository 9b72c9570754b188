"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

import uuid

from django_tasks import task


@task()
def tell_of_alarm(alarm_id: str) -> None:
    """Tell who looks at alarms that there is one."""
    from .alarms import mail_alarm  # noqa: PLC0415 -- it enqueues this task

    mail_alarm(uuid.UUID(alarm_id))


@task()
def tell_of_overdue_alarms() -> None:
    """Tell who looks at alarms that some wait for them past their time."""
    from .alarms import mail_overdue  # noqa: PLC0415 -- it enqueues this task

    mail_overdue()
