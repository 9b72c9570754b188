"""Jobs of the worker's clock."""

from __future__ import annotations

from permissions.walls.context import clock

from .actions import remind_late


def remind_referrals() -> None:
    """Remind of referrals whose answer is late."""
    with clock("remind_referrals"):
        remind_late()
