"""Evaluations, suspensions and their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_evaluationresult ADD CONSTRAINT casework_evaluationresult_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_evaluationrole ADD CONSTRAINT casework_evaluationrole_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_evaluationrole FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER known_code_added AFTER INSERT ON casework_evaluationchange FOR EACH ROW WHEN (NEW.code <> '') EXECUTE FUNCTION casework_known_code('code', 'change');
CREATE TRIGGER known_code_changed AFTER UPDATE ON casework_evaluationchange FOR EACH ROW WHEN (NEW.code <> '' AND NEW.code <> OLD.code) EXECUTE FUNCTION casework_known_code('code', 'change');
CREATE TRIGGER known_reason_added AFTER INSERT ON casework_suspension FOR EACH ROW WHEN (NEW.reason <> '') EXECUTE FUNCTION casework_known_code('reason', 'suspend_reason');
CREATE TRIGGER known_reason_changed AFTER UPDATE ON casework_suspension FOR EACH ROW WHEN (NEW.reason <> '' AND NEW.reason <> OLD.reason) EXECUTE FUNCTION casework_known_code('reason', 'suspend_reason');
ALTER TABLE casework_evaluation ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_evaluation FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_evaluation;
CREATE POLICY wall_owner ON casework_evaluation FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_evaluation;
CREATE POLICY wall_select ON casework_evaluation FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_evaluation.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_evaluation.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_evaluation;
CREATE POLICY wall_insert ON casework_evaluation FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_evaluation.case_id = ANY ((select wall_blocked())::uuid[])) AND recorded_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_evaluation;
CREATE POLICY wall_update ON casework_evaluation FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_evaluation;
CREATE POLICY wall_delete ON casework_evaluation FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_evaluation FROM app_web;
REVOKE UPDATE, DELETE ON casework_evaluation FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_evaluation;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_evaluation FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_evaluationresult ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_evaluationresult FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_evaluationresult;
CREATE POLICY wall_owner ON casework_evaluationresult FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_evaluationresult;
CREATE POLICY wall_select ON casework_evaluationresult FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationresult.case_id AND l.item = casework_evaluationresult.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_sealed) AND NOT (casework_evaluationresult.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_evaluationresult;
CREATE POLICY wall_insert ON casework_evaluationresult FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_evaluationresult.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_evaluation e WHERE e.id = casework_evaluationresult.evaluation_id AND e.case_id = casework_evaluationresult.case_id AND e.evaluated_on = casework_evaluationresult.evaluated_on AND e.recorded_at = clock_now()) AND (EXISTS (SELECT 1 FROM casework_direction d WHERE d.id = casework_evaluationresult.direction_id AND d.case_id = casework_evaluationresult.case_id AND d.item = casework_evaluationresult.item AND d.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id) OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_evaluationresult.issue_id AND i.case_id = casework_evaluationresult.case_id AND i.item = casework_evaluationresult.item AND i.person_id IS NOT DISTINCT FROM casework_evaluationresult.person_id AND i.is_sealed = casework_evaluationresult.is_sealed)));
DROP POLICY IF EXISTS wall_update ON casework_evaluationresult;
CREATE POLICY wall_update ON casework_evaluationresult FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_evaluationresult;
CREATE POLICY wall_delete ON casework_evaluationresult FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_evaluationresult FROM app_web;
REVOKE UPDATE, DELETE ON casework_evaluationresult FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_evaluationresult;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_evaluationresult FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_evaluationrole ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_evaluationrole FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_evaluationrole;
CREATE POLICY wall_owner ON casework_evaluationrole FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_evaluationrole;
CREATE POLICY wall_select ON casework_evaluationrole FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_evaluationrole.case_id AND l.item = casework_evaluationrole.item AND l.person_id IS NOT DISTINCT FROM casework_evaluationrole.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_evaluationrole.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_evaluationrole.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_evaluationrole;
CREATE POLICY wall_insert ON casework_evaluationrole FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_evaluationrole.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_evaluation e WHERE e.id = casework_evaluationrole.evaluation_id AND e.case_id = casework_evaluationrole.case_id AND e.evaluated_on = casework_evaluationrole.evaluated_on AND e.recorded_at = clock_now()) AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_evaluationrole.role_id AND r.case_id = casework_evaluationrole.case_id AND r.item = casework_evaluationrole.item AND r.person_id IS NOT DISTINCT FROM casework_evaluationrole.person_id));
DROP POLICY IF EXISTS wall_update ON casework_evaluationrole;
CREATE POLICY wall_update ON casework_evaluationrole FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_evaluationrole;
CREATE POLICY wall_delete ON casework_evaluationrole FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_evaluationrole FROM app_web;
REVOKE UPDATE, DELETE ON casework_evaluationrole FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_evaluationrole;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_evaluationrole FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_evaluationchange ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_evaluationchange FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_evaluationchange;
CREATE POLICY wall_owner ON casework_evaluationchange FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_evaluationchange;
CREATE POLICY wall_select ON casework_evaluationchange FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_evaluationchange.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_evaluationchange;
CREATE POLICY wall_insert ON casework_evaluationchange FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_evaluationchange.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_evaluationchange;
CREATE POLICY wall_update ON casework_evaluationchange FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_evaluationchange;
CREATE POLICY wall_delete ON casework_evaluationchange FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_evaluationchange FROM app_web;
REVOKE UPDATE, DELETE ON casework_evaluationchange FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_evaluationchange;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_evaluationchange FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_suspension ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_suspension FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_suspension;
CREATE POLICY wall_owner ON casework_suspension FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_suspension;
CREATE POLICY wall_select ON casework_suspension FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_suspension.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_suspension.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_suspension;
CREATE POLICY wall_insert ON casework_suspension FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_suspension.case_id = ANY ((select wall_blocked())::uuid[])) AND decided_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (NOT is_chiefs OR (select wall_role()) = 'chief'));
DROP POLICY IF EXISTS wall_update ON casework_suspension;
CREATE POLICY wall_update ON casework_suspension FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_suspension;
CREATE POLICY wall_delete ON casework_suspension FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_suspension FROM app_web;
REVOKE UPDATE, DELETE ON casework_suspension FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_suspension;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_suspension FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_suspensionend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_suspensionend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_suspensionend;
CREATE POLICY wall_owner ON casework_suspensionend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_suspensionend;
CREATE POLICY wall_select ON casework_suspensionend FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_suspensionend.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_suspensionend.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_suspensionend;
CREATE POLICY wall_insert ON casework_suspensionend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_suspensionend.case_id = ANY ((select wall_blocked())::uuid[])) AND ended_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_suspensionend;
CREATE POLICY wall_update ON casework_suspensionend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_suspensionend;
CREATE POLICY wall_delete ON casework_suspensionend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_suspensionend FROM app_web;
REVOKE UPDATE, DELETE ON casework_suspensionend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_suspensionend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_suspensionend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
CREATE TRIGGER note_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NOT NEW.is_sealed) EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_sealed_change AFTER INSERT ON casework_evaluationresult
  FOR EACH ROW WHEN (NEW.is_sealed) EXECUTE FUNCTION casework_note_sealed_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0056_seed_meeting_triggers"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("evaluated_on", models.DateField(verbose_name="評価した日")),
                ("own_words", models.TextField(max_length=2000, verbose_name="本人のことば")),
                ("remaining", models.TextField(blank=True, max_length=2000, verbose_name="残っている課題")),
                (
                    "cooperation",
                    models.TextField(blank=True, max_length=2000, verbose_name="連携についてのふり返り"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[("close", "終結"), ("replan", "再プラン"), ("suspend", "中断")],
                        max_length=12,
                        verbose_name="これからのこと",
                    ),
                ),
                (
                    "meeting",
                    models.CharField(blank=True, max_length=100, verbose_name="どの会議で評価したか"),
                ),
                ("recorded_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.decision"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "評価",
            },
        ),
        migrations.CreateModel(
            name="EvaluationChange",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=24, verbose_name="見られた変化")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.evaluation",
                    ),
                ),
            ],
            options={
                "verbose_name": "見られた変化",
            },
        ),
        migrations.CreateModel(
            name="EvaluationResult",
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
                ("is_sealed", models.BooleanField(default=False, editable=False)),
                ("evaluated_on", models.DateField(verbose_name="評価した日")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("met", "達成"),
                            ("partly", "一部達成"),
                            ("unmet", "未達成"),
                            ("changed", "目標変更"),
                        ],
                        max_length=12,
                        verbose_name="達成の状況",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="くわしいこと")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "direction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.direction",
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.evaluation",
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.issue",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "目標・課題の評価",
            },
        ),
        migrations.CreateModel(
            name="EvaluationRole",
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
                ("evaluated_on", models.DateField(verbose_name="評価した日")),
                (
                    "happened",
                    models.CharField(
                        choices=[("yes", "できた"), ("partly", "一部できた"), ("no", "できなかった")],
                        max_length=12,
                        verbose_name="役割はできたか",
                    ),
                ),
                ("hindered", models.CharField(blank=True, max_length=500, verbose_name="妨げになったこと")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "evaluation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.evaluation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="casework.person",
                    ),
                ),
                (
                    "role",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.rolerow"
                    ),
                ),
            ],
            options={
                "verbose_name": "役割の評価",
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "stage_before",
                    models.CharField(
                        choices=[
                            ("received", "受付"),
                            ("emergency", "緊急対応"),
                            ("intake", "初回面談・インテーク"),
                            ("screening", "振り分け"),
                            ("flow1_referring", "つなぎ中"),
                            ("flow1_confirmed", "つなぎ完了"),
                            ("returned", "つなぎ戻し"),
                            ("flow2_assess", "アセスメント"),
                            ("flow2_plan", "プラン作成"),
                            ("flow2_meeting", "会議付議"),
                            ("flow2_agreed", "申合せ（同意前）"),
                            ("flow2_active", "支援実施・モニタリング"),
                            ("flow2_eval", "評価"),
                            ("flow3_accompany", "伴走支援"),
                            ("outreach_track", "アウトリーチ"),
                            ("replanning", "再プラン"),
                            ("suspended", "中断"),
                            ("closing", "終結判断"),
                            ("closed", "終結"),
                            ("closed_info", "情報提供で終わり"),
                        ],
                        max_length=16,
                        verbose_name="前の段階",
                    ),
                ),
                ("reason", models.CharField(max_length=24, verbose_name="中断の理由")),
                ("words", models.CharField(blank=True, max_length=500, verbose_name="くわしいこと")),
                ("review_on", models.DateField(verbose_name="見直しの日")),
                ("is_chiefs", models.BooleanField(verbose_name="センター長が決めた")),
                (
                    "decided_in",
                    models.CharField(blank=True, max_length=100, verbose_name="どの会議で決めたか"),
                ),
                ("decided_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.task"
                    ),
                ),
            ],
            options={
                "verbose_name": "中断",
            },
        ),
        migrations.CreateModel(
            name="SuspensionEnd",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("received", "受付"),
                            ("emergency", "緊急対応"),
                            ("intake", "初回面談・インテーク"),
                            ("screening", "振り分け"),
                            ("flow1_referring", "つなぎ中"),
                            ("flow1_confirmed", "つなぎ完了"),
                            ("returned", "つなぎ戻し"),
                            ("flow2_assess", "アセスメント"),
                            ("flow2_plan", "プラン作成"),
                            ("flow2_meeting", "会議付議"),
                            ("flow2_agreed", "申合せ（同意前）"),
                            ("flow2_active", "支援実施・モニタリング"),
                            ("flow2_eval", "評価"),
                            ("flow3_accompany", "伴走支援"),
                            ("outreach_track", "アウトリーチ"),
                            ("replanning", "再プラン"),
                            ("suspended", "中断"),
                            ("closing", "終結判断"),
                            ("closed", "終結"),
                            ("closed_info", "情報提供で終わり"),
                        ],
                        max_length=16,
                        verbose_name="つぎの段階",
                    ),
                ),
                ("words", models.CharField(max_length=500, verbose_name="理由")),
                ("ended_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.case"
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="marugoto_permissions.membership",
                    ),
                ),
                (
                    "suspension",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="end",
                        to="casework.suspension",
                    ),
                ),
            ],
            options={
                "verbose_name": "中断の終わり",
            },
        ),
        migrations.AddIndex(
            model_name="evaluation",
            index=models.Index(fields=["case", "recorded_at"], name="evaluation_case"),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["close", "replan", "suspend"])),
                name="evaluation_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluation",
            constraint=models.CheckConstraint(
                condition=models.Q(("own_words", ""), _negated=True), name="evaluation_person_was_asked"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationchange",
            constraint=models.UniqueConstraint(
                fields=("evaluation", "code"), name="evaluationchange_one_each"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationchange",
            constraint=models.CheckConstraint(
                condition=models.Q(("code", ""), _negated=True), name="evaluationchange_has_code"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("direction__isnull", True), ("issue__isnull", False)),
                    models.Q(("direction__isnull", False), ("is_sealed", False), ("issue__isnull", True)),
                    _connector="OR",
                ),
                name="evaluationresult_of_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.UniqueConstraint(
                fields=("evaluation", "direction"), name="evaluationresult_one_direction"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.UniqueConstraint(
                fields=("evaluation", "issue"), name="evaluationresult_one_issue"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
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
                name="evaluationresult_item_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(("result__in", ["met", "partly", "unmet", "changed"])),
                name="evaluationresult_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationresult",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result", "met"), models.Q(("words", ""), _negated=True), _connector="OR"
                ),
                name="evaluationresult_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationrole",
            constraint=models.UniqueConstraint(fields=("evaluation", "role"), name="evaluationrole_one_each"),
        ),
        migrations.AddConstraint(
            model_name="evaluationrole",
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
                name="evaluationrole_item_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationrole",
            constraint=models.CheckConstraint(
                condition=models.Q(("happened__in", ["yes", "partly", "no"])), name="evaluationrole_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="evaluationrole",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("happened", "no"), _negated=True),
                    models.Q(("hindered", ""), _negated=True),
                    _connector="OR",
                ),
                name="evaluationrole_says_what_hindered",
            ),
        ),
        migrations.AddIndex(
            model_name="suspension",
            index=models.Index(
                models.F("case"),
                models.OrderBy(models.F("decided_at"), descending=True),
                name="suspension_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="suspension_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_chiefs", True), models.Q(("decided_in", ""), _negated=True), _connector="OR"
                ),
                name="suspension_by_chief_or_meeting",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "stage_before__in",
                        [
                            "received",
                            "emergency",
                            "intake",
                            "screening",
                            "flow1_referring",
                            "flow1_confirmed",
                            "returned",
                            "flow2_assess",
                            "flow2_plan",
                            "flow2_meeting",
                            "flow2_agreed",
                            "flow2_active",
                            "flow2_eval",
                            "flow3_accompany",
                            "outreach_track",
                            "replanning",
                            "suspended",
                            "closing",
                            "closed",
                            "closed_info",
                        ],
                    ),
                    models.Q(("stage_before", "suspended"), _negated=True),
                ),
                name="suspension_stage_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspensionend",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="suspensionend_says_why"
            ),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
