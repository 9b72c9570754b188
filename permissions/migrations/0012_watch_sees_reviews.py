"""The watch sees whether somebody looked at an alarm. The text is frozen; a test compares it with the data."""

from django.db import migrations

WALLS = """
ALTER TABLE marugoto_permissions_alarmreview ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_alarmreview FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_alarmreview;
CREATE POLICY wall_owner ON marugoto_permissions_alarmreview FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_alarmreview;
CREATE POLICY wall_select ON marugoto_permissions_alarmreview FOR SELECT TO app_web USING ((select wall_role()) IN ('chief', 'privacy_officer') OR (select wall_job()) = 'watch_audit');
DROP POLICY IF EXISTS wall_insert ON marugoto_permissions_alarmreview;
CREATE POLICY wall_insert ON marugoto_permissions_alarmreview FOR INSERT TO app_web WITH CHECK ((select wall_role()) IN ('chief', 'privacy_officer') AND reviewed_by_id = (select wall_membership()) AND EXISTS (SELECT 1 FROM marugoto_permissions_auditalarm a WHERE a.id = alarm_id AND a.user_id <> (select wall_person())));
DROP POLICY IF EXISTS wall_update ON marugoto_permissions_alarmreview;
CREATE POLICY wall_update ON marugoto_permissions_alarmreview FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON marugoto_permissions_alarmreview;
CREATE POLICY wall_delete ON marugoto_permissions_alarmreview FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_alarmreview FROM app_web;
REVOKE UPDATE, DELETE ON marugoto_permissions_alarmreview FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON marugoto_permissions_alarmreview;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON marugoto_permissions_alarmreview FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("marugoto_permissions", "0011_finding_in_the_log")]

    operations = [migrations.RunSQL(WALLS, migrations.RunSQL.noop)]
