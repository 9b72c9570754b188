"""The owner sees the rows of each month's table by its own name, as pg_dump asks for them; without this a backup
would hold an empty log.
"""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION audit_close_partition(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  other regrole;
BEGIN
  EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
  EXECUTE format('ALTER TABLE public.%I FORCE ROW LEVEL SECURITY', name);
  FOR other IN
    SELECT DISTINCT granted.grantee::regrole FROM pg_class c, aclexplode(c.relacl) granted
     WHERE c.oid = format('public.%I', name)::regclass AND granted.grantee NOT IN (0, c.relowner)
  LOOP
    EXECUTE format('REVOKE ALL ON public.%I FROM %s', name, other);
  END LOOP;
  EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', name);
  EXECUTE format('CREATE POLICY wall_owner ON public.%I FOR ALL TO app_owner USING (true) WITH CHECK (true)', name);
  EXECUTE format('CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON public.%I'
    ' FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change()', name);
END $$;
"""

FOR_WHAT_IS_THERE = """
DO $$
DECLARE
  part regclass;
BEGIN
  FOR part IN SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'marugoto_permissions_auditentry'::regclass
  LOOP
    EXECUTE format('CREATE POLICY wall_owner ON %s FOR ALL TO app_owner USING (true) WITH CHECK (true)', part);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("marugoto_permissions", "0005_public_node")]

    operations = [
        migrations.RunSQL(FUNCTION, migrations.RunSQL.noop),
        migrations.RunSQL(FOR_WHAT_IS_THERE, migrations.RunSQL.noop),
    ]
