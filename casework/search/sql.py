"""The database's side of the search: its wall, the triggers that keep it, the two functions that look into it.

Text operators are not leakproof, so under a policy no index of words is used. The functions therefore run as the owner
and apply by themselves what the policy says: the scope of whoever asks, lines that hold now, no block. They give
keys, never words; what is shown of them comes through the door.
"""

from __future__ import annotations

from permissions.walls.policies import Wall

_MINE = (
    "(scope = 0 AND (select wall_center()) OR scope = (select wall_reader()) AND NOT (select wall_center())"
    " AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_searchrow.case_id"
    " AND l.agency_id = casework_searchrow.scope AND l.item = casework_searchrow.item"
    " AND l.person_id IS NOT DISTINCT FROM casework_searchrow.person_id AND l.ended_at IS NULL"
    " AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())))"
)
_NOT_BLOCKED = "NOT (case_id = ANY ((select wall_blocked())::uuid[]))"
_DUTY = f"scope = 0 AND (select wall_center()) AND {_NOT_BLOCKED}"

WALLS = (Wall(table="casework_searchrow", select=f"{_MINE} AND {_NOT_BLOCKED}", insert=_DUTY, update=_DUTY),)

DEFINER_FUNCTIONS = (
    "casework_search",
    "casework_same_keys",
    "casework_search_follow_words",
    "casework_search_follow_line",
)

