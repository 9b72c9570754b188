"""Who opened a case, for its owner. The text is frozen; a test compares it with the data."""

from django.db import migrations

OPENINGS = """
CREATE FUNCTION casework_openings(wanted uuid, since timestamptz, until timestamptz)
RETURNS SETOF marugoto_permissions_auditentry LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT e.* FROM marugoto_permissions_auditentry e
   WHERE e.case_id = wanted AND e.at >= since AND e.at < until
     AND e.verb IN ('read', 'sheet_made', 'sheet_opened', 'letter_made')
     AND wall_center() AND NOT (wanted = ANY ((SELECT wall_blocked())::uuid[]))
     AND (wall_role() = 'chief' OR (wall_role() = 'coordinator' AND EXISTS (
       SELECT 1 FROM casework_case c WHERE c.id = wanted AND c.holder_id = wall_agency())))
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0002_walls"), ("marugoto_permissions", "0004_audit")]

    operations = [
        migrations.RunSQL(
            OPENINGS, "DROP FUNCTION casework_openings(uuid, timestamptz, timestamptz);", elidable=False
        )
    ]
