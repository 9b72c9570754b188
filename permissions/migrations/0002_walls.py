"""Functions for every policy, and the walls of this app. The text is frozen; a test compares it with the data."""

from django.conf import settings
from django.db import migrations


def build(apps, schema_editor):
    user_table = apps.get_model(settings.AUTH_USER_MODEL)._meta.db_table
    schema_editor.execute(FUNCTIONS.replace("{user_table}", schema_editor.quote_name(user_table)), params=None)
    schema_editor.execute(WALLS, params=None)


FUNCTIONS = """
CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()';
CREATE OR REPLACE FUNCTION clock_today() RETURNS date LANGUAGE sql STABLE
  AS $$ SELECT (clock_now() AT TIME ZONE 'Asia/Tokyo')::date $$;
CREATE OR REPLACE FUNCTION wall_membership() RETURNS bigint LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.membership', true), '')::bigint $$;
CREATE OR REPLACE FUNCTION wall_form() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.form', true), '') $$;
CREATE OR REPLACE FUNCTION wall_receipt() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.receipt', true), '') $$;
CREATE OR REPLACE FUNCTION wall_job() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.job', true), '') $$;
CREATE OR REPLACE FUNCTION wall_standing(
    OUT agency bigint, OUT agency_group integer, OUT person integer, OUT role text, OUT center boolean
  ) RETURNS SETOF record LANGUAGE sql STABLE ROWS 1 AS $$
  SELECT m.agency_id, a.group_id, m.user_id, m.role::text, a.is_center
    FROM marugoto_permissions_membership m
    JOIN marugoto_permissions_agency a ON a.id = m.agency_id
    JOIN {user_table} u ON u.id = m.user_id
   WHERE m.id = wall_membership() AND u.is_active
     AND m.ended_at IS NULL AND m.starts_on <= clock_today()
     AND (m.ends_on IS NULL OR m.ends_on >= clock_today())
     AND a.closed_at IS NULL AND (a.contract_starts_on IS NULL OR a.contract_starts_on <= clock_today())
     AND (a.contract_ends_on IS NULL OR a.contract_ends_on >= clock_today())
$$;
CREATE OR REPLACE FUNCTION wall_agency() RETURNS bigint LANGUAGE sql STABLE
  AS $$ SELECT agency FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_reader() RETURNS bigint LANGUAGE sql STABLE
  AS $$ SELECT agency FROM wall_standing() WHERE role IN ('reception', 'coordinator', 'chief', 'agency_staff') $$;
CREATE OR REPLACE FUNCTION wall_group() RETURNS integer LANGUAGE sql STABLE
  AS $$ SELECT agency_group FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_person() RETURNS integer LANGUAGE sql STABLE
  AS $$ SELECT person FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_role() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT role FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_center() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT coalesce((SELECT center AND role IN ('reception', 'coordinator', 'chief') FROM wall_standing()), false) $$;
CREATE OR REPLACE FUNCTION wall_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are frozen: add a new row that supersedes it', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""

WALLS = """
ALTER TABLE marugoto_permissions_auditentry ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_auditentry FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_auditentry;
CREATE POLICY wall_owner ON marugoto_permissions_auditentry FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_auditentry;
CREATE POLICY wall_select ON marugoto_permissions_auditentry FOR SELECT TO app_web USING ((select wall_role()) IN ('privacy_officer', 'auditor'));
DROP POLICY IF EXISTS wall_insert ON marugoto_permissions_auditentry;
CREATE POLICY wall_insert ON marugoto_permissions_auditentry FOR INSERT TO app_web WITH CHECK (membership_id IS NULL OR membership_id = (select wall_membership()));
DROP POLICY IF EXISTS wall_update ON marugoto_permissions_auditentry;
CREATE POLICY wall_update ON marugoto_permissions_auditentry FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON marugoto_permissions_auditentry;
CREATE POLICY wall_delete ON marugoto_permissions_auditentry FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_auditentry FROM app_web;
REVOKE UPDATE, DELETE ON marugoto_permissions_auditentry FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON marugoto_permissions_auditentry;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON marugoto_permissions_auditentry FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("marugoto_permissions", "0001_initial")]

    operations = [migrations.RunPython(build, migrations.RunPython.noop)]
