"""Fixed minutes may name the day on which what was decided is looked at again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("casework", "0092_asked_assessments")]

    operations = [
        migrations.AddField(
            model_name="minutes",
            name="review_on",
            field=models.DateField(blank=True, null=True, verbose_name="見直しの日"),
        ),
    ]
