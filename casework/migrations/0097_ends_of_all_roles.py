"""What is hidden from everybody ends with its decision as well; a decision that ends single roles is counted as one that looks again.

The text is frozen; a test compares it.
"""

from importlib import import_module

from django.db import migrations

# ruff: noqa: E501
FUNCTIONS = """
CREATE FUNCTION casework_end_all_roles() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO casework_roleend (id, role_id, case_id, person_id, item, decision_id, ended_at)
    SELECT gen_random_uuid(), r.id, r.case_id, r.person_id, r.item, NEW.decision_id, NEW.ended_at FROM casework_rolerow r
     WHERE r.decision_id = NEW.ended_id AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = r.id);
  RETURN NULL;
END $$;
CREATE TRIGGER end_all_roles AFTER INSERT ON casework_decisionend
  FOR EACH ROW EXECUTE FUNCTION casework_end_all_roles();
CREATE FUNCTION casework_nothing_stands(wanted uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM casework_direction d WHERE d.decision_id = wanted)
     AND NOT EXISTS (SELECT 1 FROM casework_rolerow r WHERE r.decision_id = wanted
                     AND NOT EXISTS (SELECT 1 FROM casework_roleend e WHERE e.role_id = r.id))
$$;
"""
FUNCTIONS_BACK = """
DROP TRIGGER end_all_roles ON casework_decisionend;
DROP FUNCTION casework_end_all_roles();
DROP FUNCTION casework_nothing_stands(uuid);
"""
COUNTED_BEFORE = import_module("casework.migrations.0089_ends_of_roles").COUNTED
_WHOLE = "CASE WHEN EXISTS (SELECT 1 FROM casework_decisionend e WHERE e.decision_id = d.id) THEN 'again'"
COUNTED = COUNTED_BEFORE.replace(
    _WHOLE, _WHOLE.replace(" THEN 'again'", " OR EXISTS (SELECT 1 FROM casework_roleend e WHERE e.decision_id = d.id) THEN 'again'")
)


class Migration(migrations.Migration):

    dependencies = [("casework", "0096_reminders_of_refusals_and_talks")]

    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK, elidable=False),
        migrations.RunSQL(COUNTED, COUNTED_BEFORE, elidable=False),
    ]
