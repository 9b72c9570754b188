"""Fixed minutes name who wrote them. Of those that stand it is not known: nothing is filled in."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("casework", "0084_papers_kept_to_a_meeting"),
        ("marugoto_permissions", "0013_on_duty"),
    ]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="written_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="marugoto_permissions.membership"
            ),
        ),
    ]
