"""Parts of assessments and their wall. The text is frozen; a test compares it."""

import django.db.models.deletion
import permissions.walls.clock
import uuid
from django.db import migrations, models

# ruff: noqa: E501
WALL = """
ALTER TABLE casework_assessmentpart ADD CONSTRAINT casework_assessmentpart_person_of_case FOREIGN KEY (person_id, case_id) REFERENCES casework_person (id, case_id) DEFERRABLE INITIALLY DEFERRED;

CREATE TRIGGER note_change AFTER INSERT OR UPDATE ON casework_assessmentpart FOR EACH ROW EXECUTE FUNCTION casework_note_change();

ALTER TABLE casework_assessmentpart ADD CONSTRAINT casework_assessmentpart_id_case UNIQUE (id, case_id);

ALTER TABLE casework_assessmentpart ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_assessmentpart FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_assessmentpart;
CREATE POLICY wall_owner ON casework_assessmentpart FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_assessmentpart;
CREATE POLICY wall_select ON casework_assessmentpart FOR SELECT TO app_web USING (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessmentpart.case_id AND l.item = casework_assessmentpart.item AND l.person_id IS NOT DISTINCT FROM casework_assessmentpart.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessmentpart.case_id = ANY ((select wall_blocked())::uuid[])) AND NOT (casework_assessmentpart.id = ANY ((select wall_hidden())::uuid[])));
DROP POLICY IF EXISTS wall_insert ON casework_assessmentpart;
CREATE POLICY wall_insert ON casework_assessmentpart FOR INSERT TO app_web WITH CHECK (((select wall_center()) OR EXISTS (SELECT 1 FROM casework_shareline l WHERE l.case_id = casework_assessmentpart.case_id AND l.item = casework_assessmentpart.item AND l.person_id IS NOT DISTINCT FROM casework_assessmentpart.person_id AND l.agency_id = (select wall_reader()) AND l.ended_at IS NULL AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))) AND NOT (casework_assessmentpart.case_id = ANY ((select wall_blocked())::uuid[])) AND agency_id = (select wall_reader()) AND written_by_id = (select wall_membership()) AND (select wall_reader()) IS NOT NULL);
DROP POLICY IF EXISTS wall_update ON casework_assessmentpart;
CREATE POLICY wall_update ON casework_assessmentpart FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON casework_assessmentpart;
CREATE POLICY wall_delete ON casework_assessmentpart FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_assessmentpart FROM app_web;
REVOKE UPDATE, DELETE ON casework_assessmentpart FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON casework_assessmentpart;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON casework_assessmentpart FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0065_counts_of_meetings_and_plans'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.CreateModel(
            name='AssessmentPart',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('item', models.CharField(choices=[('basic', '基本情報'), ('contact', '連絡先'), ('health', '健康'), ('money', 'お金'), ('history', 'これまでの経過'), ('assessment', 'アセスメント'), ('plan', '支援方針'), ('roles', '役割分担'), ('meeting', '会議'), ('referral', 'つなぎ票')], max_length=12, verbose_name='項目')),
                ('section', models.CharField(choices=[('voice', '本人の思い・困りごと'), ('family', '家族・人とのつながり'), ('home', '住まい・暮らし'), ('health', '健康・障害'), ('money', 'お金のこと'), ('work', '仕事・学び'), ('history', 'これまでの経過・相談歴'), ('strength', '強み・支え'), ('view', '見立て')], max_length=12, verbose_name='欄')),
                ('ties', models.CharField(blank=True, choices=[('many', 'ある（頼れる人がいる）'), ('few', '少しある（声をかけ合う人がいる）'), ('none', 'ほとんどない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='人や地域とのつながり')),
                ('housing', models.CharField(blank=True, choices=[('own_house', '持ち家（一戸建て）'), ('own_flat', '持ち家（マンションなど）'), ('rented', '借家・賃貸アパート・マンション'), ('public', '公営住宅'), ('company', '会社の寮・借り上げ住宅'), ('kin', '親族などの家に同居'), ('facility', '施設・病院'), ('none', '住まいがない（野宿・車・ネットカフェなど）'), ('other', 'その他'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='住まいの種類')),
                ('treatment', models.CharField(blank=True, choices=[('good', '受診はいらない'), ('treated', '通院している'), ('hospital', '入院している'), ('untreated', '受診が必要だが、していない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='受診')),
                ('cover', models.CharField(blank=True, choices=[('national', '国民健康保険'), ('employee', '社会保険'), ('elderly', '後期高齢者医療'), ('public', '生活保護の医療'), ('none', '入っていない（無保険）'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='健康保険')),
                ('welfare', models.CharField(blank=True, choices=[('receives', '受けている'), ('applied', '申請中'), ('earlier', '前に受けていた'), ('refused', '申請したが、却下された'), ('never', '受けていない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='生活保護')),
                ('purse', models.CharField(blank=True, choices=[('self', '本人'), ('family', '家族'), ('guardian', '後見人・支援機関など'), ('nobody', 'だれも管理できていない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='お金を管理している人')),
                ('work', models.CharField(blank=True, choices=[('works', '働いている'), ('changes', '働いているが、変えたい'), ('found', '就職先が決まった'), ('seeks', '仕事をさがしている'), ('none', '働いておらず、さがしていない'), ('school', '学校に通っている'), ('absent', '在学中だが、通えていない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='仕事・学校')),
                ('text', models.TextField(blank=True, max_length=2000, verbose_name='くわしいこと')),
                ('said_by', models.CharField(choices=[('self', '本人'), ('family', '家族'), ('agency', '機関'), ('staff', '職員の見立て')], max_length=8, verbose_name='だれが言っているか')),
                ('sequence', models.PositiveSmallIntegerField()),
                ('written_at', models.DateTimeField(default=permissions.walls.clock.ClockNow)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.agency')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.case')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.person')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='marugoto_permissions.membership')),
            ],
            options={
                'verbose_name': 'アセスメントの欄',
                'indexes': [models.Index(fields=['case', 'written_at'], name='assessmentpart_case')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('item', 'assessment'), models.Q(('section__in', ['health', 'history', 'money']), _negated=True)), models.Q(('item', 'health'), ('section', 'health')), models.Q(('item', 'history'), ('section', 'history')), models.Q(('item', 'money'), ('section', 'money')), _connector='OR'), name='assessmentpart_label'), models.CheckConstraint(condition=models.Q(('section__in', ['voice', 'family', 'home', 'health', 'money', 'work', 'history', 'strength', 'view'])), name='assessmentpart_section_known'), models.CheckConstraint(condition=models.Q(('said_by__in', ['self', 'family', 'agency', 'staff'])), name='assessmentpart_teller_known'), models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), ('section__in', ['family', 'health', 'home', 'money', 'work']), _connector='OR'), name='assessmentpart_says_something'), models.CheckConstraint(condition=models.Q(models.Q(('section', 'family'), ('ties__in', ['many', 'few', 'none', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'family'), _negated=True), ('ties', '')), _connector='OR'), name='assessmentpart_ties_known'), models.CheckConstraint(condition=models.Q(models.Q(('housing__in', ['own_house', 'own_flat', 'rented', 'public', 'company', 'kin', 'facility', 'none', 'other', 'unknown', 'not_asked']), ('section', 'home')), models.Q(models.Q(('section', 'home'), _negated=True), ('housing', '')), _connector='OR'), name='assessmentpart_housing_known'), models.CheckConstraint(condition=models.Q(models.Q(('section', 'health'), ('treatment__in', ['good', 'treated', 'hospital', 'untreated', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'health'), _negated=True), ('treatment', '')), _connector='OR'), name='assessmentpart_treatment_known'), models.CheckConstraint(condition=models.Q(models.Q(('cover__in', ['national', 'employee', 'elderly', 'public', 'none', 'unknown', 'not_asked']), ('section', 'health')), models.Q(models.Q(('section', 'health'), _negated=True), ('cover', '')), _connector='OR'), name='assessmentpart_cover_known'), models.CheckConstraint(condition=models.Q(models.Q(('section', 'money'), ('welfare__in', ['receives', 'applied', 'earlier', 'refused', 'never', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'money'), _negated=True), ('welfare', '')), _connector='OR'), name='assessmentpart_welfare_known'), models.CheckConstraint(condition=models.Q(models.Q(('purse__in', ['self', 'family', 'guardian', 'nobody', 'unknown', 'not_asked']), ('section', 'money')), models.Q(models.Q(('section', 'money'), _negated=True), ('purse', '')), _connector='OR'), name='assessmentpart_purse_known'), models.CheckConstraint(condition=models.Q(models.Q(('section', 'work'), ('work__in', ['works', 'changes', 'found', 'seeks', 'none', 'school', 'absent', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'work'), _negated=True), ('work', '')), _connector='OR'), name='assessmentpart_work_known')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop, elidable=False),
    ]
