"""A decision takes the place of several, or of single roles of one. What was replaced before stays so. The text is frozen; a test compares it."""

import uuid
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

import permissions.walls.clock

TAKEN_OVER = """
INSERT INTO casework_decisionend (id, ended_id, case_id, decision_id, ended_at)
  SELECT gen_random_uuid(), d.supersedes_id, d.case_id, d.id, d.recorded_at FROM casework_decision d WHERE d.supersedes_id IS NOT NULL;
INSERT INTO casework_roleend (id, role_id, case_id, person_id, item, decision_id, ended_at)
  SELECT gen_random_uuid(), r.id, r.case_id, r.person_id, r.item, e.decision_id, e.ended_at
    FROM casework_decisionend e JOIN casework_rolerow r ON r.decision_id = e.ended_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
# A decision can name one other only.
GIVEN_BACK = """
ALTER TABLE casework_decision DISABLE TRIGGER wall_frozen;
UPDATE casework_decision d SET supersedes_id = e.ended_id
  FROM (SELECT DISTINCT ON (decision_id) decision_id, ended_id FROM casework_decisionend ORDER BY decision_id, ended_id) e WHERE e.decision_id = d.id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE casework_decision ENABLE TRIGGER wall_frozen;
"""
WALL = """
ALTER TABLE casework_decisionend ADD CONSTRAINT casework_decisionend_ended_of_case FOREIGN KEY (ended_id, case_id) REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_decisionend ADD CONSTRAINT casework_decisionend_decision_of_case FOREIGN KEY (decision_id, case_id) REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleend ADD CONSTRAINT casework_roleend_decision_of_case FOREIGN KEY (decision_id, case_id) REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_roleend ADD CONSTRAINT casework_roleend_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_roleend FOR EACH ROW EXECUTE FUNCTION casework_note_change();
ALTER TABLE casework_decisionend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_decisionend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_decisionend;
CREATE POLICY wall_owner ON casework_decisionend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_decisionend;
CREATE POLICY wall_select ON casework_decisionend FOR SELECT TO app_web USING (EXISTS (SELECT 1 FROM casework_decision k WHERE k.id = casework_decisionend.ended_id) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_decisionend;
CREATE POLICY wall_insert ON casework_decisionend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_decisionend.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_decision n WHERE n.id = casework_decisionend.decision_id AND n.case_id = casework_decisionend.case_id AND n.recorded_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_decisionend;
CREATE POLICY wall_update ON casework_decisionend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_decisionend;
CREATE POLICY wall_delete ON casework_decisionend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_decisionend FROM app_web;
REVOKE UPDATE, DELETE ON casework_decisionend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_decisionend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_decisionend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
ALTER TABLE casework_roleend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_roleend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_roleend;
CREATE POLICY wall_owner ON casework_roleend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_roleend;
CREATE POLICY wall_select ON casework_roleend FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_roleend.case_id AND l.item = casework_roleend.item AND l.person_id IS NOT DISTINCT FROM casework_roleend.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_roleend.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_rolerow k WHERE k.id = casework_roleend.role_id)));
DROP POLICY IF EXISTS wall_insert ON casework_roleend;
CREATE POLICY wall_insert ON casework_roleend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_roleend.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_roleend.role_id AND r.case_id = casework_roleend.case_id AND r.item = casework_roleend.item AND r.person_id IS NOT DISTINCT FROM casework_roleend.person_id) AND EXISTS (SELECT 1 FROM casework_decision n WHERE n.id = casework_roleend.decision_id AND n.case_id = casework_roleend.case_id AND n.recorded_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_roleend;
CREATE POLICY wall_update ON casework_roleend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_roleend;
CREATE POLICY wall_delete ON casework_roleend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_roleend FROM app_web;
REVOKE UPDATE, DELETE ON casework_roleend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_roleend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_roleend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
COUNTED_BEFORE = import_module("casework.migrations.0080_counts_of_coordination").SQL
COUNTED = COUNTED_BEFORE.replace(
    "CASE WHEN d.supersedes_id IS NULL THEN 'first' ELSE 'again' END",
    "CASE WHEN EXISTS (SELECT 1 FROM casework_decisionend e WHERE e.decision_id = d.id) THEN 'again' ELSE 'first' END",
).replace(
    " AND NOT EXISTS (SELECT 1 FROM casework_decision n WHERE n.supersedes_id = d.id AND n.recorded_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo'))",
    " AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = w.id AND e.ended_at < (next_on::timestamp AT TIME ZONE 'Asia/Tokyo'))",
)


class Migration(migrations.Migration):
    dependencies = [("casework", "0088_kept_to_who_took_it_on"), ("marugoto_permissions", "0013_on_duty")]

    operations = [
        migrations.CreateModel(
            name="DecisionEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("ended_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                "verbose_name": "決定の置き換え",
            },
        ),
        migrations.CreateModel(
            name="RoleEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("basic", "基本情報"),
                            ("contact", "連絡先"),
                            ("health", "健康"),
                            ("money", "お金"),
                            ("history", "これまでの経過"),
                            ("assessment", "アセスメント"),
                            ("plan", "支援方針"),
                            ("roles", "役割分担"),
                            ("meeting", "会議"),
                            ("referral", "つなぎ票"),
                        ],
                        max_length=12,
                        verbose_name="項目",
                    ),
                ),
                ("ended_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                "verbose_name": "役割の終わり",
            },
        ),
        migrations.RemoveConstraint(
            model_name="notification",
            name="notification_kind_known",
        ),
        # Nobody is told of these before: what was told of them goes.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            "DELETE FROM casework_notification WHERE kind IN ('role_ended')",
            elidable=False,
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("contact", "新しい相談が届きました"),
                    ("referral", "つなぎが届きました"),
                    ("referral_answer", "つなぎに返事がありました"),
                    ("referral_late", "つなぎへの返事が遅れています"),
                    ("role", "役割が決まりました"),
                    ("role_ended", "役割が、新しい決定で変わったか、終わりました"),
                    ("role_answer", "役割に回答がありました"),
                    ("role_late", "役割への回答がまだありません"),
                    ("role_overdue", "引き受けた役割の期限が来たか、過ぎています"),
                    ("task", "することを頼まれました"),
                    ("deadline", "期限が近いか、過ぎています"),
                    ("consent", "同意が記録されたか、撤回されました"),
                    ("share", "共有が始まりました"),
                    ("recall", "共有が終わりました"),
                    ("holder", "担当が変わりました"),
                    ("meeting", "会議に招かれたか、会議の予定が変わりました"),
                    ("papers", "会議の資料を見られるようになりました"),
                    ("agenda_left", "会議の議題が変わりました"),
                ],
                max_length=16,
                verbose_name="種類",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "contact",
                            "referral",
                            "referral_answer",
                            "referral_late",
                            "role",
                            "role_ended",
                            "role_answer",
                            "role_late",
                            "role_overdue",
                            "task",
                            "deadline",
                            "consent",
                            "share",
                            "recall",
                            "holder",
                            "meeting",
                            "papers",
                            "agenda_left",
                        ],
                    )
                ),
                name="notification_kind_known",
            ),
        ),
        migrations.AddField(
            model_name="decisionend",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="decisionend",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.decision"
            ),
        ),
        migrations.AddField(
            model_name="decisionend",
            name="ended",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="end", to="casework.decision"
            ),
        ),
        migrations.AddField(
            model_name="roleend",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
            ),
        ),
        migrations.AddField(
            model_name="roleend",
            name="decision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.decision"
            ),
        ),
        migrations.AddField(
            model_name="roleend",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.person",
            ),
        ),
        migrations.AddField(
            model_name="roleend",
            name="role",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="end", to="casework.rolerow"
            ),
        ),
        migrations.AddIndex(
            model_name="decisionend",
            index=models.Index(fields=["decision"], name="decisionend_decision"),
        ),
        migrations.AddIndex(
            model_name="roleend",
            index=models.Index(fields=["decision"], name="roleend_decision"),
        ),
        migrations.AddConstraint(
            model_name="roleend",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "item__in",
                        [
                            "basic",
                            "contact",
                            "health",
                            "money",
                            "history",
                            "assessment",
                            "plan",
                            "roles",
                            "meeting",
                            "referral",
                        ],
                    )
                ),
                name="roleend_item_known",
            ),
        ),
        migrations.RunSQL(TAKEN_OVER, GIVEN_BACK, elidable=False),
        migrations.RunSQL(COUNTED, COUNTED_BEFORE, elidable=False),
        migrations.RemoveField(
            model_name="decision",
            name="supersedes",
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
