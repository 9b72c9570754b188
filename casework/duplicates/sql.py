"""The wall of what was said about two records, and the keys that hold it together."""

from __future__ import annotations

from permissions.walls.policies import Wall

_DUTY = (
    "(select wall_center()) AND NOT (one_case_id = ANY ((select wall_blocked())::uuid[]))"
    " AND NOT (other_case_id = ANY ((select wall_blocked())::uuid[]))"
)

WALLS = (
    Wall(
        table="casework_samemark",
        select=_DUTY,
        insert=f"{_DUTY} AND marked_by_id = (select wall_membership())",
        frozen=True,
    ),
)

KEYS = """
ALTER TABLE casework_samemark ADD CONSTRAINT casework_samemark_one_of_case FOREIGN KEY (one_id, one_case_id)
  REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_samemark ADD CONSTRAINT casework_samemark_other_of_case FOREIGN KEY (other_id, other_case_id)
  REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
