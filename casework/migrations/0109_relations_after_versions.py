"""A relation is noted after the versions that were fixed before it. The text is frozen; a test compares it."""

from django.db import migrations

SQL = """
CREATE FUNCTION casework_note_after_versions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  NEW.noted_at := greatest(NEW.noted_at, (
    SELECT max(a.fixed_at) + interval '1 microsecond' FROM casework_assessment a WHERE a.case_id = NEW.case_id));
  RETURN NEW;
END $$;
CREATE TRIGGER after_versions BEFORE INSERT ON casework_relation
  FOR EACH ROW EXECUTE FUNCTION casework_note_after_versions();
"""
BACK = "DROP FUNCTION casework_note_after_versions() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("casework", "0108_plan_confirmed_notifications")]

    operations = [migrations.RunSQL(SQL, BACK, elidable=False)]
