"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

import uuid

from django_tasks import task

from .actions import make_sheet


# Behind everything that is not paper: mails and what citizens sent do not wait for it (assurance.md A35).
@task(queue_name="paper")
def make_sheet_task(sheet_id: str, membership_id: int) -> None:
    """Make one ordered sheet."""
    make_sheet(uuid.UUID(sheet_id), membership_id=membership_id)
