"""Why a meeting may be wanted earlier (domain.md 2.6): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "meeting_trigger": """
role_refused | 役割を断られた | 頼んだことをことわられた | A role was declined
address_change | 転居・住所の変更 | ひっこし | Move or change of address
hospital | 入院・退院 | 入院した、退院した | Hospital
new_member | 世帯の人が増えた・変わった | 家族がふえた、変わった | New or changed household member
violence | 暴力・虐待のおそれ | 暴力のおそれ | Risk of violence or abuse
no_contact | 連絡がとれない | 連絡がとれない | Contact lost
personnel | 機関の担当者が変わった | 担当の人が変わった | Change of staff at an agency
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
    dependencies = [("casework", "0055_monitoring")]

    operations = [migrations.RunPython(seed, unseed)]
