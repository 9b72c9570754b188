"""Why somebody moves in or out (domain.md 1.3.2): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "stay_reason": """
birth | 出生 | 生まれた | Birth
marriage | 結婚・同棲 | 結婚した・いっしょに暮らしはじめた | Marriage, moving in together
divorce | 離婚・別居 | 別れた | Divorce, separation
independence | 就職・進学・独立 | 仕事や学校で家を出た | Work, school, independence
return | 家に戻った | 家にもどった | Came back home
care | 家族の世話のため | 家族の世話をするため | To care for family
hospital | 入院 | 入院した | Hospital
facility | 施設への入所 | 施設に入った | Care home or institution
child_protection | 一時保護・里親・児童養護施設 | 子どもを守る施設や里親の家に行った | Child protection, foster care
moved | 転居 | ひっこした | Moved
escape | 避難 | 逃げた | Fled
missing | 行方が分からない | どこにいるかわからない | Whereabouts unknown
death | 死亡 | なくなった | Death
other | その他 | ほか | Other
unknown | 不明 | わからない | Unknown
not_asked | 聞いていない | 聞いていない | Not asked
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
    # A code is never deleted where the site runs; this goes back past the table that could hold one.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = ANY (%s)", [list(LISTS)])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


class Migration(migrations.Migration):
    dependencies = [("casework", "0035_stays_and_issues")]

    operations = [migrations.RunPython(seed, unseed)]
