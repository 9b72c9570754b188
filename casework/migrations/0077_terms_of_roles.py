"""A role says who does it, from when, with which service, what that agency needs to know and what it will tell (domain.md 1.6).

Roles that stand say none of it. The list of services is that of domain.md 1.6.1: code | label | plain | English.
"""

import datetime

from django.db import migrations, models
from django.db.models import F, Q

FIRST_DAY = datetime.date(2021, 4, 1)

SERVICES = """
self_reliance | 自立相談支援（就労・居住を含む） | 生活と仕事と住まいの相談 | Self-reliance consultation
housing_benefit | 住居確保給付金（家賃・転居費用） | 家賃や引っこしのお金の助け | Housing benefit
job_preparation | 就労準備支援 | 仕事を始める準備 | Preparation for work
budgeting | 家計改善支援 | お金のやりくりの手つだい | Household budget support
shelter | 居住支援（一時生活支援） | しばらく住むところ | Housing support and shelter
work_training | 認定就労訓練 | 仕事の練習 | Certified work training
child_learning | 子どもの学習・生活支援 | 子どもの勉強と生活の手つだい | Learning support for children
welfare_loan | 生活福祉資金 | お金を借りる制度 | Welfare loan
public_assistance | 生活保護 | 生活保護 | Public assistance
care_insurance | 介護保険（訪問・通所・短期・施設） | 介護のサービス | Long-term care services
care_general | 介護予防・日常生活支援総合事業 | 元気でいるためのサービス | Preventive care
disability | 障害福祉サービス | 障害のある人のサービス | Disability services
community_life | 地域生活支援事業 | 地域でくらすための助け | Community life support
medical_support | 自立支援医療 | 病院のお金の助け | Medical payment support
visiting_nurse | 訪問看護 | 看護師が家に来る | Visiting nurse
guardianship | 成年後見（後見・保佐・補助） | お金や手続きを助ける人を決める | Adult guardianship
daily_life | 日常生活自立支援事業 | お金の出し入れの手つだい | Daily life support
child_allowance | 児童扶養手当 | ひとり親の手当 | Child-rearing allowance
temporary_custody | 一時保護 | 子どもをしばらく守る | Temporary protection
mother_child_home | 母子生活支援施設 | 母と子の住む施設 | Home for mothers and children
after_school | 放課後等デイサービス | 学校のあとに行くところ | After-school day service
school | 学校の支援 | 学校の助け | Support by the school
legal_aid | 法テラス | 法律の相談 | Legal aid
consumer | 消費生活相談 | 買い物や契約の相談 | Consumer advice
place | 居場所 | 安心していられるところ | A place to be
food | 食料支援 | 食べものの助け | Food support
rubbish | ごみ出し支援 | ごみ出しの手つだい | Help with rubbish
watch | 見守り | ようすを見る | Watching over
participation | 参加支援 | 人や社会とつながる手つだい | Support for participation
outreach | アウトリーチ等を通じた継続的支援 | 家に行って話す | Outreach
other | その他 | そのほか | Other
"""

TRIGGERS = "\n".join(
    f"CREATE TRIGGER known_service_{when} AFTER {event} ON {table} FOR EACH ROW"
    f" WHEN ({condition}) EXECUTE FUNCTION casework_known_code('service', 'service');"
    for table in ("casework_rolerow", "casework_planrole")
    for when, event, condition in (
        ("added", "INSERT", "NEW.service <> ''"),
        ("changed", "UPDATE", "NEW.service <> '' AND NEW.service <> OLD.service"),
    )
)
NO_TRIGGERS = "\n".join(
    f"DROP TRIGGER known_service_{when} ON {table};"
    for table in ("casework_rolerow", "casework_planrole")
    for when in ("added", "changed")
)


def seed(apps, schema_editor):
    Code = apps.get_model("casework", "Code")
    rows = [[part.strip() for part in line.split("|")] for line in SERVICES.split("\n") if line]
    Code.objects.bulk_create(
        Code(
            list_code="service", code=code, label=label, plain_label=plain, label_en=english,
            valid_from=FIRST_DAY, position=number * 10,
        )
        for number, (code, label, plain, english) in enumerate(rows, start=1)
    )  # fmt: skip


def unseed(apps, schema_editor):
    # A code is never deleted where the site runs; this goes back past the column that could hold one.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE casework_code DISABLE TRIGGER code_stays")
        cursor.execute("DELETE FROM casework_code WHERE list = 'service'")
        cursor.execute("ALTER TABLE casework_code ENABLE TRIGGER code_stays")


def _terms(model):
    texts = {"needs": "この機関に要る情報", "reports": "この機関が知らせること"}
    return [
        _field(model, "service", models.CharField(blank=True, max_length=24, verbose_name="使うサービス・事業")),
        _field(model, "starts_on", models.DateField(blank=True, null=True, verbose_name="いつから")),
        *_names(model),
        *(
            _field(model, name, models.CharField(blank=True, max_length=300, verbose_name=label))
            for name, label in texts.items()
        ),
    ]


def _names(model):
    return [
        _field(model, name, models.CharField(blank=True, max_length=60, verbose_name=label))
        for name, label in (("worker", "担当者"), ("deputy", "副担当"))
    ]


def _field(model, name, field):
    return migrations.AddField(model_name=model, name=name, field=field)


def _in_order(model):
    begun = Q(starts_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("starts_on"))
    return migrations.AddConstraint(
        model_name=model, constraint=models.CheckConstraint(name=f"{model}_in_order", condition=begun)
    )


class Migration(migrations.Migration):
    dependencies = [("casework", "0076_plan_roles_in_easy_words")]

    operations = [
        *_terms("rolerow"),
        *_terms("planrole"),
        *_names("roleanswer"),
        migrations.AlterField(
            model_name="roleanswer",
            name="contact_person",
            field=models.CharField(blank=True, max_length=60, verbose_name="だれから聞いたか"),
        ),
        _in_order("rolerow"),
        _in_order("planrole"),
        migrations.RunPython(seed, unseed),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
