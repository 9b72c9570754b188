"""The words of a policy survive a restore: the list is one of text. No data changes. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
DROP POLICY wall_select ON casework_assessedfact;
CREATE POLICY wall_select ON casework_assessedfact FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessedfact.case_id AND l.item = casework_assessedfact.item AND l.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessedfact.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_assessedfact.id = ANY ((select wall_hidden())::uuid[])) AND EXISTS (SELECT 1 FROM casework_assessment a WHERE a.id = casework_assessedfact.assessment_id) AND (issue_id IS NULL OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_assessedfact.issue_id AND i.case_id = casework_assessedfact.case_id AND i.item = casework_assessedfact.item AND i.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id)) AND (asked::text NOT IN ('occupation', 'doctor') OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_assessedfact.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))));
"""
BACK = """
DROP POLICY wall_select ON casework_assessedfact;
CREATE POLICY wall_select ON casework_assessedfact FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessedfact.case_id AND l.item = casework_assessedfact.item AND l.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessedfact.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_assessedfact.id = ANY ((select wall_hidden())::uuid[])) AND EXISTS (SELECT 1 FROM casework_assessment a WHERE a.id = casework_assessedfact.assessment_id) AND (issue_id IS NULL OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_assessedfact.issue_id AND i.case_id = casework_assessedfact.case_id AND i.item = casework_assessedfact.item AND i.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id)) AND (asked NOT IN ('occupation', 'doctor') OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_assessedfact.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))));
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0098_minutes_decided")]

    operations = [migrations.RunSQL(WALL, BACK, elidable=False)]
