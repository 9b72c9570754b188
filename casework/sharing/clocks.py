"""Jobs of the worker's clock."""

from __future__ import annotations

from permissions.walls.context import clock

from .actions import sweep_lapsed


def sweep_lapsed_lines() -> None:
    """Tidy up after lines that lapsed by their date."""
    with clock("sweep_lapsed_lines"):
        sweep_lapsed()
