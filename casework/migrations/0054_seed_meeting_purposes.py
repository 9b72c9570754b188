"""What a case is put on the agenda for (domain.md 1.9): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "meeting_purpose": """
exchange | 情報共有 | 知っていることを出し合う | Sharing what is known
direction | 支援方針の検討 | これからどうするかを考える | Looking for a direction
plan | プランの協議 | プランについて話す | Talking about the plan
emergency | 緊急時の対応 | 急なときにどうするかを決める | What to do in an emergency
watch | 見守りの検討 | だれがどう見守るかを決める | Who keeps an eye
evaluation | 進捗・成果の評価 | どうなったかを確かめる | Evaluation
closing | 終結の判断 | 終わってよいかを決める | Whether to close
suspension | 中断の判断 | しばらく休むかを決める | Whether to suspend
resources | 社会資源の把握・開発 | 足りない助けを考える | Finding what is lacking
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
    dependencies = [("casework", "0053_meetings")]

    operations = [migrations.RunPython(seed, unseed)]
