"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

import uuid

from django_tasks import task

from .taking import move_on


# Behind mails and what citizens sent, like everything that takes minutes; and behind every sheet that was ordered meanwhile.
@task(queue_name="paper")
def move_register(register_id: str, membership_id: int) -> None:
    """Do what was ordered of a register: look at it, take it in, undo it."""
    if move_on(uuid.UUID(register_id), membership_id=membership_id):
        move_register.using(priority=-100).enqueue(register_id, membership_id)
