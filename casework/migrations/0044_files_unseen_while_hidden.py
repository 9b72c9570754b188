"""A file of a concealed household is closed to agencies until somebody looked through it, whenever it came. A test compares the text."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
DROP POLICY IF EXISTS wall_select ON casework_filecontent;
CREATE POLICY wall_select ON casework_filecontent FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecontent.case_id AND l.item = casework_filecontent.item AND l.person_id IS NOT DISTINCT FROM casework_filecontent.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id) AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id AND k.checked_at >= c.set_at))));
"""
BACK = """
DROP POLICY IF EXISTS wall_select ON casework_filecontent;
CREATE POLICY wall_select ON casework_filecontent FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecontent.case_id AND l.item = casework_filecontent.item AND l.person_id IS NOT DISTINCT FROM casework_filecontent.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id AND c.set_at >= casework_filecontent.added_at AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id) AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id AND k.checked_at >= c.set_at))));
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0043_sweep_drafts")]

    operations = [migrations.RunSQL(WALL, BACK)]
