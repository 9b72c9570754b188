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

DEFINER_FUNCTIONS = ("casework_waiting_sheets",)
