"""What the city decided, and stages and flows as lists of codes. The text is frozen; a test compares it."""

import datetime
import uuid
from django.db import migrations, models

# ruff: noqa: E501
FIRST_DAY = datetime.date(2021, 4, 1)  # as in 0012
LISTS = {
    "stage": """
received | 受付 | 受けつけました | Received
emergency | 緊急対応 | 急いで動いています | Emergency
intake | 初回面談・インテーク | お話を聞いています | First interview, intake
screening | 振り分け | 進め方を決めています | Screening
flow1_referring | つなぎ中 | ほかの窓口につないでいます | Being referred
flow1_confirmed | つなぎ完了 | ほかの窓口につながりました | Referred and met
returned | つなぎ戻し | センターにもどりました | Handed back
flow2_assess | アセスメント | くわしく聞いています | Assessment
flow2_plan | プラン作成 | プランを作っています | Making the plan
flow2_meeting | 会議付議 | 会議で話します | Put to a meeting
flow2_agreed | 申合せ（同意前） | 機関どうしで決めました | Agreed before consent
flow2_active | 支援実施・モニタリング | 支えています | Support and monitoring
flow2_eval | 評価 | ふりかえっています | Evaluation
flow3_accompany | 伴走支援 | いっしょに歩いています | Walking alongside
outreach_track | アウトリーチ | 訪ねています | Outreach
replanning | 再プラン | プランを作りなおしています | Planning anew
suspended | 中断 | お休みしています | Suspended
closing | 終結判断 | 終わりを考えています | Considering closing
closed | 終結 | 終わりました | Closed
closed_info | 情報提供で終わり | お知らせして終わりました | Closed with information
""",
    "flow": """
flow1 | ①つなぎ | ほかの窓口につなぐ | 1 Referral
flow2 | ②多機関協働 | いくつもの窓口で支える | 2 Multi-agency coordination
flow3 | ③伴走支援 | センターがいっしょに歩く | 3 Walking alongside
""",
}


def seed(apps, schema_editor):
    Code = apps.get_model("casework", "Code")
    for list_code, text in LISTS.items():
        rows = [[part.strip() for part in line.split("|")] for line in text.split("\n") if line]
        Code.objects.bulk_create(
            Code(list_code=list_code, code=code, label=label, plain_label=plain, label_en=english,
                 valid_from=FIRST_DAY, position=number * 10)
            for number, (code, label, plain, english) in enumerate(rows, start=1)
        )


def unseed(apps, schema_editor):
    # A code is never deleted where the site runs; this goes back past the lists.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = ANY (%s)", [list(LISTS)])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


WALL = """
ALTER TABLE casework_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_code FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_code;
CREATE POLICY wall_owner ON casework_code FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_code;
CREATE POLICY wall_select ON casework_code FOR SELECT TO app_web USING ((select wall_agency()) IS NOT NULL OR (select wall_job()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_code;
CREATE POLICY wall_insert ON casework_code FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief' AND NOT list = ANY (ARRAY['basis', 'flow', 'stage']));
DROP POLICY IF EXISTS wall_update ON casework_code;
CREATE POLICY wall_update ON casework_code FOR UPDATE TO app_web USING ((select wall_center()) AND (select wall_role()) = 'chief') WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_delete ON casework_code;
CREATE POLICY wall_delete ON casework_code FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_code FROM app_web;

ALTER TABLE casework_setting ENABLE ROW LEVEL SECURITY;
ALTER TABLE casework_setting FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON casework_setting;
CREATE POLICY wall_owner ON casework_setting FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON casework_setting;
CREATE POLICY wall_select ON casework_setting FOR SELECT TO app_web USING ((select wall_agency()) IS NOT NULL OR (select wall_job()) IS NOT NULL);
DROP POLICY IF EXISTS wall_insert ON casework_setting;
CREATE POLICY wall_insert ON casework_setting FOR INSERT TO app_web WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_update ON casework_setting;
CREATE POLICY wall_update ON casework_setting FOR UPDATE TO app_web USING ((select wall_center()) AND (select wall_role()) = 'chief') WITH CHECK ((select wall_center()) AND (select wall_role()) = 'chief');
DROP POLICY IF EXISTS wall_delete ON casework_setting;
CREATE POLICY wall_delete ON casework_setting FOR DELETE TO app_web USING ((select wall_center()) AND (select wall_role()) = 'chief');
REVOKE TRUNCATE, REFERENCES, TRIGGER ON casework_setting FROM app_web;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0030_contact_safety'),
    ]

    operations = [
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(editable=False, max_length=40, unique=True)),
                ('value', models.TextField(max_length=4000)),
            ],
            options={
                'verbose_name': '決まりごと',
                'constraints': [models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='setting_has_value')],
            },
        ),
        migrations.RunSQL(WALL, migrations.RunSQL.noop),
        migrations.RunPython(seed, unseed),
    ]
