"""How a case ends (domain.md 1.8): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "close_kind": """
goal_met | 目標達成 | 目標にとどいた | Goal met
handed_over | 主担当機関の継続支援へ移行 | ほかの窓口が続けて支える | Lead agency goes on
single_agency | 単独の機関で対応できる | ひとつの窓口で足りる | One agency suffices
protected | 入院・入所・保護 | 病院や施設に入った | Hospital, institution or protection
moved_handed | 転出（転出先へ引き継いだ） | ひっこした（次のまちに伝えた） | Moved, handed over
moved | 転出（引継ぎなし） | ひっこした | Moved, not handed over
died | 死亡 | なくなった | Died
no_contact | 連絡途絶 | 連絡がとれなくなった | Contact lost
refused | 本人の辞退 | 本人がもうよいと言った | Declined by the person
out_of_scope | 対象外 | センターの仕事ではなかった | Out of scope
duplicate | 重複登録 | 同じ人が二つあった | Registered twice
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
    dependencies = [("casework", "0049_closing")]

    operations = [migrations.RunPython(seed, unseed)]
