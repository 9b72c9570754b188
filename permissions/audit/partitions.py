"""The log is kept by month: one table each (Japan's months), made ahead, behind walls of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import connection

TABLE = "marugoto_permissions_auditentry"
MONTHS_AHEAD = 3
LEAST_MONTHS_AHEAD = 2

# A table that is asked for by its own name does not know the policies of the whole: so each has row-level security
# with no policy but the owner's (a backup reads each by its name), no right for anybody else, and its own trigger.
# Attaching takes no lock that a writer waits for.
FUNCTIONS_SQL = """
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


@dataclass(frozen=True)
class Partition:
    """One month's table. ``month`` is its first day, or None for the table of everything else."""

    name: str
    month: dt.date | None


def make_partitions(months_ahead: int = MONTHS_AHEAD) -> int:
    """Make the tables of this month and the next ones that are missing; return how many were made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_make_partitions(%s)", [months_ahead])
        made: int = cursor.fetchone()[0]
    return made


def partitions() -> list[Partition]:
    """Return the tables of the log, oldest month first, the one of everything else last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = %s::regclass",
            [TABLE],
        )
        found = [Partition(name, _month_of(name)) for (name,) in cursor.fetchall()]
    return sorted(found, key=lambda partition: (partition.month is None, partition.month or dt.date.min))


def month_after(month: dt.date) -> dt.date:
    """Return the first day of the month after."""
    return dt.date(month.year + month.month // 12, month.month % 12 + 1, 1)


def name_of(month: dt.date) -> str:
    return f"{TABLE}_y{month:%Y}m{month:%m}"


def _month_of(name: str) -> dt.date | None:
    suffix = name.removeprefix(f"{TABLE}_")
    return dt.datetime.strptime(suffix, "y%Ym%m").date() if suffix != "default" else None  # noqa: DTZ007 -- a day
