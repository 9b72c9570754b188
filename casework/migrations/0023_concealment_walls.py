"""Who must not learn it, second persons, ten minutes, and the walls of concealment. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(shut.case_id), '{}') FROM (
    SELECT b.case_id FROM casework_block b
     WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
    UNION
    SELECT t.case_id FROM casework_concealmentthreat t
     WHERE (t.agency_id = wall_agency() OR t.user_id = wall_person())
       AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = t.concealment_id)) shut
$$;

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
ALTER TABLE casework_concealment ADD CONSTRAINT casework_concealment_id_case UNIQUE (id, case_id);
ALTER TABLE casework_placerequest ADD CONSTRAINT casework_placerequest_id_case UNIQUE (id, case_id);
ALTER TABLE casework_placeopening ADD CONSTRAINT casework_placeopening_of_case FOREIGN KEY (request_id, case_id) REFERENCES casework_placerequest (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_concealmentground ADD CONSTRAINT casework_concealmentground_of_case FOREIGN KEY (concealment_id, case_id) REFERENCES casework_concealment (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_concealmentthreat ADD CONSTRAINT casework_concealmentthreat_of_case FOREIGN KEY (concealment_id, case_id) REFERENCES casework_concealment (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_liftrequest ADD CONSTRAINT casework_liftrequest_of_case FOREIGN KEY (concealment_id, case_id) REFERENCES casework_concealment (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_lift ADD CONSTRAINT casework_lift_of_case FOREIGN KEY (concealment_id, case_id) REFERENCES casework_concealment (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_concealmentground ADD CONSTRAINT casework_concealmentground_of_person FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_secretplace ADD CONSTRAINT casework_secretplace_of_person FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_placerequest ADD CONSTRAINT casework_placerequest_of_person FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""

WALLS = """
ALTER TABLE casework_concealment ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_concealment FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_concealment;
CREATE POLICY wall_owner ON casework_concealment FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_concealment;
CREATE POLICY wall_select ON casework_concealment FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_concealment.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_concealment.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_concealment;
CREATE POLICY wall_insert ON casework_concealment FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_concealment.case_id = ANY ((select wall_blocked())::uuid[])) AND set_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_concealment;
CREATE POLICY wall_update ON casework_concealment FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_concealment;
CREATE POLICY wall_delete ON casework_concealment FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_concealment FROM app_web;
REVOKE UPDATE, DELETE ON casework_concealment FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_concealment;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_concealment FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_concealmentground ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_concealmentground FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_concealmentground;
CREATE POLICY wall_owner ON casework_concealmentground FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_concealmentground;
CREATE POLICY wall_select ON casework_concealmentground FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_concealmentground.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_concealmentground;
CREATE POLICY wall_insert ON casework_concealmentground FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_concealmentground.case_id = ANY ((select wall_blocked())::uuid[])) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_concealmentground;
CREATE POLICY wall_update ON casework_concealmentground FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_concealmentground;
CREATE POLICY wall_delete ON casework_concealmentground FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_concealmentground FROM app_web;
REVOKE UPDATE, DELETE ON casework_concealmentground FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_concealmentground;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_concealmentground FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_concealmentthreat ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_concealmentthreat FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_concealmentthreat;
CREATE POLICY wall_owner ON casework_concealmentthreat FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_concealmentthreat;
CREATE POLICY wall_select ON casework_concealmentthreat FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_concealmentthreat.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_concealmentthreat;
CREATE POLICY wall_insert ON casework_concealmentthreat FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_concealmentthreat.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_concealmentthreat;
CREATE POLICY wall_update ON casework_concealmentthreat FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_concealmentthreat;
CREATE POLICY wall_delete ON casework_concealmentthreat FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_concealmentthreat FROM app_web;
REVOKE UPDATE, DELETE ON casework_concealmentthreat FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_concealmentthreat;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_concealmentthreat FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_liftrequest ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_liftrequest FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_liftrequest;
CREATE POLICY wall_owner ON casework_liftrequest FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_liftrequest;
CREATE POLICY wall_select ON casework_liftrequest FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_liftrequest.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_liftrequest;
CREATE POLICY wall_insert ON casework_liftrequest FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_liftrequest.case_id = ANY ((select wall_blocked())::uuid[])) AND asked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_liftrequest;
CREATE POLICY wall_update ON casework_liftrequest FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_liftrequest;
CREATE POLICY wall_delete ON casework_liftrequest FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_liftrequest FROM app_web;
REVOKE UPDATE, DELETE ON casework_liftrequest FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_liftrequest;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_liftrequest FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_lift ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_lift FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_lift;
CREATE POLICY wall_owner ON casework_lift FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_lift;
CREATE POLICY wall_select ON casework_lift FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_lift.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_lift.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_lift;
CREATE POLICY wall_insert ON casework_lift FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_lift.case_id = ANY ((select wall_blocked())::uuid[])) AND confirmed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (select wall_role()) IN ('coordinator', 'chief'));
DROP POLICY IF EXISTS wall_update ON casework_lift;
CREATE POLICY wall_update ON casework_lift FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_lift;
CREATE POLICY wall_delete ON casework_lift FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_lift FROM app_web;
REVOKE UPDATE, DELETE ON casework_lift FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_lift;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_lift FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_secretplace ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_secretplace FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_secretplace;
CREATE POLICY wall_owner ON casework_secretplace FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_secretplace;
CREATE POLICY wall_select ON casework_secretplace FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_secretplace.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_secretplace;
CREATE POLICY wall_insert ON casework_secretplace FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_secretplace.case_id = ANY ((select wall_blocked())::uuid[])) AND put_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_secretplace;
CREATE POLICY wall_update ON casework_secretplace FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_secretplace;
CREATE POLICY wall_delete ON casework_secretplace FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_secretplace FROM app_web;
REVOKE UPDATE, DELETE ON casework_secretplace FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_secretplace;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_secretplace FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_secrettext ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_secrettext FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_secrettext;
CREATE POLICY wall_owner ON casework_secrettext FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_secrettext;
CREATE POLICY wall_select ON casework_secrettext FOR SELECT TO app_web USING ((select wall_center()) AND (EXISTS (SELECT 1 FROM casework_secretplace p JOIN casework_placerequest r ON r.person_id = p.person_id AND r.kind = p.kind JOIN casework_placeopening o ON o.request_id = r.id WHERE p.id = casework_secrettext.place_id AND r.asked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND o.until > clock_now()) OR EXISTS (SELECT 1 FROM casework_secretplace p WHERE p.id = casework_secrettext.place_id AND NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = p.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id)))) OR (select wall_job()) = 'lock_places_anew');
DROP POLICY IF EXISTS wall_insert ON casework_secrettext;
CREATE POLICY wall_insert ON casework_secrettext FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_secretplace p WHERE p.id = casework_secrettext.place_id));
DROP POLICY IF EXISTS wall_update ON casework_secrettext;
CREATE POLICY wall_update ON casework_secrettext FOR UPDATE TO app_web USING ((select wall_job()) = 'lock_places_anew') WITH CHECK ((select wall_job()) = 'lock_places_anew');
DROP POLICY IF EXISTS wall_delete ON casework_secrettext;
CREATE POLICY wall_delete ON casework_secrettext FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_secrettext FROM app_web;

