"""A sheet that was printed before the household hid is opened by nobody. The text is frozen; a test compares it."""

import django.contrib.postgres.fields
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
DROP POLICY IF EXISTS wall_select ON casework_sheet;
CREATE POLICY wall_select ON casework_sheet FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND wall_reaches_all(casework_sheet.labels) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_sheet.made_at IS NOT NULL AND EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_sheet.case_id AND NOT (c.id = ANY (casework_sheet.hidings)) AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))));
"""
BACK = """
DROP POLICY IF EXISTS wall_select ON casework_sheet;
CREATE POLICY wall_select ON casework_sheet FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND wall_reaches_all(casework_sheet.labels) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_sheet.case_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_sheet.case_id = ANY ((select wall_blocked())::uuid[])));
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0041_registers'),
    ]

    operations = [
        migrations.AddField(
            model_name='sheet',
            name='hidings',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), blank=True, default=list, size=None),
        ),
        migrations.RunSQL(WALL, BACK),
    ]
