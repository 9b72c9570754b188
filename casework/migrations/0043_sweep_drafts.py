"""Drafts that were left lying may be thrown away by the worker. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
DROP POLICY IF EXISTS wall_select ON casework_contactdraft;
CREATE POLICY wall_select ON casework_contactdraft FOR SELECT TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL OR ((select wall_job()) = 'sweep_drafts' AND saved_at < clock_now() - interval '30 days'));
DROP POLICY IF EXISTS wall_delete ON casework_contactdraft;
CREATE POLICY wall_delete ON casework_contactdraft FOR DELETE TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL OR ((select wall_job()) = 'sweep_drafts' AND saved_at < clock_now() - interval '30 days'));
"""
BACK = """
DROP POLICY IF EXISTS wall_select ON casework_contactdraft;
CREATE POLICY wall_select ON casework_contactdraft FOR SELECT TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_contactdraft;
CREATE POLICY wall_delete ON casework_contactdraft FOR DELETE TO app_web USING ((select wall_center()) AND author_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0042_sheets_from_before_hiding")]

    operations = [migrations.RunSQL(WALL, BACK)]
