"""The log by month, with where and on what ground; its seals; what was archived. The text is frozen."""

import django.db.models
from django.db import migrations, models

import permissions.walls.clock

TABLE = """
ALTER TABLE marugoto_permissions_auditentry RENAME TO marugoto_permissions_auditentry_before;
DROP INDEX audit_case_at;
DROP INDEX audit_user_at;
CREATE SEQUENCE marugoto_permissions_audit_number AS bigint;
CREATE TABLE marugoto_permissions_auditentry (
  number bigint NOT NULL DEFAULT nextval('marugoto_permissions_audit_number'),
  at timestamptz NOT NULL DEFAULT clock_now(),
  request_id uuid,
  address inet,
  user_id bigint,
  membership_id bigint,
  agency_id bigint,
  role varchar(24) NOT NULL DEFAULT '',
  verb varchar(40) NOT NULL,
  subject varchar(80) NOT NULL,
  subject_id varchar(64) NOT NULL,
  case_id uuid,
  person_id uuid,
  item varchar(16) NOT NULL DEFAULT '',
  basis varchar(16) NOT NULL DEFAULT '',
  line_id uuid,
  detail jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (number, at)
) PARTITION BY RANGE (at);
CREATE INDEX audit_case_at ON marugoto_permissions_auditentry (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX audit_user_at ON marugoto_permissions_auditentry (user_id, at);
CREATE INDEX audit_at ON marugoto_permissions_auditentry USING brin (at) WITH (autosummarize = on);
CREATE TABLE marugoto_permissions_auditentry_default PARTITION OF marugoto_permissions_auditentry DEFAULT;
"""

FUNCTIONS = """
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
  EXECUTE format('CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON public.%I'
    ' FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change()', name);
END $$;
CREATE OR REPLACE FUNCTION audit_make_partitions(months_ahead integer) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  this_month date := date_trunc('month', clock_now() AT TIME ZONE 'Asia/Tokyo')::date;
  month date;
  name text;
  low timestamptz;
  high timestamptz;
  made integer := 0;
BEGIN
  FOR step IN 0 .. least(months_ahead, 36) LOOP
    month := (this_month + make_interval(months => step))::date;
    name := 'marugoto_permissions_auditentry_' || to_char(month, '"y"YYYY"m"MM');
    low := month::timestamp AT TIME ZONE 'Asia/Tokyo';
    high := (month + interval '1 month')::timestamp AT TIME ZONE 'Asia/Tokyo';
    CONTINUE WHEN to_regclass('public.' || name) IS NOT NULL;
    -- Rows of a month that nobody made ahead stand in the default partition, and stay there.
    CONTINUE WHEN EXISTS (
      SELECT 1 FROM public.marugoto_permissions_auditentry e WHERE e.at >= low AND e.at < high);
    EXECUTE format('CREATE TABLE public.%I (LIKE public.marugoto_permissions_auditentry INCLUDING DEFAULTS)', name);
    PERFORM public.audit_close_partition(name);
    EXECUTE format('ALTER TABLE public.marugoto_permissions_auditentry ATTACH PARTITION public.%I'
      ' FOR VALUES FROM (%L) TO (%L)', name, low, high);
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;
"""

FILL = """
SELECT audit_close_partition('marugoto_permissions_auditentry_default');
SELECT audit_make_partitions(3);
INSERT INTO marugoto_permissions_auditentry
  (at, user_id, membership_id, agency_id, verb, subject, subject_id, case_id, person_id, item, detail)
  SELECT at, user_id, membership_id, agency_id, verb, subject, subject_id, case_id, person_id, item, detail
    FROM marugoto_permissions_auditentry_before ORDER BY at, id;
DROP TABLE marugoto_permissions_auditentry_before;
"""

# Number and time are the database's own: the application has no right to give them.
GRANTS = """
REVOKE INSERT ON marugoto_permissions_auditentry FROM app_web;
GRANT INSERT (request_id, address, user_id, membership_id, agency_id, role, verb, subject, subject_id, case_id, person_id, item, basis, line_id, detail)
  ON marugoto_permissions_auditentry TO app_web;
"""

