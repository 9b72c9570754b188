"""Copies on paper only where papers are open. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_papercopy ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_papercopy FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_papercopy;
CREATE POLICY wall_owner ON casework_papercopy FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_papercopy;
CREATE POLICY wall_select ON casework_papercopy FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_papercopy.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_papercopy;
CREATE POLICY wall_insert ON casework_papercopy FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_papercopy.case_id = ANY ((select wall_blocked())::uuid[])) AND handed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_paperrelease r WHERE r.agenda_id = casework_papercopy.agenda_id) AND NOT EXISTS (SELECT 1 FROM casework_agendaremoval x WHERE x.agenda_id = casework_papercopy.agenda_id));
DROP POLICY IF EXISTS wall_update ON casework_papercopy;
CREATE POLICY wall_update ON casework_papercopy FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_papercopy;
CREATE POLICY wall_delete ON casework_papercopy FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_papercopy FROM app_web;
REVOKE UPDATE, DELETE ON casework_papercopy FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_papercopy;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_papercopy FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0061_accompanying")]

    operations = [migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False)]
