"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_tasks import task


@task()
def mail_notifications(told: list[list[int | str]]) -> None:
    """Mail what some people were told of; ``told``: [membership, notification]. What a mail may say is asked at the door."""
    # The doors of what it names are in rooms below this one.
    import_string("casework.workspace.inbox.mail_what_was_told")(told)