WALLS = """
ALTER TABLE marugoto_permissions_auditentry ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_auditentry FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_auditentry;
CREATE POLICY wall_owner ON marugoto_permissions_auditentry FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_auditentry;
CREATE POLICY wall_select ON marugoto_permissions_auditentry FOR SELECT TO app_web USING ((select wall_role()) IN ('privacy_officer', 'auditor') OR (select wall_job()) = 'seal_audit');
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

ALTER TABLE marugoto_permissions_auditseal ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_auditseal FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_auditseal;
CREATE POLICY wall_owner ON marugoto_permissions_auditseal FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_auditseal;
CREATE POLICY wall_select ON marugoto_permissions_auditseal FOR SELECT TO app_web USING ((select wall_role()) IN ('privacy_officer', 'auditor') OR (select wall_job()) = 'seal_audit');
DROP POLICY IF EXISTS wall_insert ON marugoto_permissions_auditseal;
CREATE POLICY wall_insert ON marugoto_permissions_auditseal FOR INSERT TO app_web WITH CHECK ((select wall_job()) = 'seal_audit');
DROP POLICY IF EXISTS wall_update ON marugoto_permissions_auditseal;
CREATE POLICY wall_update ON marugoto_permissions_auditseal FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON marugoto_permissions_auditseal;
CREATE POLICY wall_delete ON marugoto_permissions_auditseal FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_auditseal FROM app_web;
REVOKE UPDATE, DELETE ON marugoto_permissions_auditseal FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON marugoto_permissions_auditseal;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON marugoto_permissions_auditseal FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();

ALTER TABLE marugoto_permissions_auditarchive ENABLE ROW LEVEL SECURITY;
ALTER TABLE marugoto_permissions_auditarchive FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS wall_owner ON marugoto_permissions_auditarchive;
CREATE POLICY wall_owner ON marugoto_permissions_auditarchive FOR ALL TO app_owner USING (true) WITH CHECK (true);
DROP POLICY IF EXISTS wall_select ON marugoto_permissions_auditarchive;
CREATE POLICY wall_select ON marugoto_permissions_auditarchive FOR SELECT TO app_web USING ((select wall_role()) IN ('privacy_officer', 'auditor') OR (select wall_job()) = 'seal_audit');
DROP POLICY IF EXISTS wall_insert ON marugoto_permissions_auditarchive;
CREATE POLICY wall_insert ON marugoto_permissions_auditarchive FOR INSERT TO app_web WITH CHECK (false);
DROP POLICY IF EXISTS wall_update ON marugoto_permissions_auditarchive;
CREATE POLICY wall_update ON marugoto_permissions_auditarchive FOR UPDATE TO app_web USING (false) WITH CHECK (false);
DROP POLICY IF EXISTS wall_delete ON marugoto_permissions_auditarchive;
CREATE POLICY wall_delete ON marugoto_permissions_auditarchive FOR DELETE TO app_web USING (false);
REVOKE TRUNCATE, REFERENCES, TRIGGER ON marugoto_permissions_auditarchive FROM app_web;
REVOKE UPDATE, DELETE ON marugoto_permissions_auditarchive FROM app_web;
DROP TRIGGER IF EXISTS wall_frozen ON marugoto_permissions_auditarchive;
CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON marugoto_permissions_auditarchive FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();
"""


def build(apps, schema_editor):
    # One by one: what was copied has no checks waiting, but DDL and data in one string would be read as one.
    for text in (TABLE, FUNCTIONS, FILL, GRANTS):
        schema_editor.execute(text, params=None)


def wall(apps, schema_editor):
    schema_editor.execute(WALLS, params=None)


class Migration(migrations.Migration):
    dependencies = [("marugoto_permissions", "0003_accounts")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(build, migrations.RunPython.noop)],
            state_operations=[
                migrations.DeleteModel(name="AuditEntry"),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("at", models.DateTimeField(verbose_name="日時")),
                        ("request_id", models.UUIDField(null=True)),
                        ("address", models.GenericIPAddressField(null=True, verbose_name="接続元")),
                        ("user_id", models.BigIntegerField(null=True, verbose_name="人")),
                        ("membership_id", models.BigIntegerField(null=True, verbose_name="所属")),
                        ("agency_id", models.BigIntegerField(null=True, verbose_name="機関")),
                        ("role", models.CharField(blank=True, max_length=24, verbose_name="役割")),
                        ("verb", models.CharField(max_length=40, verbose_name="したこと")),
                        ("subject", models.CharField(max_length=80, verbose_name="対象")),
                        ("subject_id", models.CharField(max_length=64, verbose_name="対象の番号")),
                        ("case_id", models.UUIDField(null=True, verbose_name="ケース")),
                        ("person_id", models.UUIDField(null=True, verbose_name="本人・世帯員")),
                        ("item", models.CharField(blank=True, max_length=16, verbose_name="項目")),
                        ("basis", models.CharField(blank=True, max_length=16, verbose_name="根拠")),
                        ("line_id", models.UUIDField(null=True)),
                        ("detail", models.JSONField(default=dict, verbose_name="補足")),
                    ],
                    options={
                        "verbose_name": "操作の記録",
                        "verbose_name_plural": "操作の記録",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("case_id__isnull", False)),
                                fields=["case_id", "at"],
                                name="audit_case_at",
                            ),
                            models.Index(fields=["user_id", "at"], name="audit_user_at"),
                        ],
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="AuditArchive",
            fields=[
                ("month", models.DateField(primary_key=True, serialize=False)),
                ("first", models.BigIntegerField()),
                ("last", models.BigIntegerField()),
                ("rows", models.BigIntegerField()),
                ("rows_digest", models.CharField(max_length=64)),
                ("archived_at", models.DateTimeField(default=permissions.walls.clock.ClockNow)),
            ],
            options={"verbose_name": "操作の記録の保管"},
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("after", models.BigIntegerField()),
                ("upto", models.BigIntegerField()),
                ("rows", models.IntegerField()),
                ("rows_digest", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "操作の記録の封印",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("upto__gt", django.db.models.F("after"))),
                        name="auditseal_in_order",
                    )
                ],
            },
        ),
        migrations.RunPython(wall, migrations.RunPython.noop),
    ]
