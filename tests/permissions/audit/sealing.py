"""A sealed log of four batches, and SQL to tamper with it."""

from django.db import connection

from permissions.audit.actions import record
from permissions.audit.seals import seal_entries

LOG = "marugoto_permissions_auditentry"
SEALS = "marugoto_permissions_auditseal"
BATCHES = 4
ROWS = 3


def sql(query, *values):
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def sealed_numbers(wearing):
    """Make four batches of three rows as the application; afterwards everything may be tampered with."""
    with wearing("app_web"):
        for batch in range(BATCHES):
            for row in range(ROWS):
                record(None, "signed_in", None, detail={"batch": batch, "row": row})
            seal_entries()
    for table in (LOG, SEALS):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER wall_frozen")
    return [number for (number,) in sql(f"SELECT number FROM {LOG} ORDER BY number")]


def fake_row(number, *, at="clock_now()"):
    sql(
        f"INSERT INTO {LOG} (number, at, verb, subject, subject_id) VALUES (%s, {at}, 'signed_in', '', '')",
        number,
    )
