"""Walls of registers, and the one way in which a case is deleted: undoing that it was taken from a register.

A row nobody has taken is the chiefs'. What was kept of a taken one belongs to its case, for the center alone. Undoing runs as
the owner and asks the database itself whether anybody has done anything: every act leaves an event of the case, and whatever else refers to the
case or its people keeps them by its foreign key.
"""

from __future__ import annotations

from permissions.walls.policies import Wall

_CENTER = "(select wall_center())"
_CHIEF = f"{_CENTER} AND (select wall_role()) = 'chief'"
_OF_CASE = f"{_CENTER} AND NOT (case_id = ANY ((select wall_blocked())::uuid[]))"
_MINE = "read_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL"

WALLS = (
    Wall(table="casework_register", select=_CENTER, insert=f"{_CHIEF} AND {_MINE}", update=_CHIEF),
    Wall(
        table="casework_registerrow",
        select=f"(case_id IS NULL AND {_CHIEF}) OR (case_id IS NOT NULL AND {_OF_CASE})",
        insert=f"case_id IS NULL AND {_CHIEF}",
        update=f"(case_id IS NULL AND {_CHIEF}) OR (case_id IS NOT NULL AND {_OF_CASE})",
        delete=f"case_id IS NULL AND {_CHIEF}",
    ),
)

UNDO = """
CREATE FUNCTION casework_undo_taking(head uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  undone uuid;
BEGIN
  IF NOT coalesce(wall_center() AND wall_role() = 'chief', false) THEN
    RETURN false;
  END IF;
  SELECT r.case_id INTO undone FROM casework_registerrow r WHERE r.id = head AND r.is_head FOR UPDATE;
  IF undone IS NULL OR undone = ANY (wall_blocked()) THEN
    RETURN false;
  END IF;
  PERFORM 1 FROM casework_case c WHERE c.id = undone FOR UPDATE;
  IF EXISTS (SELECT 1 FROM casework_caseevent e WHERE e.case_id = undone) THEN
    RETURN false;
  END IF;
  UPDATE casework_registerrow SET case_id = NULL, state = 'undone', cells = '[]' WHERE case_id = undone;
  DELETE FROM casework_searchrow WHERE case_id = undone;
  DELETE FROM casework_personcontact WHERE case_id = undone;
  DELETE FROM casework_personhealth WHERE case_id = undone;
  DELETE FROM casework_personmoney WHERE case_id = undone;
  DELETE FROM casework_person WHERE case_id = undone;
  DELETE FROM casework_household WHERE case_id = undone;
  DELETE FROM casework_caseactivity WHERE case_id = undone;
  DELETE FROM casework_case WHERE id = undone;
  SET CONSTRAINTS ALL IMMEDIATE;
  RETURN true;
EXCEPTION WHEN foreign_key_violation THEN
  RETURN false;
END $$;
"""
DEFINER_FUNCTIONS = ("casework_undo_taking",)
