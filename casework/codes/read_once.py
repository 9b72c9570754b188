"""Reading a small table once per request, however often its rows are asked for."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, TypeVar

from permissions.audit.origin import current_origin

T = TypeVar("T")


class ReadOnce(Generic[T]):
    """What ``read`` returns, kept under the number of the request. Outside a request it is read each time.

    ``keeps_nothing``: of a table without walls, where nothing is an answer as well.
    """

    def __init__(self, name: str, read: Callable[[], T], *, keeps_nothing: bool = False) -> None:
        self._read, self._keeps_nothing = read, keeps_nothing
        self._kept: ContextVar[tuple[uuid.UUID, T] | None] = ContextVar(name, default=None)

    def __call__(self) -> T:
        origin = current_origin()
        kept = self._kept.get()
        if origin and kept and kept[0] == origin.request_id:
            return kept[1]
        found = self._read()
        if origin and (found or self._keeps_nothing):  # Nothing is seen before it is known who asks.
            self._kept.set((origin.request_id, found))
        return found

    def forget(self) -> None:
        """Let the rest of this request read anew, after a change."""
        self._kept.set(None)
