"""What was asked in detail becomes columns of the parts of assessments. What was written before says that nobody asked."""

import django.contrib.postgres.fields
from django.db import migrations, models

# ruff: noqa: E501
# Parts are frozen, and nobody's list moves by this.
FILL = """
ALTER TABLE casework_assessmentpart DISABLE TRIGGER USER;
UPDATE casework_assessmentpart SET marital = 'not_asked', children = 'not_asked', dependents = 'not_asked' WHERE section = 'family';
UPDATE casework_assessmentpart SET rent = 'not_asked', utilities = '{not_asked}', pets = 'not_asked' WHERE section = 'home';
UPDATE casework_assessmentpart SET handbook = '{not_asked}', medical_aid = 'not_asked', support_level = 'not_asked' WHERE section = 'health';
UPDATE casework_assessmentpart SET incomes = '{not_asked}', taxation = 'not_asked', savings = 'not_asked', arrears = '{not_asked}' WHERE section = 'money';
UPDATE casework_assessmentpart SET employment = 'not_asked', left_work = 'not_asked', education = 'not_asked' WHERE section = 'work';
ALTER TABLE casework_assessmentpart ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0109_relations_after_versions'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.AddField(
            model_name='assessmentpart',
            name='arrears',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('tax', '税'), ('health', '国民健康保険料'), ('care', '介護保険料'), ('pension', '国民年金'), ('rent', '家賃'), ('lunch', '給食費'), ('utilities', '電気・ガス・水道'), ('mobile', '携帯電話'), ('other', 'その他'), ('none', 'なし'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12), blank=True, default=list, size=None, verbose_name='滞納'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='children',
            field=models.CharField(blank=True, choices=[('none', 'いない'), ('one', '1人'), ('two', '2人'), ('more', '3人以上'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='子ども'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='dependents',
            field=models.CharField(blank=True, choices=[('none', 'いない'), ('one', '1人'), ('two', '2人'), ('more', '3人以上'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='扶養している人'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='education',
            field=models.CharField(blank=True, choices=[('junior_high', '中学校'), ('high', '高校'), ('high_left', '高校（中退）'), ('special', '特別支援学校'), ('trade', '専修学校・専門学校'), ('trade_left', '専修学校・専門学校（中退）'), ('kosen', '高等専門学校'), ('kosen_left', '高等専門学校（中退）'), ('junior', '短期大学'), ('junior_left', '短期大学（中退）'), ('university', '大学・大学院'), ('uni_left', '大学・大学院（中退）'), ('other', 'その他'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='最後に通った学校'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='employment',
            field=models.CharField(blank=True, choices=[('regular', '正社員・公務員'), ('casual', '臨時・パート・アルバイト・派遣'), ('own', '自営・家族従業・内職'), ('pension', '年金生活'), ('leave', '失業・休職中'), ('other', 'その他'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='働き方'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='handbook',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('body_1', '身体（1〜2級）'), ('body_3', '身体（3〜6級）'), ('intellect_a', '療育（重度）'), ('intellect_b', '療育（その他）'), ('mind_1', '精神（1級）'), ('mind_2', '精神（2級）'), ('mind_3', '精神（3級）'), ('applied', '申請中'), ('suspected', '疑い（手帳なし）'), ('none', 'なし'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12), blank=True, default=list, size=None, verbose_name='障害者手帳'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='incomes',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('wages', '給料・賃金'), ('business', '自営'), ('old_age', '老齢年金'), ('disability', '障害年金'), ('survivors', '遺族年金'), ('child', '児童手当'), ('lone_parent', '児童扶養手当'), ('cared_child', '特別児童扶養手当'), ('unemployment', '雇用保険'), ('sickness', '傷病手当金'), ('assistance', '生活保護'), ('remittance', '仕送り・援助'), ('other', 'その他'), ('none', 'なし'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12), blank=True, default=list, size=None, verbose_name='収入の種類'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='left_work',
            field=models.CharField(blank=True, choices=[('under_6m', '6か月未満'), ('under_1y', '6か月以上1年未満'), ('under_2y', '1年以上2年未満'), ('from_2y', '2年以上'), ('never', '働いたことがない'), ('works', 'いま働いている'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='仕事を離れてから'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='marital',
            field=models.CharField(blank=True, choices=[('single', '未婚'), ('married', '既婚'), ('partnered', '事実婚'), ('divorced', '離別'), ('widowed', '死別'), ('other', 'その他'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='婚姻'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='medical_aid',
            field=models.CharField(blank=True, choices=[('receives', '受けている'), ('applied', '申請中'), ('none', '受けていない'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='自立支援医療'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='pets',
            field=models.CharField(blank=True, choices=[('none', 'いない'), ('cared', 'いる（預け先がある）'), ('uncared', 'いる（預け先がない）'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='ペット'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='rent',
            field=models.CharField(blank=True, choices=[('none', '家賃はない'), ('paid', '遅れていない'), ('late', '1〜2か月遅れている'), ('long_late', '3か月以上遅れている'), ('leave', '立ち退きを求められている'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='家賃の支払い'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='savings',
            field=models.CharField(blank=True, choices=[('none', 'なし'), ('under_100k', '10万円未満'), ('under_500k', '10万円以上50万円未満'), ('under_1m', '50万円以上100万円未満'), ('under_5m', '100万円以上500万円未満'), ('from_5m', '500万円以上'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='預貯金'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='support_level',
            field=models.CharField(blank=True, choices=[('level_1', '区分1'), ('level_2', '区分2'), ('level_3', '区分3'), ('level_4', '区分4'), ('level_5', '区分5'), ('level_6', '区分6'), ('applied', '申請中'), ('outside', '非該当'), ('none', 'なし'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='障害支援区分'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='taxation',
            field=models.CharField(blank=True, choices=[('taxed', '課税'), ('exempt', '非課税'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12, verbose_name='住民税'),
        ),
        migrations.AddField(
            model_name='assessmentpart',
            name='utilities',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('electricity', '電気'), ('gas', 'ガス'), ('water', '水道'), ('phone', '電話'), ('none', 'なし'), ('unknown', '不明（聞いたが分からない）'), ('not_asked', '聞いていない')], max_length=12), blank=True, default=list, size=None, verbose_name='止まっているもの'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop, elidable=False),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('marital__in', ['single', 'married', 'partnered', 'divorced', 'widowed', 'other', 'unknown', 'not_asked']), ('section', 'family')), models.Q(models.Q(('section', 'family'), _negated=True), ('marital', '')), _connector='OR'), name='assessmentpart_marital_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('children__in', ['none', 'one', 'two', 'more', 'unknown', 'not_asked']), ('section', 'family')), models.Q(models.Q(('section', 'family'), _negated=True), ('children', '')), _connector='OR'), name='assessmentpart_children_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('dependents__in', ['none', 'one', 'two', 'more', 'unknown', 'not_asked']), ('section', 'family')), models.Q(models.Q(('section', 'family'), _negated=True), ('dependents', '')), _connector='OR'), name='assessmentpart_dependents_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rent__in', ['none', 'paid', 'late', 'long_late', 'leave', 'unknown', 'not_asked']), ('section', 'home')), models.Q(models.Q(('section', 'home'), _negated=True), ('rent', '')), _connector='OR'), name='assessmentpart_rent_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('section', 'home'), ('utilities__contained_by', ['electricity', 'gas', 'water', 'phone', 'none', 'unknown', 'not_asked']), ('utilities__len__gte', 1), models.Q(('utilities__len', 1), models.Q(('utilities__overlap', ['none', 'unknown', 'not_asked']), _negated=True), _connector='OR')), models.Q(models.Q(('section', 'home'), _negated=True), ('utilities__len', 0)), _connector='OR'), name='assessmentpart_utilities_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('pets__in', ['none', 'cared', 'uncared', 'unknown', 'not_asked']), ('section', 'home')), models.Q(models.Q(('section', 'home'), _negated=True), ('pets', '')), _connector='OR'), name='assessmentpart_pets_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('handbook__contained_by', ['body_1', 'body_3', 'intellect_a', 'intellect_b', 'mind_1', 'mind_2', 'mind_3', 'applied', 'suspected', 'none', 'unknown', 'not_asked']), ('handbook__len__gte', 1), ('section', 'health'), models.Q(('handbook__len', 1), models.Q(('handbook__overlap', ['none', 'unknown', 'not_asked']), _negated=True), _connector='OR')), models.Q(models.Q(('section', 'health'), _negated=True), ('handbook__len', 0)), _connector='OR'), name='assessmentpart_handbook_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('medical_aid__in', ['receives', 'applied', 'none', 'unknown', 'not_asked']), ('section', 'health')), models.Q(models.Q(('section', 'health'), _negated=True), ('medical_aid', '')), _connector='OR'), name='assessmentpart_medical_aid_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('section', 'health'), ('support_level__in', ['level_1', 'level_2', 'level_3', 'level_4', 'level_5', 'level_6', 'applied', 'outside', 'none', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'health'), _negated=True), ('support_level', '')), _connector='OR'), name='assessmentpart_support_level_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('incomes__contained_by', ['wages', 'business', 'old_age', 'disability', 'survivors', 'child', 'lone_parent', 'cared_child', 'unemployment', 'sickness', 'assistance', 'remittance', 'other', 'none', 'unknown', 'not_asked']), ('incomes__len__gte', 1), ('section', 'money'), models.Q(('incomes__len', 1), models.Q(('incomes__overlap', ['none', 'unknown', 'not_asked']), _negated=True), _connector='OR')), models.Q(models.Q(('section', 'money'), _negated=True), ('incomes__len', 0)), _connector='OR'), name='assessmentpart_incomes_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('section', 'money'), ('taxation__in', ['taxed', 'exempt', 'unknown', 'not_asked'])), models.Q(models.Q(('section', 'money'), _negated=True), ('taxation', '')), _connector='OR'), name='assessmentpart_taxation_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('savings__in', ['none', 'under_100k', 'under_500k', 'under_1m', 'under_5m', 'from_5m', 'unknown', 'not_asked']), ('section', 'money')), models.Q(models.Q(('section', 'money'), _negated=True), ('savings', '')), _connector='OR'), name='assessmentpart_savings_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('arrears__contained_by', ['tax', 'health', 'care', 'pension', 'rent', 'lunch', 'utilities', 'mobile', 'other', 'none', 'unknown', 'not_asked']), ('arrears__len__gte', 1), ('section', 'money'), models.Q(('arrears__len', 1), models.Q(('arrears__overlap', ['none', 'unknown', 'not_asked']), _negated=True), _connector='OR')), models.Q(models.Q(('section', 'money'), _negated=True), ('arrears__len', 0)), _connector='OR'), name='assessmentpart_arrears_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('employment__in', ['regular', 'casual', 'own', 'pension', 'leave', 'other', 'unknown', 'not_asked']), ('section', 'work')), models.Q(models.Q(('section', 'work'), _negated=True), ('employment', '')), _connector='OR'), name='assessmentpart_employment_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('left_work__in', ['under_6m', 'under_1y', 'under_2y', 'from_2y', 'never', 'works', 'unknown', 'not_asked']), ('section', 'work')), models.Q(models.Q(('section', 'work'), _negated=True), ('left_work', '')), _connector='OR'), name='assessmentpart_left_work_known'),
        ),
        migrations.AddConstraint(
            model_name='assessmentpart',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('education__in', ['junior_high', 'high', 'high_left', 'special', 'trade', 'trade_left', 'kosen', 'kosen_left', 'junior', 'junior_left', 'university', 'uni_left', 'other', 'unknown', 'not_asked']), ('section', 'work')), models.Q(models.Q(('section', 'work'), _negated=True), ('education', '')), _connector='OR'), name='assessmentpart_education_known'),
        ),
    ]
