"""Jobs of the worker's clock."""

from __future__ import annotations

from .alarms import raise_alarms, remind_reviews
from .partitions import make_partitions
from .seals import seal_entries


def seal_audit() -> None:
    """Seal what was recorded since the last run."""
    seal_entries()


def make_audit_partitions() -> None:
    """Have a table ready for the months to come."""
    make_partitions()


def watch_audit() -> None:
    """Raise an alarm for whoever opens, lists, takes out or tries too much; remind of those nobody looked at."""
    raise_alarms()
    remind_reviews()
