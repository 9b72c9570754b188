"""Whether one of some people has the center's duty today. The text is frozen; a test compares it with the data."""

from django.conf import settings
from django.db import migrations


def build(apps, schema_editor):
    user_table = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    schema_editor.execute(FUNCTION.replace("{user_table}", schema_editor.quote_name(user_table)), params=None)


FUNCTION = """
CREATE OR REPLACE FUNCTION wall_on_duty(people bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1
      FROM marugoto_permissions_membership m
      JOIN marugoto_permissions_agency a ON a.id = m.agency_id
      JOIN {user_table} u ON u.id = m.user_id
     WHERE m.user_id = ANY (people) AND a.is_center AND m.role IN ('reception', 'coordinator', 'chief') AND u.is_active
       AND m.ended_at IS NULL AND m.starts_on <= clock_today()
       AND (m.ends_on IS NULL OR m.ends_on >= clock_today())
       AND a.closed_at IS NULL AND (a.contract_starts_on IS NULL OR a.contract_starts_on <= clock_today())
       AND (a.contract_ends_on IS NULL OR a.contract_ends_on >= clock_today()))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("marugoto_permissions", "0012_watch_sees_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
