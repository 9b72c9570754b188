"""The wall of what people are told of: one's own, and only while one sees what it is about."""

from __future__ import annotations

from permissions.walls.policies import Wall

_MINE = "membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL"
_TABLES = {
    "contact": "casework_contact",
    "referral": "casework_referral",
    "role": "casework_rolerow",
    "case": "casework_case",
    "recall": "casework_recall",
    "consent": "casework_consent",
    "task": "casework_task",
    "meeting": "casework_meeting",
    "request": "casework_assessmentrequest",
}

# Each of these tables has a policy of its own, which PostgreSQL applies in here.
_SUBJECTS = " ".join(
    f"WHEN {name}_id IS NOT NULL THEN EXISTS (SELECT 1 FROM {table} s WHERE s.id = casework_notification.{name}_id)"  # noqa: S608 -- constants
    for name, table in _TABLES.items()
)
_SUBJECT_IS_SEEN = f"(CASE {_SUBJECTS} ELSE false END)"

WALLS = (
    Wall(
        table="casework_notification",
        select=f"{_MINE} AND {_SUBJECT_IS_SEEN}",
        insert=_SUBJECT_IS_SEEN,
        update=_MINE,
    ),
    Wall(table="casework_mailchoice", select=_MINE, insert=_MINE, update=_MINE),
)

# Nothing of it changes but whether it was read.
RIGHTS = """
REVOKE UPDATE ON casework_notification FROM app_web;
GRANT UPDATE (read_at) ON casework_notification TO app_web;
"""
