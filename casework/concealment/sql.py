"""The database's side of concealment: second persons, ten minutes, and whom the walls shut out."""

from __future__ import annotations

# Whoever must not learn it is blocked for as long as the concealment stands, like by a block of the chief. A seal (seals/)
# blocks everybody of the center who is not named; when none of those is on duty any more, the chiefs see the case.
BLOCKED = """
CREATE OR REPLACE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(shut.case_id), '{}') FROM (
    SELECT b.case_id FROM casework_block b
     WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
    UNION
    SELECT t.case_id FROM casework_concealmentthreat t
     WHERE (t.agency_id = wall_agency() OR t.user_id = wall_person())
       AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = t.concealment_id)
    UNION
    SELECT s.case_id FROM casework_seal s
     WHERE wall_center() AND s.members <> '{}' AND NOT (wall_person() = ANY (s.members))
       AND NOT EXISTS (SELECT 1 FROM casework_seal n WHERE n.case_id = s.case_id AND n.number > s.number)
       AND (wall_role() <> 'chief' OR wall_on_duty(s.members))) shut
$$;
"""

# Frozen rows that write out a place (found.py), while something of their case is concealed.
HIDDEN = """
CREATE OR REPLACE FUNCTION wall_hidden() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(f.row_id), '{}') FROM casework_foundplace f
   WHERE EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = f.case_id
                  AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))
$$;
"""

# Two accounts of one person are one person.
FUNCTIONS = """
CREATE FUNCTION casework_same_user(one bigint, other bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT count(DISTINCT m.user_id) < 2 FROM marugoto_permissions_membership m WHERE m.id IN (one, other)
$$;
CREATE FUNCTION casework_place_opens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked casework_placerequest;
BEGIN
  SELECT * INTO asked FROM casework_placerequest r WHERE r.id = NEW.request_id;
  IF NOT FOUND OR asked.asked_at < clock_now() - interval '1 day' THEN
    RAISE EXCEPTION 'nobody asks for this place any more' USING ERRCODE = 'check_violation';
  END IF;
  IF asked.kind = 'address' AND casework_same_user(asked.asked_by_id, NEW.opened_by_id) THEN
    RAISE EXCEPTION 'an address needs a second person' USING ERRCODE = 'check_violation';
  END IF;
  NEW.opened_at := clock_now();
  NEW.until := clock_now() + interval '10 minutes';
  RETURN NEW;
END $$;
CREATE TRIGGER place_opens BEFORE INSERT ON casework_placeopening
  FOR EACH ROW EXECUTE FUNCTION casework_place_opens();
CREATE FUNCTION casework_concealment_lifts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked casework_liftrequest;
BEGIN
  SELECT * INTO asked FROM casework_liftrequest r
   WHERE r.id = NEW.request_id AND r.concealment_id = NEW.concealment_id;
  IF NOT FOUND OR asked.asked_at < clock_now() - interval '1 day' THEN
    RAISE EXCEPTION 'nobody asks to lift this any more' USING ERRCODE = 'check_violation';
  END IF;
  IF casework_same_user(asked.asked_by_id, NEW.confirmed_by_id) THEN
    RAISE EXCEPTION 'lifting needs a second person' USING ERRCODE = 'check_violation';
  END IF;
  -- What was decided on an older record is not carried out on a newer one.
  IF asked.grounds <> (SELECT count(*) FROM casework_concealmentground g
                        WHERE g.concealment_id = NEW.concealment_id) THEN
    RAISE EXCEPTION 'the record has changed since' USING ERRCODE = 'check_violation';
  END IF;
  NEW.lifted_at := clock_now();
  RETURN NEW;
END $$;
CREATE TRIGGER concealment_lifts BEFORE INSERT ON casework_lift
  FOR EACH ROW EXECUTE FUNCTION casework_concealment_lifts();
"""

_OF_PERSON = ("casework_concealmentground", "casework_secretplace", "casework_placerequest")
_OF_CONCEALMENT = (
    *("casework_concealmentground", "casework_concealmentthreat"),
    *("casework_liftrequest", "casework_lift"),
)

KEYS = "\n".join(
    (
        "ALTER TABLE casework_concealment ADD CONSTRAINT casework_concealment_id_case UNIQUE (id, case_id);",
        "ALTER TABLE casework_placerequest ADD CONSTRAINT casework_placerequest_id_case UNIQUE (id, case_id);",
        "ALTER TABLE casework_placeopening ADD CONSTRAINT casework_placeopening_of_case FOREIGN KEY (request_id, case_id)"
        " REFERENCES casework_placerequest (id, case_id) DEFERRABLE INITIALLY DEFERRED;",
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_case FOREIGN KEY (concealment_id, case_id)"
            " REFERENCES casework_concealment (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
            for table in _OF_CONCEALMENT
        ),
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {table}_of_person FOREIGN KEY (person_id, case_id)"
            " REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;"
            for table in _OF_PERSON
        ),
    )
)
