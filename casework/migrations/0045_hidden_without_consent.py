"""What an agency told without consent is hidden with the place it writes out. The text is frozen; a test compares it."""

from django.db import migrations

# ruff: noqa: E501
WALL = """
DROP POLICY IF EXISTS wall_select ON casework_withoutconsent;
CREATE POLICY wall_select ON casework_withoutconsent FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id) AND NOT (casework_withoutconsent.id = ANY ((select wall_hidden())::uuid[])));
"""
BACK = """
DROP POLICY IF EXISTS wall_select ON casework_withoutconsent;
CREATE POLICY wall_select ON casework_withoutconsent FOR SELECT TO app_web USING ((select wall_center()) AND EXISTS (SELECT 1 FROM casework_contact c WHERE c.id = casework_withoutconsent.contact_id));
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0044_files_unseen_while_hidden")]

    operations = [migrations.RunSQL(WALL, BACK)]
