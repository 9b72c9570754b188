"""Counting a month in the database: for a reader behind the walls, and the whole when a month is closed (decision 031)."""

from __future__ import annotations

from permissions.roles import ROLES
from permissions.walls.policies import Wall

from .counts import COUNTED_ONCE, COUNTS

_READERS = ", ".join(
    f"'{code}'" for code, role in sorted(ROLES.items()) if "casework.view_reports" in role.permissions
)
_ONCE = ", ".join(f"'{code}'" for code in COUNTED_ONCE)
JOB = "close_months"
_READS = f"(select wall_role()) IN ({_READERS})"
_LISTS = "(select wall_center()) AND (select wall_role()) IN ('coordinator', 'chief')"

WALLS = (
    Wall(table="casework_monthclose", select=f"{_READS} OR (select wall_job()) = '{JOB}'", frozen=True),
    Wall(
        table="casework_monthfact",
        select=f"{_LISTS} AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[])))",
        frozen=True,
    ),
    # Of everybody's cases: whoever read it could take off what they see, and would know of what they must not know of.
    Wall(table="casework_monthcount", select="false", frozen=True),
)

DEFINER_FUNCTIONS = ("casework_close_month", "casework_month_counts")

_FACTS = "\n  UNION ALL\n".join(
    f"  SELECT '{count.code}', q.subject, q.case_id, q.groups FROM ({count.facts}) q WHERE wanted IS NULL OR wanted = '{count.code}'"
    for count in COUNTS.values()
)

# The whole of a count, and each cell into which a fact falls.
_CELLS = (
    "LATERAL (SELECT '' AS dimension, '' AS cell UNION ALL SELECT d.key, v.value"
    " FROM jsonb_each({}.groups) d, jsonb_array_elements_text(d.value) v) g"
)

# With the rights of whoever calls it: a reader counts what the walls show them.
FACTS = f"""
CREATE OR REPLACE FUNCTION casework_month_facts(wanted text, first_on date, next_on date, working date[])
RETURNS TABLE (code text, subject uuid, case_id uuid, groups jsonb) LANGUAGE sql STABLE AS $$
{_FACTS}
$$;
"""

# The whole never passes through the application's hands: counted and kept by one call, as the owner.
CLOSING = f"""
CREATE OR REPLACE FUNCTION casework_close_month(wanted_month date, working date[], close_key uuid)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  upto date := (wanted_month + interval '1 month')::date;
  number integer;
BEGIN
  IF NOT coalesce(wall_job() = '{JOB}' OR (wall_center() AND wall_role() = 'chief'), false)
     OR wanted_month <> date_trunc('month', wanted_month)::date OR upto > clock_today() THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('casework_close_month', 0));
  SELECT coalesce(max(c.revision), 0) + 1 INTO number FROM casework_monthclose c WHERE c.month = wanted_month;
  WITH counted AS MATERIALIZED (
    SELECT f.code, f.subject, f.case_id, f.groups FROM casework_month_facts(NULL, wanted_month, upto, working) f
  ), kept AS MATERIALIZED (
    SELECT f.code, f.subject, f.case_id, f.groups FROM casework_monthfact f
      JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     GROUP BY f.code, f.subject, f.case_id, f.groups HAVING sum(f.weight) > 0
  ), changed AS (
    SELECT n.*, 1 AS weight FROM (SELECT * FROM counted EXCEPT SELECT * FROM kept) n
    UNION ALL
    SELECT o.*, -1 FROM (SELECT * FROM kept EXCEPT SELECT * FROM counted) o
  ), made AS (
    INSERT INTO casework_monthclose (id, month, revision, closed_by_id, closed_at)
      SELECT close_key, wanted_month, number, wall_membership(), clock_now()
       WHERE number = 1 OR EXISTS (SELECT 1 FROM changed)
    RETURNING id
  )
  INSERT INTO casework_monthfact (id, close_id, code, subject, case_id, groups, weight)
    SELECT gen_random_uuid(), m.id, d.code, d.subject, d.case_id, d.groups, d.weight FROM changed d, made m;
  IF NOT EXISTS (SELECT 1 FROM casework_monthclose c WHERE c.id = close_key) THEN
    RETURN 0;
  END IF;
  INSERT INTO casework_monthcount (id, close_id, code, dimension, cell, value)
    SELECT gen_random_uuid(), close_key, s.code, g.dimension, g.cell,
           CASE WHEN s.code IN ({_ONCE}) THEN count(DISTINCT s.subject) ELSE count(*) END
      FROM (SELECT f.code, f.subject, f.case_id, f.groups
              FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
             GROUP BY f.code, f.subject, f.case_id, f.groups HAVING sum(f.weight) > 0) s, {_CELLS.format("s")}
     GROUP BY s.code, g.dimension, g.cell;
  RETURN number;
END $$;
"""

# Every revision of a month as its reader may know it: the whole without the cases that are blocked or sealed for them. What counts
# once goes only if all its cases do.
KEPT = f"""
CREATE OR REPLACE FUNCTION casework_month_counts(wanted_month date)
RETURNS TABLE (revision integer, code text, dimension text, cell text, value bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH hidden AS (
    SELECT f.* FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     WHERE f.case_id = ANY ((SELECT wall_blocked())::uuid[])
  ), concerned AS (
    SELECT h.close_id, h.code, h.subject, h.groups, h.weight, true AS is_hidden FROM hidden h WHERE h.code NOT IN ({_ONCE})
    UNION ALL
    SELECT f.close_id, f.code, f.subject, f.groups, f.weight, f.case_id = ANY ((SELECT wall_blocked())::uuid[])
      FROM casework_monthfact f JOIN casework_monthclose c ON c.id = f.close_id AND c.month = wanted_month
     WHERE f.code IN ({_ONCE}) AND f.subject IN (SELECT h.subject FROM hidden h WHERE h.code IN ({_ONCE}))
  ), revised AS (
    SELECT later.id AS close_id, f.code, g.dimension, g.cell, f.subject,
           coalesce(sum(f.weight) FILTER (WHERE f.is_hidden), 0) AS hidden,
           coalesce(sum(f.weight) FILTER (WHERE f.is_hidden IS NOT TRUE), 0) AS seen
      FROM concerned f JOIN casework_monthclose c ON c.id = f.close_id
      JOIN casework_monthclose later ON later.month = c.month AND later.revision >= c.revision, {_CELLS.format("f")}
     GROUP BY later.id, f.code, g.dimension, g.cell, f.subject
  ), shut AS (
    SELECT r.close_id, r.code, r.dimension, r.cell,
           sum(CASE WHEN r.code NOT IN ({_ONCE}) THEN r.hidden WHEN r.hidden > 0 AND r.seen = 0 THEN 1 ELSE 0 END) AS number
      FROM revised r GROUP BY r.close_id, r.code, r.dimension, r.cell
  )
  SELECT c.revision::integer, k.code::text, k.dimension::text, k.cell::text, k.value - coalesce(s.number, 0)
    FROM casework_monthclose c JOIN casework_monthcount k ON k.close_id = c.id
    LEFT JOIN shut s ON s.close_id = k.close_id AND s.code = k.code AND s.dimension = k.dimension AND s.cell = k.cell
   WHERE c.month = wanted_month AND (SELECT wall_role()) IN ({_READERS}) AND k.value > coalesce(s.number, 0)
$$;
"""

FUNCTIONS = FACTS + CLOSING + KEPT
