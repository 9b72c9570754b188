"""Households that came back, and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_reopening ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_reopening FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_reopening;
CREATE POLICY wall_owner ON casework_reopening FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_reopening;
CREATE POLICY wall_select ON casework_reopening FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_reopening.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_reopening.before_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_reopening.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_reopening;
CREATE POLICY wall_insert ON casework_reopening FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_reopening.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_reopening.before_id = ANY ((select wall_blocked())::uuid[])) AND reopened_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_reopening;
CREATE POLICY wall_update ON casework_reopening FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_reopening;
CREATE POLICY wall_delete ON casework_reopening FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_reopening FROM app_web;
REVOKE UPDATE, DELETE ON casework_reopening FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_reopening;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_reopening FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0059_minutes"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reopening",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("words", models.CharField(max_length=500, verbose_name="何があって、また相談になったか")),
                ("reopened_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "before",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "reopened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "再相談",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("case", models.F("before")), _negated=True),
                        name="reopening_two_cases",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="reopening_says_why"
                    ),
                ],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
