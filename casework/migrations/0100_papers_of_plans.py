"""A paper of a meeting may tell of a version of the plan. No data changes."""

import django.db.models.deletion
from django.db import migrations, models

KINDS = ["picture", "current", "wanted", "request", "plan", "other"]
LABELS = ["把握している世帯像", "いまの取組", "かかわってほしい機関", "各機関へのお願い", "支援プランの案", "そのほか"]
KEYS = """
ALTER TABLE casework_agendapaper ADD CONSTRAINT casework_agendapaper_of_plan FOREIGN KEY (plan_id, case_id)
  REFERENCES casework_plan (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
KEYS_BACK = "ALTER TABLE casework_agendapaper DROP CONSTRAINT casework_agendapaper_of_plan;"


class Migration(migrations.Migration):
    dependencies = [("casework", "0099_assessed_facts_restored")]

    operations = [
        migrations.RemoveConstraint(model_name="agendapaper", name="agendapaper_kind_known"),
        migrations.AddField(
            model_name="agendapaper",
            name="plan",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.plan",
            ),
        ),
        migrations.AlterField(
            model_name="agendapaper",
            name="kind",
            field=models.CharField(
                choices=list(zip(KINDS, LABELS, strict=True)), max_length=12, verbose_name="資料の種類"
            ),
        ),
        migrations.AlterField(
            model_name="agendapaper",
            name="text",
            field=models.TextField(max_length=12000, verbose_name="内容"),
        ),
        migrations.AddConstraint(
            model_name="agendapaper",
            constraint=models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="agendapaper_kind_known"),
        ),
        migrations.AddConstraint(
            model_name="agendapaper",
            constraint=models.CheckConstraint(
                condition=models.Q(kind="plan", plan__isnull=False)
                | ~models.Q(kind="plan") & models.Q(plan__isnull=True),
                name="agendapaper_is_of_plan",
            ),
        ),
        migrations.RunSQL(KEYS, KEYS_BACK, elidable=False),
    ]
