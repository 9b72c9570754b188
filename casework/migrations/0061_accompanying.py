"""How often somebody talks with a household, and its wall. The text is frozen; a test compares it."""

import django.core.validators
import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_contactinterval ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_contactinterval FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_contactinterval;
CREATE POLICY wall_owner ON casework_contactinterval FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_contactinterval;
CREATE POLICY wall_select ON casework_contactinterval FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_contactinterval.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_contactinterval;
CREATE POLICY wall_insert ON casework_contactinterval FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_contactinterval.case_id = ANY ((select wall_blocked())::uuid[])) AND set_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_contactinterval;
CREATE POLICY wall_update ON casework_contactinterval FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_contactinterval;
CREATE POLICY wall_delete ON casework_contactinterval FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_contactinterval FROM app_web;
REVOKE UPDATE, DELETE ON casework_contactinterval FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_contactinterval;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_contactinterval FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0060_reopening"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactInterval",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "weeks",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(26),
                        ],
                        verbose_name="何週間に1回",
                    ),
                ),
                ("set_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                "verbose_name": "話す間隔",
            },
        ),
        migrations.AddField(
            model_name="note",
            name="spoken_with",
            field=models.CharField(
                blank=True,
                choices=[
                    ("household", "本人か世帯の人"),
                    ("others", "世帯の外の人や機関"),
                    ("nobody", "だれとも話していない・会えなかった"),
                ],
                max_length=12,
                verbose_name="だれと話したか",
            ),
        ),
        migrations.AddConstraint(
            model_name="note",
            constraint=models.CheckConstraint(
                condition=models.Q(("spoken_with__in", ["household", "others", "nobody", ""])),
                name="note_spoken_with_known",
            ),
        ),
        migrations.AddField(
            model_name="contactinterval",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="contactinterval",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marugoto_permissions.membership",
            ),
        ),
        migrations.AddIndex(
            model_name="contactinterval",
            index=models.Index(
                models.F("case"),
                models.OrderBy(models.F("set_at"), descending=True),
                name="contactinterval_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="contactinterval",
            constraint=models.CheckConstraint(
                condition=models.Q(("weeks__gte", 1), ("weeks__lte", 26)), name="contactinterval_in_bounds"
            ),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
