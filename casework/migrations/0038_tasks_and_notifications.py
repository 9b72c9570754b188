"""Tasks, what people are told of, lists kept each by its page; their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


# ruff: noqa: E501
WALL = """
ALTER TABLE casework_task ADD CONSTRAINT casework_task_id_case UNIQUE (id, case_id, item);
ALTER TABLE casework_taskend ADD CONSTRAINT casework_taskend_of_task FOREIGN KEY (task_id, case_id, item)
  REFERENCES casework_task (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;

REVOKE UPDATE ON casework_notification FROM app_web;
GRANT UPDATE (read_at) ON casework_notification TO app_web;

ALTER TABLE casework_task ADD CONSTRAINT casework_task_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_taskend ADD CONSTRAINT casework_taskend_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_task FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_taskend FOR EACH ROW EXECUTE FUNCTION casework_note_change();
ALTER TABLE casework_task ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_task FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_task;
CREATE POLICY wall_owner ON casework_task FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_task;
CREATE POLICY wall_select ON casework_task FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_task.case_id AND l.item = casework_task.item AND l.person_id IS NOT DISTINCT FROM casework_task.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_task.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_task.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_task;
CREATE POLICY wall_insert ON casework_task FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_task.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_task;
CREATE POLICY wall_update ON casework_task FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_task;
CREATE POLICY wall_delete ON casework_task FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_task FROM app_web;
REVOKE UPDATE, DELETE ON casework_task FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_task;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_task FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_taskend ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_taskend FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_taskend;
CREATE POLICY wall_owner ON casework_taskend FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_taskend;
CREATE POLICY wall_select ON casework_taskend FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_taskend.case_id AND l.item = casework_taskend.item AND l.person_id IS NOT DISTINCT FROM casework_taskend.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_taskend.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_taskend.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_taskend;
CREATE POLICY wall_insert ON casework_taskend FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_taskend.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_taskend;
CREATE POLICY wall_update ON casework_taskend FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_taskend;
CREATE POLICY wall_delete ON casework_taskend FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_taskend FROM app_web;
REVOKE UPDATE, DELETE ON casework_taskend FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_taskend;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_taskend FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_notification ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_notification FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_notification;
CREATE POLICY wall_owner ON casework_notification FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_notification;
CREATE POLICY wall_select ON casework_notification FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL AND (CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) ELSE false END));
DROP POLICY IF EXISTS wall_insert ON casework_notification;
CREATE POLICY wall_insert ON casework_notification FOR INSERT TO app_web WITH CHECK ((CASE WHEN contact_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_contact s WHERE s.id = casework_notification.contact_id) WHEN referral_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_referral s WHERE s.id = casework_notification.referral_id) WHEN role_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_rolerow s WHERE s.id = casework_notification.role_id) WHEN case_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_case s WHERE s.id = casework_notification.case_id) WHEN recall_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_recall s WHERE s.id = casework_notification.recall_id) WHEN consent_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_consent s WHERE s.id = casework_notification.consent_id) WHEN task_id IS NOT NULL THEN EXISTS (SELECT 1 FROM casework_task s WHERE s.id = casework_notification.task_id) ELSE false END));
DROP POLICY IF EXISTS wall_update ON casework_notification;
CREATE POLICY wall_update ON casework_notification FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_notification;
CREATE POLICY wall_delete ON casework_notification FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_notification FROM app_web;

