"""Tasks of the worker. Arguments are ids only."""

from __future__ import annotations

from django_tasks import task

from permissions.hooks import call


@task()
def run_hook(hook: str, path: str, ids: dict[str, str]) -> None:
    """Call one function that somebody registered; tried again later when it raises."""
    call(hook, path, ids)
