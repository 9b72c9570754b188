"""The walls of this app's own tables, and the functions that every policy may use."""

from __future__ import annotations

from permissions.audit.partitions import FUNCTIONS_SQL as PARTITIONS_SQL
from permissions.roles import ROLES

from .policies import Wall

SEAL_JOB = "seal_audit"
SEALS = f"(select wall_job()) = '{SEAL_JOB}'"
WATCH_JOB = "watch_audit"
WATCHES = f"(select wall_job()) = '{WATCH_JOB}'"
READS_LOG = "(select wall_role()) IN ('privacy_officer', 'auditor')"
_ALARM_ROLES = sorted(code for code, role in ROLES.items() if "casework.view_alarms" in role.permissions)
LOOKS_AT_ALARMS = f"(select wall_role()) IN ({', '.join(repr(code) for code in _ALARM_ROLES)})"
# Whoever manages people sees the invitations of their own agency; the system administrator, all of them.
_MANAGES = (
    "(agency_id = (select wall_agency()) AND (select wall_role()) = 'agency_admin')"
    " OR (select wall_role()) = 'sysadmin'"
)
_HOLDS = "token_hash = (select wall_link())"

WALLS: tuple[Wall, ...] = (
    Wall(
        table="marugoto_permissions_invitation",
        select=f"{_MANAGES} OR {_HOLDS} OR (select wall_job()) IN ('send_invitation', 'forget_invitations')",
        insert=_MANAGES,
        update=f"{_MANAGES} OR {_HOLDS} OR (select wall_job()) IN ('send_invitation', 'forget_invitations')",
    ),
    # Which columns may be given is a matter of grants (migration 0004): number and time may not.
    Wall(
        table="marugoto_permissions_auditentry",
        select=f"{READS_LOG} OR {SEALS} OR {WATCHES}",
        insert="membership_id IS NULL OR membership_id = (select wall_membership())",
        frozen=True,
    ),
    Wall(
        table="marugoto_permissions_auditseal",
        select=f"{READS_LOG} OR {SEALS}",
        insert=SEALS,
        frozen=True,
    ),
    # Written by the owner alone, when a month leaves the database.
    Wall(
        table="marugoto_permissions_auditarchive",
        select=f"{READS_LOG} OR {SEALS}",
        frozen=True,
    ),
    Wall(
        table="marugoto_permissions_auditalarm",
        select=f"{LOOKS_AT_ALARMS} OR {WATCHES}",
        insert=WATCHES,
        frozen=True,
    ),
    # Nobody says of themselves that all was well.
    Wall(
        table="marugoto_permissions_alarmreview",
        select=f"{LOOKS_AT_ALARMS} OR {WATCHES}",
        insert=f"{LOOKS_AT_ALARMS} AND reviewed_by_id = (select wall_membership()) AND EXISTS (SELECT 1"
        " FROM marugoto_permissions_auditalarm a WHERE a.id = alarm_id AND a.user_id <> (select wall_person()))",
        frozen=True,
    ),
)

# Run as the owner, because whoever asks may not do what they do. The whole list of this app.
DEFINER_FUNCTIONS = ("audit_make_partitions",)


def functions_sql(user_table: str) -> str:
    """Return the SQL of the functions that policies use.

    Who is asking comes from one transaction-local setting, the membership; whether it still counts is asked
    in the tables, so that ending a membership or closing an agency acts on the next statement.
    """
    duty = ", ".join(f"'{code}'" for code, role in ROLES.items() if role.sees_all_cases)
    readers = ", ".join(f"'{code}'" for code, role in ROLES.items() if role.reads_cases)
    return _FUNCTIONS.format(user_table=user_table, duty=duty, readers=readers) + PARTITIONS_SQL


_FUNCTIONS = """
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
CREATE OR REPLACE FUNCTION wall_link() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT nullif(current_setting('marugoto.link', true), '') $$;
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
  AS $$ SELECT agency FROM wall_standing() WHERE role IN ({readers}) $$;
CREATE OR REPLACE FUNCTION wall_group() RETURNS integer LANGUAGE sql STABLE
  AS $$ SELECT agency_group FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_person() RETURNS integer LANGUAGE sql STABLE
  AS $$ SELECT person FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_role() RETURNS text LANGUAGE sql STABLE
  AS $$ SELECT role FROM wall_standing() $$;
CREATE OR REPLACE FUNCTION wall_center() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT coalesce((SELECT center AND role IN ({duty}) FROM wall_standing()), false) $$;
CREATE OR REPLACE FUNCTION wall_on_duty(people bigint[]) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT 1
      FROM marugoto_permissions_membership m
      JOIN marugoto_permissions_agency a ON a.id = m.agency_id
      JOIN {user_table} u ON u.id = m.user_id
     WHERE m.user_id = ANY (people) AND a.is_center AND m.role IN ({duty}) AND u.is_active
       AND m.ended_at IS NULL AND m.starts_on <= clock_today()
       AND (m.ends_on IS NULL OR m.ends_on >= clock_today())
       AND a.closed_at IS NULL AND (a.contract_starts_on IS NULL OR a.contract_starts_on <= clock_today())
       AND (a.contract_ends_on IS NULL OR a.contract_ends_on >= clock_today()))
$$;
CREATE OR REPLACE FUNCTION wall_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are frozen: add a new row that supersedes it', TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
"""
