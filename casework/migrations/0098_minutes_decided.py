"""What was decided, in words, with the minutes. Minutes from before have none."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0097_ends_of_all_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="decided",
            field=models.TextField(blank=True, default="", verbose_name="決めたこと"),
        ),
    ]
