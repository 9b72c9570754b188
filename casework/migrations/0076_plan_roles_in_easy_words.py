"""A role of a plan may be told in easy Japanese, as entries are. Roles that stand have no such words."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casework', '0075_sheets_of_evaluations'),
    ]

    operations = [
        migrations.AddField(
            model_name='planrole',
            name='plain',
            field=models.TextField(blank=True, max_length=1000, verbose_name='やさしい日本語'),
        ),
    ]
