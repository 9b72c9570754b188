"""Cases that go to the next worker, and their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_handover ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_handover FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_handover;
CREATE POLICY wall_owner ON casework_handover FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_handover;
CREATE POLICY wall_select ON casework_handover FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_handover.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_handover.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_handover;
CREATE POLICY wall_insert ON casework_handover FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_handover.case_id = ANY ((select wall_blocked())::uuid[])) AND handed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_handover;
CREATE POLICY wall_update ON casework_handover FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_handover;
CREATE POLICY wall_delete ON casework_handover FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_handover FROM app_web;
REVOKE UPDATE, DELETE ON casework_handover FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_handover;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_handover FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_handoversign ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_handoversign FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_handoversign;
CREATE POLICY wall_owner ON casework_handoversign FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_handoversign;
CREATE POLICY wall_select ON casework_handoversign FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_handoversign.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_handoversign;
CREATE POLICY wall_insert ON casework_handoversign FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_handoversign.case_id = ANY ((select wall_blocked())::uuid[])) AND signed_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND EXISTS (SELECT 1 FROM casework_handover h WHERE h.id = casework_handoversign.handover_id AND h.case_id = casework_handoversign.case_id AND h.taker_id = casework_handoversign.signed_by_id));
DROP POLICY IF EXISTS wall_update ON casework_handoversign;
CREATE POLICY wall_update ON casework_handoversign FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_handoversign;
CREATE POLICY wall_delete ON casework_handoversign FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_handoversign FROM app_web;
REVOKE UPDATE, DELETE ON casework_handoversign FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_handoversign;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_handoversign FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0062_copies_after_release"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="引き継ぐこと")),
                ("handed_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "giver",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
                (
                    "handed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "引き継ぎ",
            },
        ),
        migrations.CreateModel(
            name="HandoverSign",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("signed_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "handover",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sign",
                        to="casework.handover",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "引き継ぎの署名",
            },
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["case", "handed_at"], name="handover_case"),
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["taker"], name="handover_taker"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("giver__isnull", True),
                    models.Q(("giver", models.F("taker")), _negated=True),
                    _connector="OR",
                ),
                name="handover_to_another",
            ),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
