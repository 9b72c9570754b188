"""Walls of what belongs to a contact; an informant stays hidden. The text is frozen; a test compares it with the data."""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION casework_informant_stays_hidden() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an informant is hidden for ever' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER informant_stays_hidden BEFORE UPDATE ON casework_contact FOR EACH ROW
  WHEN (OLD.is_informant_hidden AND NOT NEW.is_informant_hidden)
  EXECUTE FUNCTION casework_informant_stays_hidden();
CREATE TRIGGER known_route_added AFTER INSERT ON casework_contact FOR EACH ROW WHEN (NEW.route <> '') EXECUTE FUNCTION casework_known_code('route', 'route');
CREATE TRIGGER known_route_changed AFTER UPDATE ON casework_contact FOR EACH ROW WHEN (NEW.route <> '' AND NEW.route <> OLD.route) EXECUTE FUNCTION casework_known_code('route', 'route');
CREATE TRIGGER known_referrer_type_added AFTER INSERT ON casework_contact FOR EACH ROW WHEN (NEW.referrer_type <> '') EXECUTE FUNCTION casework_known_code('referrer_type', 'agency_type');
CREATE TRIGGER known_referrer_type_changed AFTER UPDATE ON casework_contact FOR EACH ROW WHEN (NEW.referrer_type <> '' AND NEW.referrer_type <> OLD.referrer_type) EXECUTE FUNCTION casework_known_code('referrer_type', 'agency_type');
CREATE TRIGGER known_topic_added AFTER INSERT ON casework_contacttopic FOR EACH ROW WHEN (NEW.topic <> '') EXECUTE FUNCTION casework_known_code('topic', 'topic');
CREATE TRIGGER known_topic_changed AFTER UPDATE ON casework_contacttopic FOR EACH ROW WHEN (NEW.topic <> '' AND NEW.topic <> OLD.topic) EXECUTE FUNCTION casework_known_code('topic', 'topic');
CREATE TRIGGER known_why_added AFTER INSERT ON casework_withoutconsent FOR EACH ROW WHEN (NEW.why <> '') EXECUTE FUNCTION casework_known_code('why', 'no_consent');
CREATE TRIGGER known_why_changed AFTER UPDATE ON casework_withoutconsent FOR EACH ROW WHEN (NEW.why <> '' AND NEW.why <> OLD.why) EXECUTE FUNCTION casework_known_code('why', 'no_consent');
CREATE TRIGGER known_basis_added AFTER INSERT ON casework_withoutconsent FOR EACH ROW WHEN (NEW.basis <> '') EXECUTE FUNCTION casework_known_code('basis', 'basis');
CREATE TRIGGER known_basis_changed AFTER UPDATE ON casework_withoutconsent FOR EACH ROW WHEN (NEW.basis <> '' AND NEW.basis <> OLD.basis) EXECUTE FUNCTION casework_known_code('basis', 'basis');
CREATE TRIGGER known_whom_added AFTER INSERT ON casework_emergencycall FOR EACH ROW WHEN (NEW.whom <> '') EXECUTE FUNCTION casework_known_code('whom', 'emergency_call');
CREATE TRIGGER known_whom_changed AFTER UPDATE ON casework_emergencycall FOR EACH ROW WHEN (NEW.whom <> '' AND NEW.whom <> OLD.whom) EXECUTE FUNCTION casework_known_code('whom', 'emergency_call');
"""

WALLS = """
ALTER TABLE casework_contacttopic ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contacttopic FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contacttopic;
CREATE POLICY wall_owner ON casework_contacttopic FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contacttopic;
CREATE POLICY wall_select ON casework_contacttopic FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_contacttopic;
CREATE POLICY wall_insert ON casework_contacttopic FOR INSERT TO app_web WITH CHECK (((select wall_center()) OR (select wall_job()) = 'deliver_submissions') AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
DROP POLICY IF EXISTS wall_update ON casework_contacttopic;
CREATE POLICY wall_update ON casework_contacttopic FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_contacttopic;
CREATE POLICY wall_delete ON casework_contacttopic FOR DELETE TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_contacttopic.contact_id));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contacttopic FROM app_web;

