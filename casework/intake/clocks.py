"""Jobs of the worker's clock."""

from __future__ import annotations

from permissions.walls.context import clock

from .actions import drop_abandoned_drafts


def sweep_drafts() -> None:
    """Delete what somebody began to write down and left lying."""
    with clock("sweep_drafts"):
        drop_abandoned_drafts()
