"""Monitoring and its walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_monitoringtick ADD CONSTRAINT casework_monitoringtick_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_monitoringtick FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER known_code_added AFTER INSERT ON casework_monitoringtrigger FOR EACH ROW WHEN (NEW.code <> '') EXECUTE FUNCTION casework_known_code('code', 'meeting_trigger');
CREATE TRIGGER known_code_changed AFTER UPDATE ON casework_monitoringtrigger FOR EACH ROW WHEN (NEW.code <> '' AND NEW.code <> OLD.code) EXECUTE FUNCTION casework_known_code('code', 'meeting_trigger');
ALTER TABLE casework_monitoring ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_monitoring FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_monitoring;
CREATE POLICY wall_owner ON casework_monitoring FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_monitoring;
CREATE POLICY wall_select ON casework_monitoring FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_monitoring.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_monitoring.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_monitoring;
CREATE POLICY wall_insert ON casework_monitoring FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_monitoring.case_id = ANY ((select wall_blocked())::uuid[])) AND recorded_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_monitoring;
CREATE POLICY wall_update ON casework_monitoring FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_monitoring;
CREATE POLICY wall_delete ON casework_monitoring FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_monitoring FROM app_web;
REVOKE UPDATE, DELETE ON casework_monitoring FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_monitoring;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_monitoring FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_monitoringtick ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_monitoringtick FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_monitoringtick;
CREATE POLICY wall_owner ON casework_monitoringtick FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_monitoringtick;
CREATE POLICY wall_select ON casework_monitoringtick FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_monitoringtick.case_id AND l.item = casework_monitoringtick.item AND l.person_id IS NOT DISTINCT FROM casework_monitoringtick.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_monitoringtick.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_monitoringtick.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_monitoringtick;
CREATE POLICY wall_insert ON casework_monitoringtick FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_monitoringtick.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.id = casework_monitoringtick.role_id AND r.case_id = casework_monitoringtick.case_id AND r.item = casework_monitoringtick.item AND r.person_id IS NOT DISTINCT FROM casework_monitoringtick.person_id) AND EXISTS (SELECT 1 FROM casework_monitoring m WHERE m.id = casework_monitoringtick.monitoring_id AND m.case_id = casework_monitoringtick.case_id AND m.monitored_on = casework_monitoringtick.monitored_on AND m.recorded_at = clock_now()));
DROP POLICY IF EXISTS wall_update ON casework_monitoringtick;
CREATE POLICY wall_update ON casework_monitoringtick FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_monitoringtick;
CREATE POLICY wall_delete ON casework_monitoringtick FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_monitoringtick FROM app_web;
REVOKE UPDATE, DELETE ON casework_monitoringtick FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_monitoringtick;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_monitoringtick FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_monitoringtrigger ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_monitoringtrigger FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_monitoringtrigger;
CREATE POLICY wall_owner ON casework_monitoringtrigger FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_monitoringtrigger;
CREATE POLICY wall_select ON casework_monitoringtrigger FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_monitoringtrigger.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_monitoringtrigger;
CREATE POLICY wall_insert ON casework_monitoringtrigger FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_monitoringtrigger.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_monitoringtrigger;
CREATE POLICY wall_update ON casework_monitoringtrigger FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_monitoringtrigger;
CREATE POLICY wall_delete ON casework_monitoringtrigger FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_monitoringtrigger FROM app_web;
REVOKE UPDATE, DELETE ON casework_monitoringtrigger FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_monitoringtrigger;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_monitoringtrigger FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_monitoringdate ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_monitoringdate FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_monitoringdate;
CREATE POLICY wall_owner ON casework_monitoringdate FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_monitoringdate;
CREATE POLICY wall_select ON casework_monitoringdate FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_monitoringdate.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_monitoringdate;
CREATE POLICY wall_insert ON casework_monitoringdate FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_monitoringdate.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_monitoringdate;
CREATE POLICY wall_update ON casework_monitoringdate FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_monitoringdate;
CREATE POLICY wall_delete ON casework_monitoringdate FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_monitoringdate FROM app_web;
REVOKE UPDATE, DELETE ON casework_monitoringdate FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_monitoringdate;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_monitoringdate FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0054_seed_meeting_purposes'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='Monitoring',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('monitored_on', models.DateField(verbose_name='確かめた日')),
                ('method', models.CharField(choices=[('visit', '訪問'), ('interview', '面談'), ('phone', '電話'), ('report', '機関の報告'), ('meeting', '会議')], max_length=12, verbose_name='方法')),
                ('has_met', models.BooleanField(verbose_name='本人か世帯の人と話した')),
                ('words', models.TextField(blank=True, max_length=2000, verbose_name='世帯のようす')),
                ('next_on', models.DateField(verbose_name='次のモニタリングの日')),
                ('recorded_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': 'モニタリング',
            },
        ),
        migrations.CreateModel(
            name='MonitoringDate',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('set_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.task')),
            ],
            options={
                'verbose_name': '次のモニタリングの日',
            },
        ),
        migrations.CreateModel(
            name='MonitoringTick',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('monitored_on', models.DateField(verbose_name='確かめた日')),
                ('tick', models.CharField(choices=[('on_track', '予定通り'), ('late', '遅れている'), ('not_begun', '未着手'), ('change', '変更が必要')], max_length=12, verbose_name='進みぐあい')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='ようす')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('monitoring', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.monitoring')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('role', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.rolerow')),
            ],
            options={
                'verbose_name': '役割の進みぐあい',
            },
        ),
        migrations.CreateModel(
            name='MonitoringTrigger',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=24, verbose_name='早めの会議を考えること')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('monitoring', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.monitoring')),
            ],
            options={
                'verbose_name': '早めの会議を考えること',
            },
        ),
        migrations.AddIndex(
            model_name='monitoring',
            index=models.Index(models.F('case'), models.OrderBy(models.F('monitored_on'), descending=True), name='monitoring_case'),
        ),
        migrations.AddConstraint(
            model_name='monitoring',
            constraint=models.CheckConstraint(condition=models.Q(('method__in', ['visit', 'interview', 'phone', 'report', 'meeting'])), name='monitoring_method_known'),
        ),
        migrations.AddConstraint(
            model_name='monitoring',
            constraint=models.CheckConstraint(condition=models.Q(('next_on__gt', models.F('monitored_on'))), name='monitoring_looks_again'),
        ),
        migrations.AddIndex(
            model_name='monitoringdate',
            index=models.Index(fields=['case', 'set_at'], name='monitoringdate_case'),
        ),
        migrations.AddIndex(
            model_name='monitoringtick',
            index=models.Index(fields=['case', 'role'], name='monitoringtick_role'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtick',
            constraint=models.UniqueConstraint(fields=('monitoring', 'role'), name='monitoringtick_one_each'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtick',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='monitoringtick_item_known'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtick',
            constraint=models.CheckConstraint(condition=models.Q(('tick__in', ['on_track', 'late', 'not_begun', 'change'])), name='monitoringtick_known'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtick',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('tick', 'change'), _negated=True), models.Q(('note', ''), _negated=True), _connector='OR'), name='monitoringtick_change_says_what'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtrigger',
            constraint=models.UniqueConstraint(fields=('monitoring', 'code'), name='monitoringtrigger_one_each'),
        ),
        migrations.AddConstraint(
            model_name='monitoringtrigger',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='monitoringtrigger_has_code'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
