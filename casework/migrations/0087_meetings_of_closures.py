"""A closing sheet names the meeting's item in which the end was decided. The text is frozen; a test compares it."""

import django.db.models.deletion
from django.db import migrations, models

# ruff: noqa: E501
KEYS = """
ALTER TABLE casework_closure ADD CONSTRAINT casework_closure_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""
BACK = """
ALTER TABLE casework_closure DROP CONSTRAINT casework_closure_of_agenda;
"""


class Migration(migrations.Migration):

    dependencies = [("casework", "0086_goals_of_plans")]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="agenda",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="casework.agendaitem",
                verbose_name="どの会議で決めたか",
            ),
        ),
        migrations.RunSQL(KEYS, BACK, elidable=False),
    ]
