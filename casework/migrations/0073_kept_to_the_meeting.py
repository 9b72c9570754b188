"""What a 支援会議 decided is marked, and no agency takes a copy away. The text is frozen; a test compares it."""

from django.db import migrations, models

# ruff: noqa: E501
MARK = """
ALTER TABLE casework_decision DISABLE TRIGGER wall_frozen;
UPDATE casework_decision d SET is_meeting_only = true
  FROM casework_agendaitem a WHERE a.id = d.agenda_id AND a.kind = 'shien_kaigi';
ALTER TABLE casework_decision ENABLE TRIGGER wall_frozen;
"""
WALL = """
ALTER TABLE casework_decision ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_decision FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_decision;
CREATE POLICY wall_owner ON casework_decision FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_decision;
CREATE POLICY wall_select ON casework_decision FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_direction d WHERE d.decision_id = casework_decision.id) OR EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.decision_id = casework_decision.id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_decision;
CREATE POLICY wall_insert ON casework_decision FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_decision.case_id = ANY ((select wall_blocked())::uuid[])) AND is_meeting_only = EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = casework_decision.agenda_id AND a.kind = 'shien_kaigi'));
DROP POLICY IF EXISTS wall_update ON casework_decision;
CREATE POLICY wall_update ON casework_decision FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_decision;
CREATE POLICY wall_delete ON casework_decision FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_decision FROM app_web;
REVOKE UPDATE, DELETE ON casework_decision FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_decision;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_decision FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_sheet ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_sheet FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_sheet;
CREATE POLICY wall_owner ON casework_sheet FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_sheet;
CREATE POLICY wall_select ON casework_sheet FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND wall_reaches_all(casework_sheet.labels) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_sheet.made_at IS NOT NULL AND EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_sheet.case_id AND NOT (c.id = ANY (casework_sheet.hidings)) AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))));
DROP POLICY IF EXISTS wall_insert ON casework_sheet;
CREATE POLICY wall_insert ON casework_sheet FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_decision d WHERE d.id = casework_sheet.decision_id AND d.is_meeting_only)));
DROP POLICY IF EXISTS wall_update ON casework_sheet;
CREATE POLICY wall_update ON casework_sheet FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[]))) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_delete ON casework_sheet;
CREATE POLICY wall_delete ON casework_sheet FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_sheet FROM app_web;
"""
_MARKED = " AND is_meeting_only = EXISTS (SELECT 1 FROM casework_agendaitem a WHERE a.id = casework_decision.agenda_id AND a.kind = 'shien_kaigi')"
_KEPT = " AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_decision d WHERE d.id = casework_sheet.decision_id AND d.is_meeting_only))"
BACK = WALL.replace(_MARKED, "").replace(_KEPT, "")


class Migration(migrations.Migration):

    dependencies = [("casework", "0072_meetings_of_evaluations")]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="is_meeting_only",
            field=models.BooleanField(default=False, editable=False, verbose_name="会議限り"),
        ),
        migrations.RunSQL(MARK, migrations.RunSQL.noop, elidable=False),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
