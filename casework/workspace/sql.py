"""The wall of what a person set up for themselves."""

from __future__ import annotations

from permissions.walls.policies import Wall

_MINE = "membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL"

WALLS = (Wall(table="casework_savedlist", select=_MINE, insert=_MINE, update=_MINE),)
