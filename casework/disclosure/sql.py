"""The database's side of telling who opened a case."""

from __future__ import annotations

# Who opened one case, for its owner's coordinator and for the chief: neither may read the log itself.
OPENINGS = """
CREATE FUNCTION casework_openings(wanted uuid, since timestamptz, until timestamptz)
RETURNS SETOF marugoto_permissions_auditentry LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT e.* FROM marugoto_permissions_auditentry e
   WHERE e.case_id = wanted AND e.at >= since AND e.at < until
     AND e.verb IN ('read', 'sheet_made', 'sheet_opened', 'letter_made')
     AND wall_center() AND NOT (wanted = ANY ((SELECT wall_blocked())::uuid[]))
     AND (wall_role() = 'chief' OR (wall_role() = 'coordinator' AND EXISTS (
       SELECT 1 FROM casework_case c WHERE c.id = wanted AND c.holder_id = wall_agency())))
$$;
"""
