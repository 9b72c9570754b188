"""The database's side of the household: what takes the place of a row keeps the row's label."""

from __future__ import annotations

# No policy may look into its own table, so a trigger asks. Arguments: the column that names the earlier row, then the
# columns that stay. After the row, so that the policies have had their say first.
KEEPS = """
CREATE FUNCTION casework_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  earlier jsonb;
  column_name text;
BEGIN
  EXECUTE format('SELECT to_jsonb(b) FROM %I b WHERE b.id = ($1).%I AND b.id <> ($1).id', TG_TABLE_NAME, TG_ARGV[0])
    INTO earlier USING NEW;
  IF earlier IS NULL THEN
    RAISE EXCEPTION 'there is no such earlier row' USING ERRCODE = 'check_violation';
  END IF;
  FOREACH column_name IN ARRAY TG_ARGV[1:] LOOP
    IF earlier -> column_name IS DISTINCT FROM to_jsonb(NEW) -> column_name THEN
      RAISE EXCEPTION 'what takes the place of a row keeps its %', column_name USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
"""


# A person lives here by their latest stay that nobody corrected; without any, too (households/stays.py says the same).
LIVES = """
CREATE FUNCTION casework_lives_here(person uuid) RETURNS boolean LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT coalesce((SELECT s.living FROM casework_stay s WHERE s.person_id = person
                      AND NOT EXISTS (SELECT 1 FROM casework_stay k WHERE k.corrects_id = s.id)
                    ORDER BY s.since_on DESC NULLS LAST, s.noted_at DESC, s.id DESC LIMIT 1), 'together')
         IN ('together', 'away')
$$;
"""


def keeps(table: str, earlier: str, *columns: str) -> str:
    """Return the trigger: a row that names an earlier one has the same case, person and item, and these columns."""
    kept = ", ".join(f"'{name}'" for name in (earlier, "case_id", "person_id", "item", *columns))
    return (
        f"CREATE TRIGGER keeps AFTER INSERT ON {table} FOR EACH ROW"
        f" WHEN (NEW.{earlier} IS NOT NULL) EXECUTE FUNCTION casework_keeps({kept});"
    )


FUNCTIONS = f"{LIVES}{KEEPS}{keeps('casework_stay', 'corrects_id')}\n"
