"""What a database holds, in a form that can be compared: counts, a sample of rows, policies, rights, the rest.

Each fact has a name, so that a comparison can say which table or policy differs.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import psycopg
from psycopg import sql

Facts = dict[str, dict[str, Any]]

SAMPLE_ROWS = 250  # from each end of the key; UUID keys are drawn at random

# Rows are compared as text, so what decides on their text must not differ.
AS_TEXT = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 1"

TABLES = """
SELECT c.relname, coalesce(
  (SELECT array_agg(a.attname ORDER BY k.place) FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, place)
     JOIN pg_attribute a ON a.attnum = k.attnum
    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid), '{}')
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1
"""
# name: question that gives (name of the thing, its whole text)
CATALOGUE = {
    "policies": (
        "SELECT tablename || '.' || policyname, concat_ws('|', permissive, roles, cmd, qual, with_check)"
        " FROM pg_policies WHERE schemaname = 'public'"
    ),
    "row_security": (
        "SELECT relname, concat(relrowsecurity, relforcerowsecurity) FROM pg_class"
        " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    ),
    "rights": (
        "SELECT relname, (SELECT string_agg(concat(grantee::regrole, ':', privilege_type), ' ' ORDER BY"
        " grantee::regrole::text, privilege_type) FROM aclexplode(coalesce(relacl, acldefault("
        " CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner))) WHERE grantee <> 0)"
        " || pg_get_userbyid(relowner) FROM pg_class"
        " WHERE relkind IN ('r', 'p', 'S', 'v') AND relnamespace = 'public'::regnamespace"
    ),
    "functions": (
        "SELECT oid::regprocedure::text, concat(pg_get_functiondef(oid), pg_get_userbyid(proowner),"
        " (SELECT string_agg(concat(CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END), ' '"
        " ORDER BY pg_get_userbyid(grantee)) FROM aclexplode(coalesce(proacl, acldefault('f', proowner)))))"
        " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'"
    ),
    "triggers": (
        "SELECT concat(tgrelid::regclass, '.', tgname), concat(tgenabled, pg_get_triggerdef(oid))"
        " FROM pg_trigger WHERE NOT tgisinternal"
    ),
    "constraints": (
        "SELECT concat(conrelid::regclass, '.', conname), concat(convalidated, pg_get_constraintdef(oid))"
        " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    ),
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": "SELECT sequencename, last_value::text FROM pg_sequences WHERE schemaname = 'public'",
}

REWRITTEN = frozenset({"constraints", "indexes"})


def facts_of(connection: psycopg.Connection) -> Facts:
    """Read everything; the caller's transaction decides of which moment it is."""
    connection.execute(AS_TEXT)
    tables = connection.execute(TABLES).fetchall()
    rows = {name: _count(connection, name) for name, _key in tables}
    samples = {name: _sample(connection, name, key) for name, key in tables if key and rows[name]}
    return {"rows": rows, "samples": samples, **catalogue_of(connection)}


def catalogue_of(connection: psycopg.Connection) -> Facts:
    return {
        name: {
            thing: _digest(_plain(text) if name in REWRITTEN else text)
            for thing, text in sorted(connection.execute(words).fetchall())
        }
        for name, words in CATALOGUE.items()
    }


def _plain(text: str) -> str:
    """PostgreSQL puts the casts of a list elsewhere when it reads its own words again."""
    return re.sub(r"::[a-z ]+(\[\])?|[()\s]", "", text)


def _digest(text: str | None) -> str:
    return hashlib.sha256((text or "").encode()).hexdigest()[:16]


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None  # noqa: S101 -- count(*) always answers
    return int(row[0])


def _sample(connection: psycopg.Connection, table: str, key: list[str]) -> str:
    """Return a digest of the first and the last rows by primary key."""
    up = sql.SQL(", ").join(sql.Identifier(name) for name in key)
    down = sql.SQL(", ").join(sql.SQL("{} DESC").format(sql.Identifier(name)) for name in key)
    words = sql.SQL(
        "SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex') FROM ("
        " (SELECT t::text AS line FROM {table} t ORDER BY {up} LIMIT {rows}) UNION"
        " (SELECT t::text FROM {table} t ORDER BY {down} LIMIT {rows})) ends"
    ).format(table=sql.Identifier(table), up=up, down=down, rows=SAMPLE_ROWS)
    row = connection.execute(words).fetchone()
    return str(row[0]) if row else ""


def differences(expected: Facts, found: Facts) -> list[str]:
    """Return one line for each thing that is missing, new or different; empty is good."""
    lines = []
    for kind, wanted in expected.items():
        there: Mapping[str, Any] = found.get(kind, {})
        lines += [f"{kind}: {name} is missing" for name in wanted if name not in there]
        lines += [f"{kind}: {name} was not there" for name in there if name not in wanted]
        lines += [
            f"{kind}: {name} differs: {wanted[name]} in the backup, {there[name]} restored"
            for name in wanted
            if name in there and there[name] != wanted[name]
        ]
    return lines
