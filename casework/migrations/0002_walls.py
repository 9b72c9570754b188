"""Functions, triggers, composite keys and walls of casework. The text is frozen; a test compares it with the data."""

from django.db import migrations


def build(apps, schema_editor):
    for statement in (FUNCTIONS, WALLS):
        schema_editor.execute(statement, params=None)


FUNCTIONS = """
CREATE FUNCTION wall_blocked() RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT coalesce(array_agg(b.case_id), '{}')
    FROM casework_block b
   WHERE b.lifted_at IS NULL AND (b.agency_id = wall_agency() OR b.user_id = wall_person())
$$;
CREATE FUNCTION wall_reaches_all(labels jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT wall_center() OR NOT EXISTS (
    SELECT 1 FROM jsonb_array_elements(labels) AS needed
     WHERE NOT EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.case_id = (needed->>0)::uuid AND l.person_id IS NOT DISTINCT FROM (needed->>1)::uuid
          AND l.item = needed->>2 AND l.agency_id = wall_reader() AND l.ended_at IS NULL
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now())))
$$;
CREATE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  changed_case uuid;
BEGIN
  IF TG_TABLE_NAME = 'casework_case' THEN
    changed_case := NEW.id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.id AND s.closed_at IS NULL;
  ELSIF TG_TABLE_NAME = 'casework_shareline' THEN
    changed_case := NEW.case_id;
    -- A line that begins later, or beside another for the same thing, changes nothing that is seen now.
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.id = NEW.share_id AND s.closed_at IS NULL
       AND NEW.starts_at <= clock_now() AND (NEW.until IS NULL OR NEW.until > clock_now())
       AND NOT EXISTS (
         SELECT 1 FROM casework_shareline l
          WHERE l.share_id = NEW.share_id AND l.id <> NEW.id AND l.item = NEW.item AND l.ended_at IS NULL
            AND l.person_id IS NOT DISTINCT FROM NEW.person_id
            AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()));
  ELSE
    changed_case := NEW.case_id;
    UPDATE casework_share s SET last_visible_change_at = clock_now()
     WHERE s.case_id = NEW.case_id AND s.closed_at IS NULL AND EXISTS (
       SELECT 1 FROM casework_shareline l
        WHERE l.share_id = s.id AND l.item = NEW.item AND l.ended_at IS NULL
          AND l.person_id IS NOT DISTINCT FROM
              (CASE WHEN TG_TABLE_NAME = 'casework_person' THEN (to_jsonb(NEW)->>'id')::uuid
                    ELSE (to_jsonb(NEW)->>'person_id')::uuid END)
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()));
  END IF;
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (changed_case, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE FUNCTION casework_line_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR (to_jsonb(OLD) - 'ended_at' - 'ended_by_id' - 'end_reason')
        <> (to_jsonb(NEW) - 'ended_at' - 'ended_by_id' - 'end_reason') THEN
    RAISE EXCEPTION 'a share line is added and ended, never edited' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER line_only_ends BEFORE UPDATE ON casework_shareline
  FOR EACH ROW EXECUTE FUNCTION casework_line_only_ends();


ALTER TABLE casework_person ADD CONSTRAINT casework_person_id_case UNIQUE (id, case_id);
ALTER TABLE casework_share ADD CONSTRAINT casework_share_id_case_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_decision ADD CONSTRAINT casework_decision_id_case UNIQUE (id, case_id);
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_id_agency UNIQUE (id, case_id, agency_id);
ALTER TABLE casework_shareline ADD CONSTRAINT casework_shareline_of_share FOREIGN KEY (share_id, case_id, agency_id)
  REFERENCES casework_share (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_direction ADD CONSTRAINT casework_direction_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_of_case FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleanswer ADD CONSTRAINT casework_roleanswer_of_role FOREIGN KEY (role_id, case_id, agency_id)
  REFERENCES casework_rolerow (id, case_id, agency_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_household ADD CONSTRAINT casework_household_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_personcontact ADD CONSTRAINT casework_personcontact_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_personhealth ADD CONSTRAINT casework_personhealth_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_personmoney ADD CONSTRAINT casework_personmoney_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_note ADD CONSTRAINT casework_note_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_direction ADD CONSTRAINT casework_direction_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_rolerow ADD CONSTRAINT casework_rolerow_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleanswer ADD CONSTRAINT casework_roleanswer_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_shareline ADD CONSTRAINT casework_shareline_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_household FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_personcontact FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_personhealth FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_personmoney FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_note FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_direction FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_rolerow FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_roleanswer FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_shareline FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_person FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_case FOR EACH ROW EXECUTE FUNCTION casework_note_change();
"""

