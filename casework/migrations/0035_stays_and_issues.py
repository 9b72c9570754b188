"""Since when a person lives with the household or apart; issues of a person; their walls. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
SQL = r"""
CREATE FUNCTION casework_keeps() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  earlier jsonb;
  column_name text;
BEGIN
  EXECUTE format('SELECT to_jsonb(b) FROM %I b WHERE b.id = ($1).%I AND b.id <> ($1).id', TG_TABLE_NAME, TG_ARGV[0])
    INTO earlier USING NEW;
  IF earlier IS NULL THEN
    RAISE EXCEPTION 'there is no such earlier row' USING ERRCODE = 'check_violation';
  END IF;
  FOREACH column_name IN ARRAY TG_ARGV[1:] LOOP
    IF earlier -> column_name IS DISTINCT FROM to_jsonb(NEW) -> column_name THEN
      RAISE EXCEPTION 'what takes the place of a row keeps its %', column_name USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER keeps AFTER INSERT ON casework_stay FOR EACH ROW WHEN (NEW.corrects_id IS NOT NULL) EXECUTE FUNCTION casework_keeps('corrects_id', 'case_id', 'person_id', 'item');
CREATE FUNCTION casework_note_sealed_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO casework_caseactivity (case_id, changed_at) VALUES (NEW.case_id, clock_now())
    ON CONFLICT (case_id) DO UPDATE SET changed_at = clock_now();
  RETURN NULL;
END $$;
CREATE TRIGGER note_change AFTER INSERT ON casework_issue
  FOR EACH ROW WHEN (NOT NEW.is_sealed) EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER note_sealed_change AFTER INSERT ON casework_issue
  FOR EACH ROW WHEN (NEW.is_sealed) EXECUTE FUNCTION casework_note_sealed_change();
