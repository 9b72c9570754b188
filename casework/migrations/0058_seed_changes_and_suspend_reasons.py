"""Changes that were seen (domain.md 1.7), and why a case rests: code | label | plain | English."""

import datetime

from django.db import migrations

FIRST_DAY = datetime.date(2021, 4, 1)

LISTS = {
    "change": """
welfare | 生活保護の適用 | 生活保護を受けるようになった | Public assistance granted
household_money | 家計の改善 | お金のやりくりがよくなった | Household budget improved
debts | 債務の整理 | 借金をかたづけた | Debts put in order
housing | 住まいの確保・安定 | 住むところが決まった | Housing found or settled
health | 健康状態の改善 | 体や心の調子がよくなった | Health improved
doctor | 医療機関の受診開始 | 病院に行くようになった | Began to see a doctor
services | 手帳・サービスの利用開始 | 手帳やサービスを使うようになった | Certificate or services in use
care | 介護サービスの利用開始 | 介護のサービスを使うようになった | Care services in use
will | 意欲の向上 | やる気が出てきた | More drive
isolation | 孤立の解消 | ひとりぼっちでなくなった | No longer isolated
calm | 精神の安定 | 気持ちが落ちついた | Calmer
family | 家族関係の改善 | 家族の関係がよくなった | Family relations improved
society | 対人関係・社会参加の機会の増加 | 人と会うことがふえた | More contact with others
habits | 生活習慣の改善 | くらしのリズムがよくなった | Better daily habits
work | 就労の開始（一般・中間的） | 仕事を始めた | Began to work
stays_at_work | 職場への定着 | 仕事を続けている | Stays at work
school | 就学・復学 | 学校に行くようになった | Began or went back to school
safety | 虐待・DVからの安全の確保 | 暴力から安全になった | Safe from abuse or violence
advocacy | 権利擁護（後見など）の開始 | 後見などを使うようになった | Guardianship or other advocacy
none | 変化なし | 変わらない | No change
worse | 悪化 | 悪くなった | Worse
""",
    "suspend_reason": """
no_contact | 連絡がとれない | 連絡がとれない | Contact lost
hospital | 長期の入院・入所 | 長く病院や施設にいる | Long stay in hospital or institution
refused | 本人がいまは望まない | 本人がいまはいらないと言っている | Not wanted by the person for now
custody | 勾留・収監 | 警察や刑務所にいる | In custody
away | 一時的に市外にいる | しばらく市の外にいる | Out of the city for a while
other | その他 | そのほか | Other
""",
}


def seed(apps, schema_editor):
    Code = apps.get_model("casework", "Code")
    for list_code, text in LISTS.items():
        rows = [[part.strip() for part in line.split("|")] for line in text.split("\n") if line]
        Code.objects.bulk_create(
            Code(
                list_code=list_code,
                code=code,
                label=label,
                plain_label=plain,
                label_en=english,
                valid_from=FIRST_DAY,
                position=number * 10,
            )
            for number, (code, label, plain, english) in enumerate(rows, start=1)
        )


def unseed(apps, schema_editor):
    # A code is never deleted where the site runs; this goes back past the table that could hold one.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = ANY (%s)", [list(LISTS)])
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


class Migration(migrations.Migration):
    dependencies = [("casework", "0057_evaluation_and_suspension")]

    operations = [migrations.RunPython(seed, unseed)]