ALTER TABLE casework_placerequest ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_placerequest FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_placerequest;
CREATE POLICY wall_owner ON casework_placerequest FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_placerequest;
CREATE POLICY wall_select ON casework_placerequest FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_placerequest.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_placerequest;
CREATE POLICY wall_insert ON casework_placerequest FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_placerequest.case_id = ANY ((select wall_blocked())::uuid[])) AND asked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_placerequest;
CREATE POLICY wall_update ON casework_placerequest FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_placerequest;
CREATE POLICY wall_delete ON casework_placerequest FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_placerequest FROM app_web;
REVOKE UPDATE, DELETE ON casework_placerequest FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_placerequest;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_placerequest FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_placeopening ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_placeopening FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_placeopening;
CREATE POLICY wall_owner ON casework_placeopening FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_placeopening;
CREATE POLICY wall_select ON casework_placeopening FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_placeopening.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_placeopening;
CREATE POLICY wall_insert ON casework_placeopening FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_placeopening.case_id = ANY ((select wall_blocked())::uuid[])) AND opened_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_role()) IN ('coordinator', 'chief') OR EXISTS (SELECT 1 FROM casework_placerequest r WHERE r.id = casework_placeopening.request_id AND r.kind <> 'address' AND r.asked_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL)));
DROP POLICY IF EXISTS wall_update ON casework_placeopening;
CREATE POLICY wall_update ON casework_placeopening FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_placeopening;
CREATE POLICY wall_delete ON casework_placeopening FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_placeopening FROM app_web;
REVOKE UPDATE, DELETE ON casework_placeopening FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_placeopening;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_placeopening FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0022_concealment')]

    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
