"""How many sheets of one's own agency wait. The text is frozen; a test compares it."""

from django.db import migrations

WAITING = """
CREATE FUNCTION casework_waiting_sheets() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT count(*) FROM casework_sheet s
    JOIN marugoto_permissions_membership m ON m.id = s.membership_id
   WHERE s.state = 'waiting' AND m.agency_id = wall_reader()
$$;
"""


class Migration(migrations.Migration):

    dependencies = [('casework', '0023_concealment_walls')]

    operations = [migrations.RunSQL(WAITING, "DROP FUNCTION casework_waiting_sheets()")]
