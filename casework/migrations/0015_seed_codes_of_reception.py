"""Why consent is missing (domain.md 1.2.2); whom one calls in an emergency (2.3): code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "no_consent": """
refused | 拒否 | ことわった | Refused
unreachable | 接触できない | 会えない・話せない | Cannot be reached
capacity | 認知・判断能力 | 考えて決めることがむずかしい | Doubtful capacity
danger | 生命・身体の危険で待てない | 命があぶなくて待てない | Danger to life or body, cannot wait
no_need_felt | 本人が支援の必要を感じていない | 困っていないと言う | Feels no need of support
fear_of_harm | 加害のおそれ | ひどいことをされるおそれ | Fear of harm
unknown | 不明 | わからない | Unknown
not_asked | 聞いていない | 聞いていない | Not asked
""",
    "emergency_call": """
police | 警察 | 警察 | Police
fire | 消防・救急 | 消防・救急 | Fire service, ambulance
child_guidance | 児童相談所 | 児童相談所 | Child guidance center
dv_center | 配偶者暴力相談支援センター | 配偶者からの暴力の相談センター | Spousal violence center
health_office | 区健康課 | 区の健康の係 | Ward health office
health_center | 保健所 | 保健所 | Public health center
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
    # A code is never deleted where the site runs; this goes back past the tables that could hold one.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = ANY (%s)", [list(LISTS)])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


class Migration(migrations.Migration):
    dependencies = [("casework", "0014_reception")]

    operations = [migrations.RunPython(seed, unseed)]
