"""Support plans and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_planpart ADD CONSTRAINT casework_planpart_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planrole ADD CONSTRAINT casework_planrole_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_id_case UNIQUE (id, case_id);
ALTER TABLE casework_plan ADD CONSTRAINT casework_plan_follows_of_case FOREIGN KEY (follows_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planpart ADD CONSTRAINT casework_planpart_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_planrole ADD CONSTRAINT casework_planrole_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plandecision ADD CONSTRAINT casework_plandecision_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_plandecision ADD CONSTRAINT casework_plandecision_of_decision FOREIGN KEY (decision_id, case_id)
  REFERENCES casework_decision (id, case_id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE casework_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_plan FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_plan;
CREATE POLICY wall_owner ON casework_plan FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_plan;
CREATE POLICY wall_select ON casework_plan FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_plan.id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_plan;
CREATE POLICY wall_insert ON casework_plan FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_plan.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_plan;
CREATE POLICY wall_update ON casework_plan FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_plan;
CREATE POLICY wall_delete ON casework_plan FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_plan FROM app_web;
REVOKE UPDATE, DELETE ON casework_plan FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_plan;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_plan FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_planpart ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_planpart FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_planpart;
CREATE POLICY wall_owner ON casework_planpart FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_planpart;
CREATE POLICY wall_select ON casework_planpart FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_planpart.case_id AND l.item = casework_planpart.item AND l.person_id IS NOT DISTINCT FROM casework_planpart.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_planpart.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_planpart.id = ANY ((select wall_hidden())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_planpart.plan_id)));
DROP POLICY IF EXISTS wall_insert ON casework_planpart;
CREATE POLICY wall_insert ON casework_planpart FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_planpart.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_plan p WHERE p.id = casework_planpart.plan_id AND p.case_id = casework_planpart.case_id AND p.made_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_planpart;
CREATE POLICY wall_update ON casework_planpart FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_planpart;
CREATE POLICY wall_delete ON casework_planpart FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_planpart FROM app_web;
REVOKE UPDATE, DELETE ON casework_planpart FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_planpart;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_planpart FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_planrole ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_planrole FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_planrole;
CREATE POLICY wall_owner ON casework_planrole FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_planrole;
CREATE POLICY wall_select ON casework_planrole FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_planrole.case_id AND l.item = casework_planrole.item AND l.person_id IS NOT DISTINCT FROM casework_planrole.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_planrole.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_planrole.id = ANY ((select wall_hidden())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_plandecision d WHERE d.plan_id = casework_planrole.plan_id)));
DROP POLICY IF EXISTS wall_insert ON casework_planrole;
CREATE POLICY wall_insert ON casework_planrole FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_planrole.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_plan p WHERE p.id = casework_planrole.plan_id AND p.case_id = casework_planrole.case_id AND p.made_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_planrole;
CREATE POLICY wall_update ON casework_planrole FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_planrole;
CREATE POLICY wall_delete ON casework_planrole FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_planrole FROM app_web;
REVOKE UPDATE, DELETE ON casework_planrole FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_planrole;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_planrole FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_plandecision ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_plandecision FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_plandecision;
CREATE POLICY wall_owner ON casework_plandecision FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_plandecision;
CREATE POLICY wall_select ON casework_plandecision FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_decision d WHERE d.id = casework_plandecision.decision_id)) AND NOT (case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_plandecision;
CREATE POLICY wall_insert ON casework_plandecision FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_plandecision.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_plandecision;
CREATE POLICY wall_update ON casework_plandecision FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_plandecision;
CREATE POLICY wall_delete ON casework_plandecision FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_plandecision FROM app_web;
REVOKE UPDATE, DELETE ON casework_plandecision FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_plandecision;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_plandecision FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0051_told_answers_of_roles'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=20, verbose_name='プラン番号')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版')),
                ('period_from', models.DateField(verbose_name='期間の始まり')),
                ('period_to', models.DateField(verbose_name='期間の終わり')),
                ('monitor_on', models.DateField(verbose_name='次のモニタリングの日')),
                ('made_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('follows', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followed_by', to='casework.plan')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '支援プラン',
            },
        ),
        migrations.CreateModel(
            name='PlanDecision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.decision')),
                ('plan', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='decided', to='casework.plan')),
            ],
            options={
                'verbose_name': 'プランの決定',
            },
        ),
        migrations.CreateModel(
            name='PlanPart',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('section', models.CharField(choices=[('wish', '本人・世帯の意向'), ('issue', '解決すべき課題'), ('aim', '目指す姿'), ('goal', 'このプランの目標'), ('direction', '支援方針'), ('service', '利用するサービス・事業'), ('self', '本人が行うこと'), ('monitoring', 'モニタリングの方法'), ('exit', '終結の目安')], max_length=12, verbose_name='欄')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('text', models.TextField(max_length=1000, verbose_name='内容')),
                ('plain', models.TextField(blank=True, max_length=1000, verbose_name='やさしい日本語')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.plan')),
            ],
            options={
                'verbose_name': 'プランの内容',
            },
        ),
        migrations.CreateModel(
            name='PlanRole',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('seat', models.CharField(blank=True, choices=[('lead', '主担当'), ('contact', '本人との連絡窓口'), ('emergency', '緊急時の窓口'), ('progress', '進捗確認')], max_length=12, verbose_name='席')),
                ('issue', models.CharField(max_length=100, verbose_name='課題')),
                ('what', models.CharField(max_length=300, verbose_name='すること')),
                ('frequency', models.CharField(blank=True, max_length=60, verbose_name='回数')),
                ('until_on', models.DateField(blank=True, null=True, verbose_name='いつまで')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency', verbose_name='機関')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.plan')),
            ],
            options={
                'verbose_name': 'プランの役割',
            },
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('case', 'version'), name='plan_version_once'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('period_to__gte', models.F('period_from'))), name='plan_period_in_order'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('monitor_on__gte', models.F('period_from')), ('monitor_on__lte', models.F('period_to'))), name='plan_monitored_within'),
        ),
        migrations.AddIndex(
            model_name='planpart',
            index=models.Index(fields=['plan', 'section', 'position'], name='planpart_plan'),
        ),
        migrations.AddConstraint(
            model_name='planpart',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='planpart_item_known'),
        ),
        migrations.AddConstraint(
            model_name='planpart',
            constraint=models.CheckConstraint(condition=models.Q(('section__in', ['wish', 'issue', 'aim', 'goal', 'direction', 'service', 'self', 'monitoring', 'exit'])), name='planpart_section_known'),
        ),
        migrations.AddConstraint(
            model_name='planpart',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='planpart_says_something'),
        ),
        migrations.AddIndex(
            model_name='planrole',
            index=models.Index(fields=['plan', 'position'], name='planrole_plan'),
        ),
        migrations.AddConstraint(
            model_name='planrole',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='planrole_item_known'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