ALTER TABLE casework_contactdraft ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contactdraft FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contactdraft;
CREATE POLICY wall_owner ON casework_contactdraft FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contactdraft;
CREATE POLICY wall_select ON casework_contactdraft FOR SELECT TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_contactdraft;
CREATE POLICY wall_insert ON casework_contactdraft FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_contactdraft;
CREATE POLICY wall_update ON casework_contactdraft FOR UPDATE TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_contactdraft;
CREATE POLICY wall_delete ON casework_contactdraft FOR DELETE TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contactdraft FROM app_web;

ALTER TABLE casework_withoutconsent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_withoutconsent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_withoutconsent;
CREATE POLICY wall_owner ON casework_withoutconsent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_withoutconsent;
CREATE POLICY wall_select ON casework_withoutconsent FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_withoutconsent;
CREATE POLICY wall_insert ON casework_withoutconsent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_withoutconsent;
CREATE POLICY wall_update ON casework_withoutconsent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_withoutconsent;
CREATE POLICY wall_delete ON casework_withoutconsent FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_withoutconsent FROM app_web;
REVOKE UPDATE, DELETE ON casework_withoutconsent FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_withoutconsent;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_withoutconsent FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_emergencycall ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_emergencycall FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_emergencycall;
CREATE POLICY wall_owner ON casework_emergencycall FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_emergencycall;
CREATE POLICY wall_select ON casework_emergencycall FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_emergencycall.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_emergencycall;
CREATE POLICY wall_insert ON casework_emergencycall FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_emergencycall.contact_id) AND called_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_emergencycall;
CREATE POLICY wall_update ON casework_emergencycall FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_emergencycall;
CREATE POLICY wall_delete ON casework_emergencycall FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_emergencycall FROM app_web;
REVOKE UPDATE, DELETE ON casework_emergencycall FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_emergencycall;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_emergencycall FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_statutorynotice ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_statutorynotice FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_statutorynotice;
CREATE POLICY wall_owner ON casework_statutorynotice FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_statutorynotice;
CREATE POLICY wall_select ON casework_statutorynotice FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_statutorynotice.contact_id));
DROP POLICY IF EXISTS wall_insert ON casework_statutorynotice;
CREATE POLICY wall_insert ON casework_statutorynotice FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_statutorynotice.contact_id) AND noticed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_statutorynotice;
CREATE POLICY wall_update ON casework_statutorynotice FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_statutorynotice;
CREATE POLICY wall_delete ON casework_statutorynotice FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_statutorynotice FROM app_web;
REVOKE UPDATE, DELETE ON casework_statutorynotice FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_statutorynotice;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_statutorynotice FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_noticereply ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_noticereply FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_noticereply;
CREATE POLICY wall_owner ON casework_noticereply FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_noticereply;
CREATE POLICY wall_select ON casework_noticereply FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_statutorynotice n WHERE n.id = casework_noticereply.notice_id));
DROP POLICY IF EXISTS wall_insert ON casework_noticereply;
CREATE POLICY wall_insert ON casework_noticereply FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_statutorynotice n WHERE n.id = casework_noticereply.notice_id));
DROP POLICY IF EXISTS wall_update ON casework_noticereply;
CREATE POLICY wall_update ON casework_noticereply FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_noticereply;
CREATE POLICY wall_delete ON casework_noticereply FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_noticereply FROM app_web;
REVOKE UPDATE, DELETE ON casework_noticereply FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_noticereply;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_noticereply FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""

BACK = """
DROP FUNCTION casework_informant_stays_hidden() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0015_seed_codes_of_reception")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunSQL(WALLS, migrations.RunSQL.noop),
    ]
