"""The database's side of sheets: how many of one's own agency wait, whoever ordered them."""

from __future__ import annotations

# Each sheet is its orderer's alone; how many stand in line is the agency's matter, and nothing else is told.
FUNCTIONS = """
CREATE FUNCTION casework_waiting_sheets() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM casework_sheet s
    JOIN marugoto_permissions_membership m ON m.id = s.membership_id
   WHERE s.state = 'waiting' AND m.agency_id = wall_reader()
$$;
"""

# Printed before the household hid: where its people are may stand on it, and nobody reads through a PDF. Not by time, since
# what began later may have read earlier: a sheet knows of the concealments that stood when it was read.
FROM_BEFORE_HIDING = (
    "(casework_sheet.made_at IS NOT NULL AND EXISTS (SELECT 1 FROM casework_concealment c"
    " WHERE c.case_id = casework_sheet.case_id AND NOT (c.id = ANY (casework_sheet.hidings))"
    " AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)))"
)

DEFINER_FUNCTIONS = ("casework_waiting_sheets",)