WALLS = """
ALTER TABLE casework_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_share FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_share;
CREATE POLICY wall_owner ON casework_share FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_share;
CREATE POLICY wall_select ON casework_share FOR SELECT TO app_web USING (((select wall_center()) OR agency_id = (select wall_reader())) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])) OR (select wall_job()) = 'sweep_lapsed_lines');
DROP POLICY IF EXISTS wall_insert ON casework_share;
CREATE POLICY wall_insert ON casework_share FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_share.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_share;
CREATE POLICY wall_update ON casework_share FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_share.case_id = ANY ((select wall_blocked())::uuid[])) OR (select wall_job()) = 'sweep_lapsed_lines') WITH CHECK ((select wall_center()) AND NOT (casework_share.case_id = ANY ((select wall_blocked())::uuid[])) OR (select wall_job()) = 'sweep_lapsed_lines');
DROP POLICY IF EXISTS wall_delete ON casework_share;
CREATE POLICY wall_delete ON casework_share FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_share FROM app_web;

ALTER TABLE casework_shareline ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_shareline FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_shareline;
CREATE POLICY wall_owner ON casework_shareline FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_shareline;
CREATE POLICY wall_select ON casework_shareline FOR SELECT TO app_web USING (((select wall_center()) OR agency_id = (select wall_reader())) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])) OR (select wall_job()) = 'sweep_lapsed_lines');
DROP POLICY IF EXISTS wall_insert ON casework_shareline;
CREATE POLICY wall_insert ON casework_shareline FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_shareline.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_shareline;
CREATE POLICY wall_update ON casework_shareline FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_shareline.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_shareline.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_shareline;
CREATE POLICY wall_delete ON casework_shareline FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_shareline FROM app_web;

ALTER TABLE casework_casegrant ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_casegrant FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_casegrant;
CREATE POLICY wall_owner ON casework_casegrant FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_casegrant;
CREATE POLICY wall_select ON casework_casegrant FOR SELECT TO app_web USING (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_casegrant.line_id)) OR (select wall_job()) = 'sweep_lapsed_lines' OR (group_id = (select wall_group()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_casegrant.line_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))));
DROP POLICY IF EXISTS wall_insert ON casework_casegrant;
CREATE POLICY wall_insert ON casework_casegrant FOR INSERT TO app_web WITH CHECK (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_casegrant.line_id)));
DROP POLICY IF EXISTS wall_update ON casework_casegrant;
CREATE POLICY wall_update ON casework_casegrant FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_casegrant;
CREATE POLICY wall_delete ON casework_casegrant FOR DELETE TO app_web USING (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_casegrant.line_id)) OR (select wall_job()) = 'sweep_lapsed_lines');
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_casegrant FROM app_web;

ALTER TABLE casework_persongrant ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_persongrant FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_persongrant;
CREATE POLICY wall_owner ON casework_persongrant FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_persongrant;
CREATE POLICY wall_select ON casework_persongrant FOR SELECT TO app_web USING (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_persongrant.line_id)) OR (select wall_job()) = 'sweep_lapsed_lines' OR (group_id = (select wall_group()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_persongrant.line_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))));
DROP POLICY IF EXISTS wall_insert ON casework_persongrant;
CREATE POLICY wall_insert ON casework_persongrant FOR INSERT TO app_web WITH CHECK (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_persongrant.line_id)));
DROP POLICY IF EXISTS wall_update ON casework_persongrant;
CREATE POLICY wall_update ON casework_persongrant FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_persongrant;
CREATE POLICY wall_delete ON casework_persongrant FOR DELETE TO app_web USING (((select wall_center()) AND EXISTS (SELECT 1 FROM casework_shareline l WHERE l.id = casework_persongrant.line_id)) OR (select wall_job()) = 'sweep_lapsed_lines');
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_persongrant FROM app_web;

ALTER TABLE casework_block ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_block FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_block;
CREATE POLICY wall_owner ON casework_block FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_block;
CREATE POLICY wall_select ON casework_block FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_block.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_block;
CREATE POLICY wall_insert ON casework_block FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_update ON casework_block;
CREATE POLICY wall_update ON casework_block FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_block.case_id = ANY ((select wall_blocked())::uuid[])) AND (select wall_role()) = 'chief') WITH CHECK ((select wall_center()) AND NOT (casework_block.case_id = ANY ((select wall_blocked())::uuid[])) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_delete ON casework_block;
CREATE POLICY wall_delete ON casework_block FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_block FROM app_web;

ALTER TABLE casework_numberseries ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_numberseries FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_numberseries;
CREATE POLICY wall_owner ON casework_numberseries FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_numberseries;
CREATE POLICY wall_select ON casework_numberseries FOR SELECT TO app_web USING ((select wall_center()) OR (select wall_job()) = 'deliver_submissions');
DROP POLICY IF EXISTS wall_insert ON casework_numberseries;
CREATE POLICY wall_insert ON casework_numberseries FOR INSERT TO app_web WITH CHECK ((select wall_center()) OR (select wall_job()) = 'deliver_submissions');
DROP POLICY IF EXISTS wall_update ON casework_numberseries;
CREATE POLICY wall_update ON casework_numberseries FOR UPDATE TO app_web USING ((select wall_center()) OR (select wall_job()) = 'deliver_submissions') WITH CHECK ((select wall_center()) OR (select wall_job()) = 'deliver_submissions');
DROP POLICY IF EXISTS wall_delete ON casework_numberseries;
CREATE POLICY wall_delete ON casework_numberseries FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_numberseries FROM app_web;

ALTER TABLE casework_case ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_case FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_case;
CREATE POLICY wall_owner ON casework_case FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_case;
CREATE POLICY wall_select ON casework_case FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_case.id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_case.id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_case;
CREATE POLICY wall_insert ON casework_case FOR INSERT TO app_web WITH CHECK ((select wall_center()));
DROP POLICY IF EXISTS wall_update ON casework_case;
CREATE POLICY wall_update ON casework_case FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_case.id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_case.id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_case;
CREATE POLICY wall_delete ON casework_case FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_case FROM app_web;

ALTER TABLE casework_caseactivity ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_caseactivity FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_caseactivity;
CREATE POLICY wall_owner ON casework_caseactivity FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_caseactivity;
CREATE POLICY wall_select ON casework_caseactivity FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_caseactivity.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_caseactivity;
CREATE POLICY wall_insert ON casework_caseactivity FOR INSERT TO app_web WITH CHECK ((select wall_center()));
DROP POLICY IF EXISTS wall_update ON casework_caseactivity;
CREATE POLICY wall_update ON casework_caseactivity FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_caseactivity.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_caseactivity.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_caseactivity;
CREATE POLICY wall_delete ON casework_caseactivity FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_caseactivity FROM app_web;

ALTER TABLE casework_caseevent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_caseevent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_caseevent;
CREATE POLICY wall_owner ON casework_caseevent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_caseevent;
CREATE POLICY wall_select ON casework_caseevent FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_caseevent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_caseevent;
CREATE POLICY wall_insert ON casework_caseevent FOR INSERT TO app_web WITH CHECK (actor_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_caseevent.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_caseevent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_caseevent;
CREATE POLICY wall_update ON casework_caseevent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_caseevent;
CREATE POLICY wall_delete ON casework_caseevent FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_caseevent FROM app_web;
REVOKE UPDATE, DELETE ON casework_caseevent FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_caseevent;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_caseevent FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_household ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_household FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_household;
CREATE POLICY wall_owner ON casework_household FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_household;
CREATE POLICY wall_select ON casework_household FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_household.case_id AND l.item = casework_household.item AND l.person_id IS NOT DISTINCT FROM casework_household.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_household.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_household;
CREATE POLICY wall_insert ON casework_household FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_household.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_household;
CREATE POLICY wall_update ON casework_household FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_household.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_household.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_household;
CREATE POLICY wall_delete ON casework_household FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_household FROM app_web;

ALTER TABLE casework_person ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_person FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_person;
CREATE POLICY wall_owner ON casework_person FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_person;
CREATE POLICY wall_select ON casework_person FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_person.case_id AND l.item = casework_person.item AND l.person_id IS NOT DISTINCT FROM casework_person.id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_person.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_person;
CREATE POLICY wall_insert ON casework_person FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_person.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_person;
CREATE POLICY wall_update ON casework_person FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_person.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_person.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_person;
CREATE POLICY wall_delete ON casework_person FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_person FROM app_web;

ALTER TABLE casework_personcontact ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_personcontact FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_personcontact;
CREATE POLICY wall_owner ON casework_personcontact FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_personcontact;
CREATE POLICY wall_select ON casework_personcontact FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_personcontact.case_id AND l.item = casework_personcontact.item AND l.person_id IS NOT DISTINCT FROM casework_personcontact.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_personcontact.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_personcontact;
CREATE POLICY wall_insert ON casework_personcontact FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_personcontact.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_personcontact;
CREATE POLICY wall_update ON casework_personcontact FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_personcontact.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_personcontact.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_personcontact;
CREATE POLICY wall_delete ON casework_personcontact FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_personcontact FROM app_web;

ALTER TABLE casework_personhealth ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_personhealth FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_personhealth;
CREATE POLICY wall_owner ON casework_personhealth FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_personhealth;
CREATE POLICY wall_select ON casework_personhealth FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_personhealth.case_id AND l.item = casework_personhealth.item AND l.person_id IS NOT DISTINCT FROM casework_personhealth.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_personhealth.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_personhealth;
CREATE POLICY wall_insert ON casework_personhealth FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_personhealth.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_personhealth;
CREATE POLICY wall_update ON casework_personhealth FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_personhealth.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_personhealth.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_personhealth;
CREATE POLICY wall_delete ON casework_personhealth FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_personhealth FROM app_web;

ALTER TABLE casework_personmoney ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_personmoney FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_personmoney;
CREATE POLICY wall_owner ON casework_personmoney FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_personmoney;
CREATE POLICY wall_select ON casework_personmoney FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_personmoney.case_id AND l.item = casework_personmoney.item AND l.person_id IS NOT DISTINCT FROM casework_personmoney.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_personmoney.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_personmoney;
CREATE POLICY wall_insert ON casework_personmoney FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_personmoney.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_personmoney;
CREATE POLICY wall_update ON casework_personmoney FOR UPDATE TO app_web USING ((select wall_center()) AND NOT (casework_personmoney.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK ((select wall_center()) AND NOT (casework_personmoney.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_personmoney;
CREATE POLICY wall_delete ON casework_personmoney FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_personmoney FROM app_web;

ALTER TABLE casework_note ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_note FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_note;
CREATE POLICY wall_owner ON casework_note FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_note;
CREATE POLICY wall_select ON casework_note FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_note.case_id AND l.item = casework_note.item AND l.person_id IS NOT DISTINCT FROM casework_note.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_note.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_note;
CREATE POLICY wall_insert ON casework_note FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_note.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_note;
CREATE POLICY wall_update ON casework_note FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_note;
CREATE POLICY wall_delete ON casework_note FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_note FROM app_web;
REVOKE UPDATE, DELETE ON casework_note FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_note;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_note FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contact FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contact;
CREATE POLICY wall_owner ON casework_contact FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contact;
CREATE POLICY wall_select ON casework_contact FOR SELECT TO app_web USING ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[]))) OR ((select wall_job()) = 'deliver_submissions' AND case_id IS NULL));
DROP POLICY IF EXISTS wall_insert ON casework_contact;
CREATE POLICY wall_insert ON casework_contact FOR INSERT TO app_web WITH CHECK ((select wall_center()) OR ((select wall_job()) = 'deliver_submissions' AND submission_id IS NOT NULL AND case_id IS NULL));
DROP POLICY IF EXISTS wall_update ON casework_contact;
CREATE POLICY wall_update ON casework_contact FOR UPDATE TO app_web USING ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[])))) WITH CHECK ((select wall_center()) AND (case_id IS NULL OR NOT (case_id = ANY ((select wall_blocked())::uuid[]))));
DROP POLICY IF EXISTS wall_delete ON casework_contact;
CREATE POLICY wall_delete ON casework_contact FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contact FROM app_web;

ALTER TABLE casework_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_decision FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_decision;
CREATE POLICY wall_owner ON casework_decision FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_decision;
CREATE POLICY wall_select ON casework_decision FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_direction d WHERE d.decision_id = casework_decision.id) OR EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.decision_id = casework_decision.id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_decision;
CREATE POLICY wall_insert ON casework_decision FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_decision.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_decision;
CREATE POLICY wall_update ON casework_decision FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_decision;
CREATE POLICY wall_delete ON casework_decision FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_decision FROM app_web;
REVOKE UPDATE, DELETE ON casework_decision FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_decision;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_decision FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_direction ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_direction FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_direction;
CREATE POLICY wall_owner ON casework_direction FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_direction;
CREATE POLICY wall_select ON casework_direction FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_direction.case_id AND l.item = casework_direction.item AND l.person_id IS NOT DISTINCT FROM casework_direction.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_direction;
CREATE POLICY wall_insert ON casework_direction FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_direction.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_direction;
CREATE POLICY wall_update ON casework_direction FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_direction;
CREATE POLICY wall_delete ON casework_direction FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_direction FROM app_web;
REVOKE UPDATE, DELETE ON casework_direction FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_direction;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_direction FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_rolerow ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_rolerow FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_rolerow;
CREATE POLICY wall_owner ON casework_rolerow FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_rolerow;
CREATE POLICY wall_select ON casework_rolerow FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_rolerow.case_id AND l.item = casework_rolerow.item AND l.person_id IS NOT DISTINCT FROM casework_rolerow.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_rolerow;
CREATE POLICY wall_insert ON casework_rolerow FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_rolerow.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_rolerow;
CREATE POLICY wall_update ON casework_rolerow FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_rolerow;
CREATE POLICY wall_delete ON casework_rolerow FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_rolerow FROM app_web;
REVOKE UPDATE, DELETE ON casework_rolerow FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_rolerow;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_rolerow FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_roleanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_roleanswer FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_roleanswer;
CREATE POLICY wall_owner ON casework_roleanswer FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_roleanswer;
CREATE POLICY wall_select ON casework_roleanswer FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleanswer.case_id AND l.item = casework_roleanswer.item AND l.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleanswer.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_roleanswer;
CREATE POLICY wall_insert ON casework_roleanswer FOR INSERT TO app_web WITH CHECK (agency_id = (select wall_reader()) AND answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleanswer.role_id AND r.agency_id = casework_roleanswer.agency_id AND r.case_id = casework_roleanswer.case_id AND r.item = casework_roleanswer.item AND r.person_id IS NOT DISTINCT FROM casework_roleanswer.person_id));
DROP POLICY IF EXISTS wall_update ON casework_roleanswer;
CREATE POLICY wall_update ON casework_roleanswer FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_roleanswer;
CREATE POLICY wall_delete ON casework_roleanswer FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_roleanswer FROM app_web;
REVOKE UPDATE, DELETE ON casework_roleanswer FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_roleanswer;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_roleanswer FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_sheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_sheet FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_sheet;
CREATE POLICY wall_owner ON casework_sheet FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_sheet;
CREATE POLICY wall_select ON casework_sheet FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND wall_reaches_all(casework_sheet.labels) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_sheet;
CREATE POLICY wall_insert ON casework_sheet FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_sheet;
CREATE POLICY wall_update ON casework_sheet FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_sheet;
CREATE POLICY wall_delete ON casework_sheet FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_sheet FROM app_web;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0001_initial"), ("marugoto_permissions", "0002_walls")]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
