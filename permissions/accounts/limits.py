"""How often something may be tried. Counted in one statement outside every transaction of a request.

A cache cannot count: two web nodes that read 4 both write 5. And a counter that a rollback takes back counts
nothing, so counting inside a transaction is an error, not a habit to watch.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from .models import Tally, hash_of

_COUNT = """
INSERT INTO marugoto_permissions_tally AS t (key_hash, count, ends_at)
VALUES (%(key)s, 1, clock_now() + %(seconds)s * interval '1 second')
ON CONFLICT (key_hash) DO UPDATE SET
    count = CASE WHEN t.ends_at <= clock_now() THEN 1 ELSE least(t.count + 1, 1000000) END,
    ends_at = CASE WHEN t.ends_at <= clock_now() THEN excluded.ends_at ELSE t.ends_at END
RETURNING count
"""
_GIVE_BACK = "UPDATE marugoto_permissions_tally SET count = greatest(count - 1, 0) WHERE key_hash = %(key)s"


@dataclass(frozen=True)
class Limit:
    """So many tries within so many seconds, for each of whatever the parts name."""

    name: str
    allowed: int
    seconds: int

    def key(self, *parts: object) -> str:
        return hash_of("\x1f".join([self.name, str(self.seconds), *map(str, parts)]))

    def take(self, *parts: object) -> bool:
        """Count one try, and return whether it is within the limit."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_COUNT, {"key": self.key(*parts), "seconds": self.seconds})
            count: int = cursor.fetchone()[0]
        return count <= self.allowed

    def give_back(self, *parts: object) -> None:
        """Take one try back: it was right."""
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, {"key": self.key(*parts)})


def forget_tallies() -> None:
    """Delete the counts whose time is over; for the worker."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Tally._meta.db_table} WHERE ends_at <= clock_now()")  # noqa: S608 -- our own table
