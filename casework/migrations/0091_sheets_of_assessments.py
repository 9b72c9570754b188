"""A sheet may be of one version of an assessment. No data changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0090_assessed_facts'),
        ('marugoto_permissions', '0013_on_duty'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sheet',
            name='sheet_one_waiting',
        ),
        migrations.AddField(
            model_name='sheet',
            name='assessment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casework.assessment'),
        ),
        migrations.AddConstraint(
            model_name='sheet',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('case', 'decision', 'evaluation', 'assessment', 'membership', 'kind'), name='sheet_one_waiting', nulls_distinct=False),
        ),
    ]
