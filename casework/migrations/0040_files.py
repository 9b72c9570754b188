"""Files of a case and their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models


# ruff: noqa: E501
WALL = """
ALTER TABLE casework_casefile ADD CONSTRAINT casework_casefile_id_case UNIQUE (id, case_id, item);
ALTER TABLE casework_filecontent ADD CONSTRAINT casework_filecontent_of_file FOREIGN KEY (file_id, case_id, item)
  REFERENCES casework_casefile (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_fileremoval ADD CONSTRAINT casework_fileremoval_of_file FOREIGN KEY (file_id, case_id, item)
  REFERENCES casework_casefile (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_filecheck ADD CONSTRAINT casework_filecheck_of_file FOREIGN KEY (file_id, case_id, item)
  REFERENCES casework_casefile (id, case_id, item) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_casefile ADD CONSTRAINT casework_casefile_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_filecontent ADD CONSTRAINT casework_filecontent_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_fileremoval ADD CONSTRAINT casework_fileremoval_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_filecheck ADD CONSTRAINT casework_filecheck_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_casefile FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_filecheck FOR EACH ROW EXECUTE FUNCTION casework_note_change();
ALTER TABLE casework_casefile ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_casefile FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_casefile;
CREATE POLICY wall_owner ON casework_casefile FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_casefile;
CREATE POLICY wall_select ON casework_casefile FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_casefile.case_id AND l.item = casework_casefile.item AND l.person_id IS NOT DISTINCT FROM casework_casefile.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR EXISTS (SELECT 1 FROM casework_filecontent b WHERE b.file_id = casework_casefile.id)) AND NOT (casework_casefile.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_casefile;
CREATE POLICY wall_insert ON casework_casefile FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_casefile.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_casefile;
CREATE POLICY wall_update ON casework_casefile FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_casefile;
CREATE POLICY wall_delete ON casework_casefile FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_casefile FROM app_web;
REVOKE UPDATE, DELETE ON casework_casefile FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_casefile;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_casefile FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_filecontent ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_filecontent FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_filecontent;
CREATE POLICY wall_owner ON casework_filecontent FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_filecontent;
CREATE POLICY wall_select ON casework_filecontent FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecontent.case_id AND l.item = casework_filecontent.item AND l.person_id IS NOT DISTINCT FROM casework_filecontent.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_filecontent.case_id AND c.set_at >= casework_filecontent.added_at AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id) AND NOT EXISTS (SELECT 1 FROM casework_filecheck k WHERE k.file_id = casework_filecontent.file_id AND k.checked_at >= c.set_at))));
DROP POLICY IF EXISTS wall_insert ON casework_filecontent;
CREATE POLICY wall_insert ON casework_filecontent FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_filecontent;
CREATE POLICY wall_update ON casework_filecontent FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_filecontent;
CREATE POLICY wall_delete ON casework_filecontent FOR DELETE TO app_web USING ((select wall_center()) AND NOT (casework_filecontent.case_id = ANY ((select wall_blocked())::uuid[])) AND EXISTS (SELECT 1 FROM casework_fileremoval r WHERE r.file_id = casework_filecontent.file_id));
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_filecontent FROM app_web;

ALTER TABLE casework_fileremoval ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_fileremoval FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_fileremoval;
CREATE POLICY wall_owner ON casework_fileremoval FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_fileremoval;
CREATE POLICY wall_select ON casework_fileremoval FOR SELECT TO app_web USING ((select wall_center()) AND NOT (casework_fileremoval.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_fileremoval;
CREATE POLICY wall_insert ON casework_fileremoval FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_fileremoval.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_fileremoval;
CREATE POLICY wall_update ON casework_fileremoval FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_fileremoval;
CREATE POLICY wall_delete ON casework_fileremoval FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_fileremoval FROM app_web;
REVOKE UPDATE, DELETE ON casework_fileremoval FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_fileremoval;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_fileremoval FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_filecheck ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_filecheck FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_filecheck;
CREATE POLICY wall_owner ON casework_filecheck FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_filecheck;
CREATE POLICY wall_select ON casework_filecheck FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_filecheck.case_id AND l.item = casework_filecheck.item AND l.person_id IS NOT DISTINCT FROM casework_filecheck.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_filecheck.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_filecheck.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_filecheck;
CREATE POLICY wall_insert ON casework_filecheck FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_filecheck.case_id = ANY ((select wall_blocked())::uuid[])));
DROP POLICY IF EXISTS wall_update ON casework_filecheck;
CREATE POLICY wall_update ON casework_filecheck FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_filecheck;
CREATE POLICY wall_delete ON casework_filecheck FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_filecheck FROM app_web;
REVOKE UPDATE, DELETE ON casework_filecheck FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_filecheck;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_filecheck FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0039_who_lives_here'),
        ('marugoto_permissions', '0012_watch_sees_reviews'),
    ]

    operations = [
        migrations.CreateModel(
            name='CaseFile',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='資料番号')),
                ('title', models.CharField(max_length=100, verbose_name='資料の名前')),
                ('kind', models.CharField(max_length=8, verbose_name='種類')),
                ('size_bytes', models.PositiveIntegerField(verbose_name='大きさ')),
                ('digest', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('note', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.note')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '資料',
            },
        ),
        migrations.CreateModel(
            name='FileCheck',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('checked_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='casework.casefile')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '資料の確かめ',
            },
        ),
        migrations.CreateModel(
            name='FileContent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('content', models.BinaryField()),
                ('added_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='content', to='casework.casefile')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '資料の中身',
            },
        ),
        migrations.CreateModel(
            name='FileRemoval',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('reason', models.CharField(max_length=300, verbose_name='取り除く理由')),
                ('removed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='removal', to='casework.casefile')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('removed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': '資料の取り除き',
            },
        ),
        migrations.AddIndex(
            model_name='casefile',
            index=models.Index(fields=['case', 'added_at'], name='casefile_case'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='casefile_item_known'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['docx', 'heic', 'jpeg', 'pdf', 'png', 'txt', 'xlsx'])), name='casefile_kind_known'),
        ),
        migrations.AddConstraint(
            model_name='casefile',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='casefile_has_title'),
        ),
        migrations.AddConstraint(
            model_name='filecheck',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='filecheck_item_known'),
        ),
        migrations.AddConstraint(
            model_name='filecontent',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='filecontent_item_known'),
        ),
        migrations.AddConstraint(
            model_name='fileremoval',
            constraint=models.CheckConstraint(condition=models.Q(('item__in', ['basic', 'contact', 'health', 'money', 'history', 'assessment', 'plan', 'roles', 'meeting', 'referral'])), name='fileremoval_item_known'),
        ),
        migrations.AddConstraint(
            model_name='fileremoval',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='fileremoval_has_reason'),
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
