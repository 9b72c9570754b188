"""A version of an assessment keeps the facts and issues of its day. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_assessedfact ADD CONSTRAINT casework_assessedfact_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessedfact ADD CONSTRAINT casework_assessedfact_of_version FOREIGN KEY (assessment_id, case_id, fixed_at)
  REFERENCES casework_assessment (id, case_id, fixed_at) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_assessedfact ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessedfact FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessedfact;
CREATE POLICY wall_owner ON casework_assessedfact FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessedfact;
CREATE POLICY wall_select ON casework_assessedfact FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessedfact.case_id AND l.item = casework_assessedfact.item AND l.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessedfact.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_assessedfact.id = ANY ((select wall_hidden())::uuid[])) AND EXISTS (SELECT 1 FROM casework_assessment a WHERE a.id = casework_assessedfact.assessment_id) AND (issue_id IS NULL OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_assessedfact.issue_id AND i.case_id = casework_assessedfact.case_id AND i.item = casework_assessedfact.item AND i.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id)) AND (asked NOT IN ('occupation', 'doctor') OR NOT EXISTS (SELECT 1 FROM casework_concealment c WHERE c.case_id = casework_assessedfact.case_id AND NOT EXISTS (SELECT 1 FROM casework_lift l WHERE l.concealment_id = c.id))));
DROP POLICY IF EXISTS wall_insert ON casework_assessedfact;
CREATE POLICY wall_insert ON casework_assessedfact FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND NOT (casework_assessedfact.case_id = ANY ((select wall_blocked())::uuid[])) AND fixed_at = clock_now() AND (issue_id IS NULL OR EXISTS (SELECT 1 FROM casework_issue i WHERE i.id = casework_assessedfact.issue_id AND i.case_id = casework_assessedfact.case_id AND i.item = casework_assessedfact.item AND i.person_id IS NOT DISTINCT FROM casework_assessedfact.person_id)));
DROP POLICY IF EXISTS wall_update ON casework_assessedfact;
CREATE POLICY wall_update ON casework_assessedfact FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessedfact;
CREATE POLICY wall_delete ON casework_assessedfact FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessedfact FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessedfact FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessedfact;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessedfact FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0089_ends_of_roles'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssessedFact',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('position', models.PositiveSmallIntegerField()),
                ('asked', models.CharField(choices=[('household_name', '世帯の呼び名'), ('household_kind', '世帯の類型'), ('summary', '世帯のようす'), ('name', '氏名'), ('kana', 'ふりがな'), ('relation', '続柄'), ('sex', '性別'), ('birth_on', '生年月日'), ('age_about', '年齢（およそ）'), ('living', '暮らし方'), ('occupation', '仕事・学校'), ('care_level', '要介護認定'), ('condition', '病気・けが・障害のようす'), ('doctor', 'かかりつけ'), ('monthly_income_yen', '月の収入（円）'), ('debt_yen', '借金の合計（円）'), ('situation', 'お金のようす'), ('issue', '課題')], max_length=20)),
                ('words', models.TextField(blank=True)),
                ('fixed_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.assessment')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('issue', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.issue')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
            ],
            options={
                'verbose_name': '版に入った世帯のこと',
                'constraints': [models.UniqueConstraint(fields=('assessment', 'person', 'asked', 'issue'), name='assessedfact_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('asked__in', ['household_name', 'household_kind', 'summary', 'name', 'kana', 'relation', 'sex', 'birth_on', 'age_about', 'living', 'occupation', 'care_level', 'condition', 'doctor', 'monthly_income_yen', 'debt_yen', 'situation', 'issue'])), name='assessedfact_asked_known'), models.CheckConstraint(condition=models.Q(('asked', 'issue'), models.Q(('asked__in', ('care_level', 'condition', 'doctor')), ('item', 'health')), models.Q(('asked__in', ('monthly_income_yen', 'debt_yen', 'situation')), ('item', 'money')), models.Q(models.Q(('asked__in', ('care_level', 'condition', 'doctor', 'monthly_income_yen', 'debt_yen', 'situation', 'issue')), _negated=True), ('item', 'basic')), _connector='OR'), name='assessedfact_label'), models.CheckConstraint(condition=models.Q(models.Q(('asked', 'issue'), ('issue__isnull', False), ('words', '')), models.Q(models.Q(('asked', 'issue'), _negated=True), ('issue__isnull', True), models.Q(('words', ''), _negated=True)), _connector='OR'), name='assessedfact_words_or_issue')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
