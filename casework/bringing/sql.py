"""The database's side of what agencies bring: how far the center is with it, and nothing else of it."""

from __future__ import annotations

FUNCTIONS = """
CREATE FUNCTION casework_brought_states() RETURNS TABLE (brought_id uuid, state text) LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.id, c.state FROM casework_brought b JOIN casework_contact c ON c.brought_id = b.id
   WHERE b.agency_id = wall_reader()
$$;
"""

DEFINER_FUNCTIONS = ("casework_brought_states",)