CREATE TRIGGER keeps AFTER INSERT ON casework_issue FOR EACH ROW WHEN (NEW.follows_id IS NOT NULL) EXECUTE FUNCTION casework_keeps('follows_id', 'case_id', 'person_id', 'item', 'code');
ALTER TABLE casework_stay ADD CONSTRAINT casework_stay_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_issue ADD CONSTRAINT casework_issue_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_stay FOR EACH ROW EXECUTE FUNCTION casework_note_change();
CREATE TRIGGER known_reason_added AFTER INSERT ON casework_stay FOR EACH ROW WHEN (NEW.reason <> '') EXECUTE FUNCTION casework_known_code('reason', 'stay_reason');
CREATE TRIGGER known_reason_changed AFTER UPDATE ON casework_stay FOR EACH ROW WHEN (NEW.reason <> '' AND NEW.reason <> OLD.reason) EXECUTE FUNCTION casework_known_code('reason', 'stay_reason');
CREATE TRIGGER known_code_added AFTER INSERT ON casework_issue FOR EACH ROW WHEN (NEW.code <> '') EXECUTE FUNCTION casework_known_code('code', 'issue');
CREATE TRIGGER known_code_changed AFTER UPDATE ON casework_issue FOR EACH ROW WHEN (NEW.code <> '' AND NEW.code <> OLD.code) EXECUTE FUNCTION casework_known_code('code', 'issue');
ALTER TABLE casework_stay ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_stay FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_stay;
CREATE POLICY wall_owner ON casework_stay FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_stay;
CREATE POLICY wall_select ON casework_stay FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_stay.case_id AND l.item = casework_stay.item AND l.person_id IS NOT DISTINCT FROM casework_stay.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_stay.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_stay.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_stay;
CREATE POLICY wall_insert ON casework_stay FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_stay.case_id = ANY ((select wall_blocked())::uuid[])) AND noted_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_stay;
CREATE POLICY wall_update ON casework_stay FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_stay;
CREATE POLICY wall_delete ON casework_stay FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_stay FROM app_web;
REVOKE UPDATE, DELETE ON casework_stay FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_stay;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_stay FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE casework_issue ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_issue FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_issue;
CREATE POLICY wall_owner ON casework_issue FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_issue;
CREATE POLICY wall_select ON casework_issue FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_issue.case_id AND l.item = casework_issue.item AND l.person_id IS NOT DISTINCT FROM casework_issue.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_issue.case_id = ANY ((select wall_blocked())::uuid[])) AND ((select wall_center()) OR NOT is_sealed) AND NOT (casework_issue.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_issue;
CREATE POLICY wall_insert ON casework_issue FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_issue.case_id = ANY ((select wall_blocked())::uuid[])) AND noted_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_issue;
CREATE POLICY wall_update ON casework_issue FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_issue;
CREATE POLICY wall_delete ON casework_issue FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_issue FROM app_web;
REVOKE UPDATE, DELETE ON casework_issue FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_issue;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_issue FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""
# Before their columns go: since Django 6.1 a column no longer takes its policies along.
BACK = """
DO $$ DECLARE wall record; BEGIN
  FOR wall IN SELECT policyname, tablename FROM pg_policies WHERE tablename IN ('casework_issue', 'casework_stay') LOOP
    EXECUTE format('DROP POLICY %I ON %I', wall.policyname, wall.tablename);
  END LOOP;
END $$;
DROP FUNCTION casework_keeps(), casework_note_sealed_change() CASCADE;
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0034_answer_links'), ('marugoto_permissions', '0012_watch_sees_reviews')]

    operations = [
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('code', models.CharField(max_length=24, verbose_name='課題')),
                ('is_sealed', models.BooleanField(default=False, editable=False)),
                ('severity', models.CharField(choices=[('1', '1（軽い）'), ('2', '2（中くらい）'), ('3', '3（重い）'), ('unknown', 'まだ分からない')], default='unknown', max_length=8, verbose_name='重さ')),
                ('said_by', models.CharField(choices=[('self', '本人'), ('family', '家族'), ('agency', '機関'), ('staff', '職員の見立て')], max_length=8, verbose_name='だれが言っているか')),
                ('since', models.CharField(blank=True, max_length=60, verbose_name='いつから')),
                ('existing', models.CharField(blank=True, max_length=100, verbose_name='いまかかわっている機関')),
                ('words', models.TextField(blank=True, max_length=1000, verbose_name='くわしいこと')),
                ('closed_on', models.DateField(blank=True, null=True, verbose_name='終わった日')),
                ('noted_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '課題',
            },
        ),
        migrations.CreateModel(
            name='Stay',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('living', models.CharField(choices=[('together', '同居（世帯の人）'), ('away', '世帯の人だが、入院・入所などで離れている'), ('apart', '別居（世帯の外）'), ('died', '亡くなった')], max_length=12, verbose_name='暮らし方')),
                ('since_on', models.DateField(blank=True, null=True, verbose_name='いつから')),
                ('reason', models.CharField(default='not_asked', max_length=24, verbose_name='理由')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='くわしいこと')),
                ('noted_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={
                'verbose_name': '同居・別居',
            },
        ),
        migrations.AddField(
            model_name='person',
            name='sex',
            field=models.CharField(choices=[('female', '女性'), ('male', '男性'), ('other', 'その他'), ('not_asked', '聞いていない'), ('unknown', '不明')], default='not_asked', max_length=12, verbose_name='性別'),
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('sex__in', ['female', 'male', 'other', 'not_asked', 'unknown'])), name='person_sex_known'),
        ),
        migrations.AddField(
            model_name='issue',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='issue',
            name='follows',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.issue'),
        ),
        migrations.AddField(
            model_name='issue',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='issue',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddField(
            model_name='stay',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case'),
        ),
        migrations.AddField(
            model_name='stay',
            name='corrects',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.stay'),
        ),
        migrations.AddField(
            model_name='stay',
            name='noted_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership'),
        ),
        migrations.AddField(
            model_name='stay',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person'),
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(fields=['case', 'person'], name='issue_person'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', False)), name='issue_of_person'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('item', 'assessment'), models.Q(('code__in', ['budgeting', 'consumer', 'debt', 'dementia', 'disability_certified', 'disability_suspected', 'disease', 'injury', 'mental_other', 'poverty', 'self_neglect', 'suicide_risk']), _negated=True)), models.Q(('code__in', ['dementia', 'disability_certified', 'disability_suspected', 'disease', 'injury', 'mental_other', 'self_neglect', 'suicide_risk']), ('item', 'health')), models.Q(('code__in', ['budgeting', 'consumer', 'debt', 'poverty']), ('item', 'money')), _connector='OR'), name='issue_label_of_code'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('code__in', ['delinquency', 'dv_abuse', 'offender']), ('is_sealed', True)), models.Q(('is_sealed', False), models.Q(('code__in', ['delinquency', 'dv_abuse', 'offender']), _negated=True)), _connector='OR'), name='issue_sealed_by_code'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('code', ''), _negated=True), name='issue_has_code'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('severity__in', ['1', '2', '3', 'unknown'])), name='issue_severity_known'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.CheckConstraint(condition=models.Q(('said_by__in', ['self', 'family', 'agency', 'staff'])), name='issue_teller_known'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.UniqueConstraint(fields=('follows',), name='issue_one_follower'),
        ),
        migrations.AddIndex(
            model_name='stay',
            index=models.Index(fields=['case', 'person'], name='stay_person'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('item', 'basic'), ('person__isnull', False)), name='stay_label'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.CheckConstraint(condition=models.Q(('living__in', ['together', 'away', 'apart', 'died'])), name='stay_living_known'),
        ),
        migrations.AddConstraint(
            model_name='stay',
            constraint=models.UniqueConstraint(fields=('corrects',), name='stay_one_correction'),
        ),
        migrations.RunSQL(SQL, BACK, elidable=False),
    ]
