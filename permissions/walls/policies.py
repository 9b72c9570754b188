"""Row-level security as data: who may do what with the rows of one table."""

from __future__ import annotations

from dataclasses import dataclass

WEB_ROLE = "app_web"
OWNER_ROLE = "app_owner"

NEVER = "false"


@dataclass(frozen=True)
class Wall:
    """The four policies of one table, as SQL conditions for the application's role.

    ``insert`` is checked against the new row, ``update`` against both, ``select`` and ``delete`` against the
    old one. What is not said is refused. ``frozen`` also takes UPDATE, DELETE and TRUNCATE away from every
    role, the owner included: an error, not "0 rows".
    """

    table: str
    select: str = NEVER
    insert: str = NEVER
    update: str = NEVER
    delete: str = NEVER
    frozen: bool = False