ALTER TABLE casework_mailchoice ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_mailchoice FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_mailchoice;
CREATE POLICY wall_owner ON casework_mailchoice FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_mailchoice;
CREATE POLICY wall_select ON casework_mailchoice FOR SELECT TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_mailchoice;
CREATE POLICY wall_insert ON casework_mailchoice FOR INSERT TO app_web WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_mailchoice;
CREATE POLICY wall_update ON casework_mailchoice FOR UPDATE TO app_web USING (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL) WITH CHECK (membership_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_delete ON casework_mailchoice;
CREATE POLICY wall_delete ON casework_mailchoice FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_mailchoice FROM app_web;
"""
# Before their columns go: since Django 6.1 a column no longer takes its policies along.
BACK = """
DO $$ DECLARE wall record; BEGIN
  FOR wall IN SELECT policyname, tablename FROM pg_policies WHERE tablename IN ('casework_task', 'casework_taskend', 'casework_notification', 'casework_mailchoice') LOOP
    EXECUTE format('DROP POLICY %I ON %I', wall.policyname, wall.tablename);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0037_relations'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailChoice',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('is_off', models.BooleanField()),
            ],
            options={
                'verbose_name': 'お知らせのメール',
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('contact', '新しい相談が届きました'), ('referral', 'つなぎが届きました'), ('referral_answer', 'つなぎに返事がありました'), ('referral_late', 'つなぎへの返事が遅れています'), ('role', '役割が決まりました'), ('role_answer', '役割に回答がありました'), ('task', 'することを頼まれました'), ('deadline', '期限が近いか、過ぎています'), ('consent', '同意が記録されたか、撤回されました'), ('share', '共有が始まりました'), ('recall', '共有が終わりました'), ('holder', '担当が変わりました')], max_length=16, verbose_name='種類')),
                ('at', models.DateTimeField(default=permissions.walls.clock.ClockNow, verbose_name='日時')),
                ('read_at', models.DateTimeField(null=True, verbose_name='読んだ日時')),
            ],
            options={
                'verbose_name': 'お知らせ',
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('what', models.CharField(max_length=200, verbose_name='すること')),
                ('due_on', models.DateField(verbose_name='いつまで')),
                ('made_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '期限',
            },
        ),
        migrations.CreateModel(
            name='TaskEnd',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('kind', models.CharField(choices=[('done', 'すんだ'), ('dropped', 'やめた')], max_length=12, verbose_name='どうなったか')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='ひとこと')),
                ('ended_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '期限の終わり',
            },
        ),
        migrations.AddField(
            model_name='savedlist',
            name='page',
            field=models.CharField(choices=[('cases', '支援ケース'), ('tasks', '期限'), ('notifications', 'お知らせ')], default='cases', max_length=16),
        ),
        migrations.AlterField(
            model_name='savedlist',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.UniqueConstraint(fields=('membership', 'page'), name='savedlist_one_each'),
        ),
        migrations.AddConstraint(
            model_name='savedlist',
            constraint=models.CheckConstraint(condition=models.Q(('page__in', ['cases', 'tasks', 'notifications'])), name='savedlist_page_known'),
        ),
        migrations.AddField(
            model_name='mailchoice',
            name='membership',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='notification',
            name='case',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='notification',
            name='consent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.consent'),
        ),
        migrations.AddField(
            model_name='notification',
            name='contact',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.contact'),
        ),
        migrations.AddField(
            model_name='notification',
            name='membership',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='notification',
            name='recall',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.recall'),
        ),
        migrations.AddField(
            model_name='notification',
            name='referral',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.referral'),
        ),
        migrations.AddField(
            model_name='notification',
            name='role',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.rolerow'),
        ),
        migrations.AddField(
            model_name='task',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='task',
            name='made_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='task',
            name='note',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.note'),
        ),
        migrations.AddField(
            model_name='task',
            name='owner',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership', verbose_name='だれがするか'),
        ),
        migrations.AddField(
            model_name='task',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='notification',
            name='task',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.task'),
        ),
        migrations.AddField(
            model_name='taskend',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='taskend',
            name='ended_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='taskend',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='taskend',
            name='task',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='end', to='casework.task'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['case', 'due_on'], name='task_case'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['owner', 'due_on'], name='task_owner'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(fields=['due_on'], name='task_due'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='task_item_known'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('what', ''), _negated=True), name='task_says_what'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(models.F('membership'), models.OrderBy(models.F('at'), descending=True), name='notification_walk'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(condition=models.Q(('read_at__isnull', True)), fields=['membership'], name='notification_unread'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', False), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('recall__isnull', True), ('referral__isnull', False), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', False), ('task__isnull', True)), models.Q(('case__isnull', False), ('consent__isnull', True), ('contact__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('recall__isnull', False), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', False), ('contact__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', True)), models.Q(('case__isnull', True), ('consent__isnull', True), ('contact__isnull', True), ('recall__isnull', True), ('referral__isnull', True), ('role__isnull', True), ('task__isnull', False)), _connector='OR'), name='notification_one_subject'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['contact', 'referral', 'referral_answer', 'referral_late', 'role', 'role_answer', 'task', 'deadline', 'consent', 'share', 'recall', 'holder'])), name='notification_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='taskend',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='taskend_item_known'),
        ),
        migrations.AddConstraint(
            model_name='taskend',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['done', 'dropped'])), name='taskend_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='taskend',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'dropped'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='taskend_drop_says_why'),
        ),
        migrations.RunSQL(WALL, BACK, elidable=False),
    ]
