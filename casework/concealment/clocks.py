"""Jobs of the worker's clock."""

from __future__ import annotations

from django.db import transaction

from permissions.walls.context import clock

from .actions import lock_places_anew


def keep_places_readable() -> None:
    """Encrypt places with today's key, so that a former one may go."""
    with clock("lock_places_anew"), transaction.atomic():
        lock_places_anew()
