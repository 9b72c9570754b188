"""Referrals: keys, noticing and walls. The text is frozen; a test compares it with the data."""

from django.db import migrations


def build(apps, schema_editor):
    for statement in (KEYS, WALLS):
        schema_editor.execute(statement, params=None)


KEYS = """
CREATE OR REPLACE FUNCTION casework_note_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
          AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))
       -- A referral is its receiver's alone, whoever else has a line with its label.
       AND (TG_TABLE_NAME NOT IN ('casework_referral', 'casework_referralanswer') OR s.agency_id =
            coalesce((to_jsonb(NEW)->>'receiver_id')::bigint, (to_jsonb(NEW)->>'agency_id')::bigint));
  END IF;
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (changed_case, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;

ALTER TABLE casework_referral ADD CONSTRAINT casework_referral_id_case UNIQUE (id, case_id);

ALTER TABLE casework_referralitem ADD CONSTRAINT casework_referralitem_of_case FOREIGN KEY (referral_id, case_id) REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_referralline ADD CONSTRAINT casework_referralline_of_case FOREIGN KEY (referral_id, case_id) REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_referralanswer ADD CONSTRAINT casework_referralanswer_of_case FOREIGN KEY (referral_id, case_id) REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_referralrevocation ADD CONSTRAINT casework_referralrevocation_of_case FOREIGN KEY (referral_id, case_id) REFERENCES casework_referral (id, case_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_referral ADD CONSTRAINT casework_referral_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_referralanswer ADD CONSTRAINT casework_referralanswer_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_referral FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_referralanswer FOR EACH ROW EXECUTE FUNCTION casework_note_change();
"""

WALLS = """
ALTER TABLE casework_referral ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referral FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referral;
CREATE POLICY wall_owner ON casework_referral FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referral;
CREATE POLICY wall_select ON casework_referral FOR SELECT TO app_web USING ((((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_referral.case_id AND l.item = casework_referral.item AND l.person_id IS NOT DISTINCT FROM casework_referral.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_referral.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR receiver_id = (select wall_reader()))) OR (select wall_job()) = 'remind_referrals');
DROP POLICY IF EXISTS wall_insert ON casework_referral;
CREATE POLICY wall_insert ON casework_referral FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_referral.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_referral;
CREATE POLICY wall_update ON casework_referral FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referral;
CREATE POLICY wall_delete ON casework_referral FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referral FROM app_web;
REVOKE UPDATE, DELETE ON casework_referral FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referral;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referral FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_referralitem ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referralitem FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referralitem;
CREATE POLICY wall_owner ON casework_referralitem FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referralitem;
CREATE POLICY wall_select ON casework_referralitem FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralitem.referral_id));
DROP POLICY IF EXISTS wall_insert ON casework_referralitem;
CREATE POLICY wall_insert ON casework_referralitem FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_referralitem.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_referralitem;
CREATE POLICY wall_update ON casework_referralitem FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referralitem;
CREATE POLICY wall_delete ON casework_referralitem FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referralitem FROM app_web;
REVOKE UPDATE, DELETE ON casework_referralitem FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referralitem;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referralitem FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_referralline ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referralline FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referralline;
CREATE POLICY wall_owner ON casework_referralline FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referralline;
CREATE POLICY wall_select ON casework_referralline FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_referralline.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_referralline;
CREATE POLICY wall_insert ON casework_referralline FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_referralline.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_referralline;
CREATE POLICY wall_update ON casework_referralline FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referralline;
CREATE POLICY wall_delete ON casework_referralline FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referralline FROM app_web;
REVOKE UPDATE, DELETE ON casework_referralline FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referralline;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referralline FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_referralanswer ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referralanswer FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referralanswer;
CREATE POLICY wall_owner ON casework_referralanswer FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referralanswer;
CREATE POLICY wall_select ON casework_referralanswer FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralanswer.referral_id) OR (select wall_job()) = 'remind_referrals');
DROP POLICY IF EXISTS wall_insert ON casework_referralanswer;
CREATE POLICY wall_insert ON casework_referralanswer FOR INSERT TO app_web WITH CHECK (answered_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((agency_id = (select wall_reader()) AND medium = 'account') OR ((select wall_center()) AND NOT (casework_referralanswer.case_id = ANY ((select wall_blocked())::uuid[])) AND medium <> 'account')) AND EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralanswer.referral_id AND r.receiver_id = casework_referralanswer.agency_id AND r.case_id = casework_referralanswer.case_id AND r.person_id IS NOT DISTINCT FROM casework_referralanswer.person_id));
DROP POLICY IF EXISTS wall_update ON casework_referralanswer;
CREATE POLICY wall_update ON casework_referralanswer FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referralanswer;
CREATE POLICY wall_delete ON casework_referralanswer FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referralanswer FROM app_web;
REVOKE UPDATE, DELETE ON casework_referralanswer FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referralanswer;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referralanswer FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_referralrevocation ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referralrevocation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referralrevocation;
CREATE POLICY wall_owner ON casework_referralrevocation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referralrevocation;
CREATE POLICY wall_select ON casework_referralrevocation FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_referralrevocation.case_id = ANY ((select wall_blocked())::uuid[])) OR (select wall_job()) = 'remind_referrals');
DROP POLICY IF EXISTS wall_insert ON casework_referralrevocation;
CREATE POLICY wall_insert ON casework_referralrevocation FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_referralrevocation.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_referralrevocation;
CREATE POLICY wall_update ON casework_referralrevocation FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referralrevocation;
CREATE POLICY wall_delete ON casework_referralrevocation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referralrevocation FROM app_web;
REVOKE UPDATE, DELETE ON casework_referralrevocation FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referralrevocation;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referralrevocation FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_referralreminder ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_referralreminder FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_referralreminder;
CREATE POLICY wall_owner ON casework_referralreminder FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_referralreminder;
CREATE POLICY wall_select ON casework_referralreminder FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_referral r WHERE r.id = casework_referralreminder.referral_id AND (select wall_center())) OR (select wall_job()) = 'remind_referrals');
DROP POLICY IF EXISTS wall_insert ON casework_referralreminder;
CREATE POLICY wall_insert ON casework_referralreminder FOR INSERT TO app_web WITH CHECK ((select wall_job()) = 'remind_referrals');
DROP POLICY IF EXISTS wall_update ON casework_referralreminder;
CREATE POLICY wall_update ON casework_referralreminder FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_referralreminder;
CREATE POLICY wall_delete ON casework_referralreminder FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_referralreminder FROM app_web;
REVOKE UPDATE, DELETE ON casework_referralreminder FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_referralreminder;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_referralreminder FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0009_referrals")]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
