"""An evaluation and a suspension name the meeting's item in which they were made. The text is frozen; a test compares it."""

import django.db.models.deletion
from django.db import migrations, models

# ruff: noqa: E501
KEYS = """
ALTER TABLE casework_evaluation ADD CONSTRAINT casework_evaluation_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE casework_suspension ADD CONSTRAINT casework_suspension_of_agenda FOREIGN KEY (agenda_id, case_id) REFERENCES casework_agendaitem (id, case_id) DEFERRABLE INITIALLY DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0071_alone_declarations'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='suspension',
            name='suspension_by_chief_or_meeting',
        ),
        migrations.AddField(
            model_name='evaluation',
            name='agenda',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.agendaitem', verbose_name='どの会議で評価したか'),
        ),
        migrations.AddField(
            model_name='suspension',
            name='agenda',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.agendaitem', verbose_name='どの会議で決めたか'),
        ),
        migrations.AlterField(
            model_name='evaluation',
            name='meeting',
            field=models.CharField(blank=True, max_length=100, verbose_name='一覧にない会議'),
        ),
        migrations.AlterField(
            model_name='suspension',
            name='decided_in',
            field=models.CharField(blank=True, max_length=100, verbose_name='一覧にない会議'),
        ),
        migrations.AddConstraint(
            model_name='suspension',
            constraint=models.CheckConstraint(condition=models.Q(('is_chiefs', True), models.Q(('decided_in', ''), _negated=True), ('agenda__isnull', False), _connector='OR'), name='suspension_by_chief_or_meeting'),
        ),
        migrations.RunSQL(KEYS, migrations.RunSQL.noop, elidable=False),
    ]
