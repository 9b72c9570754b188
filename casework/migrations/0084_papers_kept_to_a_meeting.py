"""A paper remembers whose words it repeats that stay within a meeting. Papers that stand are taken to hold none."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("casework", "0083_minutes_passed_round")]

    operations = [
        migrations.AddField(
            model_name="agendapaper",
            name="kept_from",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), blank=True, default=list, editable=False, size=None
            ),
        ),
    ]
