"""A sheet may be of a case and of no decision. No data changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0068_chronology'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sheet',
            name='sheet_one_waiting',
        ),
        migrations.AlterField(
            model_name='sheet',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.decision'),
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('case', 'decision', 'membership', 'kind'), name='sheet_one_waiting', nulls_distinct=False),
        ),
    ]
