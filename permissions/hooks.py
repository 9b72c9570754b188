"""Other people's code, told afterwards: a task for each function, so that nothing of theirs can undo ours.

They register with Wagtail's hooks, in their ``wagtail_hooks.py``:

    @hooks.register("marugoto_case_event")
    def note(event_id: str, case_id: str, verb: str) -> None: ...

docs/hooks.md lists them. Whoever wants to be part of the transaction connects to the signal instead.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction
from wagtail import hooks

logger = logging.getLogger(__name__)


def tell(hook: str, **ids: str) -> None:
    """Queue one task per registered function, in the caller's transaction. Ids and codes only, never content.

    A queue that fails is logged and harms nothing.
    """
    from permissions.tasks import run_hook  # noqa: PLC0415 -- the task imports this module

    for path in dict.fromkeys(map(path_of, hooks.get_hooks(hook))):
        try:
            with transaction.atomic():
                run_hook.enqueue(hook, path, ids)
        except DatabaseError:
            logger.exception("hook %s: %s was not queued", hook, path)


def call(hook: str, path: str, ids: dict[str, str]) -> None:
    """Call what is registered under this path, in a transaction of its own; what is gone by now is left out."""
    found = [function for function in hooks.get_hooks(hook) if path_of(function) == path]
    if not found:
        logger.warning("hook %s: %s is not registered any more", hook, path)
    with transaction.atomic():
        for function in found:
            function(**ids)


def path_of(function: Callable[..., Any]) -> str:
    """Return module and name; functions without a name of their own (lambda, partial) share one."""
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return f"{function.__module__}.{name}"
