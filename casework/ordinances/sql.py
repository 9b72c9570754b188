"""The database's side of ordinances and oaths: which year a day belongs to, and who may say what."""

from __future__ import annotations

from permissions.walls.policies import Wall

_KNOWN = "(select wall_agency()) IS NOT NULL"
_CENTER = "(select wall_center())"
_ME = "(select wall_membership()) AND (select wall_reader()) IS NOT NULL"

# Fiscal years begin in April. An oath is of the year of its day, whoever writes it down, and of no day to come.
FUNCTIONS = """
CREATE FUNCTION casework_fiscal_year(day date) RETURNS integer LANGUAGE sql IMMUTABLE
SET search_path = public, pg_temp AS $$
  SELECT extract(year FROM day - interval '3 months')::integer
$$;
CREATE FUNCTION casework_ordinance_holds(wanted uuid, kind text) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM casework_ordinance o
     WHERE o.id = wanted AND kind = ANY (o.kinds) AND o.valid_from <= clock_today()
       AND (o.valid_until IS NULL OR o.valid_until >= clock_today())
       AND NOT EXISTS (SELECT 1 FROM casework_ordinance n
                        WHERE n.supersedes_id = o.id AND n.valid_from <= clock_today()))
$$;
ALTER TABLE casework_oath ADD CONSTRAINT oath_of_the_year_of_its_day CHECK (year = casework_fiscal_year(signed_on));
"""

WALLS = (
    # The city's own rules, which name nobody.
    Wall(
        table="casework_ordinance",
        select=_KNOWN,
        insert=f"{_CENTER} AND (select wall_role()) = 'chief' AND made_by_id = {_ME}",
        frozen=True,
    ),
    # On the screen for oneself, today; on paper the center writes it down.
    Wall(
        table="casework_oath",
        select=f"{_CENTER} OR membership_id = {_ME}",
        insert=f"recorded_by_id = {_ME} AND signed_on <= clock_today()"
        f" AND (medium = 'screen' AND membership_id = recorded_by_id AND signed_on = clock_today()"
        f" OR medium = 'paper' AND {_CENTER})",
        frozen=True,
    ),
)