# Pieces carry the scope, so that the lists of the index are one agency's: time does not tell of other rows.
FUNCTIONS = r"""
CREATE FUNCTION casework_search_tokens(scope bigint, words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
COST 400 AS $$
DECLARE
  tokens text[] := '{}';
  head text := scope || ':';
  line text;
  four text;
BEGIN
  FOREACH line IN ARRAY string_to_array(words, E'\n') LOOP
    IF left(line, 1) IN ('N', 'K', 'R', 'B', 'P', 'D') THEN
      tokens := tokens || (head || '=' || line);
    END IF;
    IF left(line, 1) IN ('N', 'K', 'H', 'A') THEN
      FOR place IN 2 .. length(line) - 1 LOOP
        tokens := tokens || (head || substr(line, place, 2));
      END LOOP;
    END IF;
    IF left(line, 1) IN ('N', 'K', 'H', 'A', 'P') AND line ~ '[0-9]{4}' THEN
      FOR place IN 2 .. length(line) - 3 LOOP
        four := substr(line, place, 4);
        IF four ~ '^[0-9]{4}$' THEN
          tokens := tokens || (head || four);
        END IF;
      END LOOP;
    END IF;
  END LOOP;
  RETURN tokens;
END $$;
CREATE FUNCTION casework_search(grams text[], parts text[], most integer) RETURNS SETOF uuid LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  mine bigint := CASE WHEN wall_center() THEN 0 ELSE wall_reader() END;
  hidden uuid[] := wall_blocked();
  wanted text[];
  patterns text[];
BEGIN
  IF mine IS NULL OR coalesce(cardinality(grams), 0) = 0 OR coalesce(cardinality(parts), 0) = 0 THEN
    RETURN;
  END IF;
  wanted := ARRAY(SELECT mine || ':' || gram FROM unnest(grams) AS gram);
  patterns := ARRAY(SELECT '%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'
                      FROM unnest(parts) AS part);
  RETURN QUERY EXECUTE '
  WITH hits AS MATERIALIZED (
    SELECT r.case_id, r.person_id, r.item, r.sorted_at FROM casework_searchrow r
     WHERE casework_search_tokens(r.scope, r.words) @> $1 AND r.words LIKE ALL ($2)
  ), mine AS (
    SELECT DISTINCT h.sorted_at, h.case_id FROM hits h
     WHERE NOT (h.case_id = ANY ($3)) AND ($4 = 0 OR EXISTS (
       SELECT 1 FROM casework_shareline l WHERE l.case_id = h.case_id AND l.agency_id = $4 AND l.item = h.item
          AND l.person_id IS NOT DISTINCT FROM h.person_id AND l.ended_at IS NULL
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())))
  )
  SELECT m.case_id FROM mine m ORDER BY m.sorted_at DESC, m.case_id DESC LIMIT $5'
  USING wanted, patterns, hidden, mine, most;
END $$;
CREATE FUNCTION casework_same_keys(lines text[], most integer) RETURNS TABLE (case_id uuid, person_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT wall_center() THEN
    RETURN;
  END IF;
  RETURN QUERY EXECUTE '
  WITH hits AS MATERIALIZED (
    SELECT r.case_id, r.person_id, r.sorted_at FROM casework_searchrow r
     WHERE casework_search_tokens(r.scope, r.words) && $1
  )
  SELECT h.case_id, h.person_id FROM hits h
   WHERE h.person_id IS NOT NULL AND NOT (h.case_id = ANY (wall_blocked()))
   ORDER BY h.sorted_at DESC, h.case_id DESC, h.person_id LIMIT $2'
  USING ARRAY(SELECT '0:=' || line FROM unnest(lines) AS line), most;
END $$;
CREATE FUNCTION casework_search_follow_words() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
    SELECT gen_random_uuid(), told.agency_id, NEW.case_id, NEW.person_id, NEW.item, NEW.sorted_at, NEW.words, NEW.version
      FROM (SELECT DISTINCT l.agency_id FROM casework_shareline l
             WHERE l.case_id = NEW.case_id AND l.item = NEW.item AND l.person_id IS NOT DISTINCT FROM NEW.person_id
               AND l.ended_at IS NULL) AS told
    ON CONFLICT (case_id, scope, person_id, item) DO UPDATE
      SET words = EXCLUDED.words, sorted_at = EXCLUDED.sorted_at, version = EXCLUDED.version;
  RETURN NULL;
END $$;
CREATE FUNCTION casework_search_follow_line() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.item NOT IN ('basic', 'contact') THEN
    RETURN NULL;
  END IF;
  IF NEW.ended_at IS NULL THEN
    -- Locked: words that are being changed are waited for, and a change waits for the line.
    INSERT INTO casework_searchrow (id, scope, case_id, person_id, item, sorted_at, words, version)
      SELECT gen_random_uuid(), NEW.agency_id, r.case_id, r.person_id, r.item, r.sorted_at, r.words, r.version
        FROM casework_searchrow r
       WHERE r.case_id = NEW.case_id AND r.scope = 0 AND r.item = NEW.item
         AND r.person_id IS NOT DISTINCT FROM NEW.person_id FOR SHARE
      ON CONFLICT (case_id, scope, person_id, item) DO NOTHING;
  ELSE
    DELETE FROM casework_searchrow r
     WHERE r.case_id = NEW.case_id AND r.scope = NEW.agency_id AND r.item = NEW.item
       AND r.person_id IS NOT DISTINCT FROM NEW.person_id AND NOT EXISTS (
         SELECT 1 FROM casework_shareline l
          WHERE l.case_id = NEW.case_id AND l.agency_id = NEW.agency_id AND l.item = NEW.item
            AND l.person_id IS NOT DISTINCT FROM NEW.person_id AND l.ended_at IS NULL);
  END IF;
  RETURN NULL;
END $$;
CREATE INDEX searchrow_tokens ON casework_searchrow USING gin (casework_search_tokens(scope, words));
ALTER TABLE casework_searchrow ADD CONSTRAINT casework_searchrow_person_of_case FOREIGN KEY (person_id, case_id)
  REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER search_follow_words AFTER INSERT OR UPDATE ON casework_searchrow
  FOR EACH ROW WHEN (NEW.scope = 0) EXECUTE FUNCTION casework_search_follow_words();
CREATE TRIGGER search_follow_line AFTER INSERT OR UPDATE OF ended_at ON casework_shareline
  FOR EACH ROW EXECUTE FUNCTION casework_search_follow_line();
"""
