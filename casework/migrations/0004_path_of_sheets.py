"""pg_dump reads with an empty search_path, and PostgreSQL opens this function while it plans: name its path."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("casework", "0003_emergency_access")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION wall_reaches_all(jsonb) SET search_path = public, pg_temp",
            "ALTER FUNCTION wall_reaches_all(jsonb) RESET search_path",
        )
    ]
