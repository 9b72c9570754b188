"""Refuse to work as a database role that row-level security would not hold back.

The policies are the last wall. A superuser, a role with BYPASSRLS, the owner of a table (or a member of it)
walks past them; TRUNCATE knows no policy; whoever may CREATE in the schema can put a function of their own in
the way of ours. So the web and the worker look at themselves before their first request.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from marugoto_site.database.roles import OWNER, PUBLIC, WEB
from permissions.walls.public_node import wanted_rights

PREPARE = "manage.py prepare_database"


@dataclass(frozen=True)
class Refusal:
    """A question to the database whose every answer is a danger, and what to do about it."""

    id: str
    query: str
    say: Callable[[str], str]


# session_user counts as well as current_user: RESET ROLE goes back to it.
ME = "(SELECT oid FROM pg_roles WHERE rolname IN (session_user, current_user))"
OURS = "(SELECT c.* FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v', 'm', 'S'))"

REFUSALS = (
    Refusal(
        "E101",
        f"SELECT rolname FROM pg_roles WHERE oid IN {ME} AND rolsuper",
        lambda role: (
            f"{role} はスーパーユーザーです。DATABASE_URL の利用者を {WEB} にしてください。"
            f" / {role} is a superuser: let DATABASE_URL log in as {WEB}."
        ),
    ),
    Refusal(
        "E102",
        f"SELECT rolname FROM pg_roles WHERE oid IN {ME} AND rolbypassrls",
        lambda role: (
            f"{role} は行レベルセキュリティを素通りできます。実行してください: ALTER ROLE {role} NOBYPASSRLS"
            f" / {role} passes row-level security. Run: ALTER ROLE {role} NOBYPASSRLS"
        ),
    ),
    Refusal(
        "E103",
        f"SELECT min(relname) FROM {OURS} t WHERE relowner IN {ME} HAVING count(*) > 0",
        lambda table: (
            f"この役割は表 {table} などの所有者です。DATABASE_URL の利用者を {WEB} にしてください。"
            f" / This role owns {table}: let DATABASE_URL log in as {WEB}, and migrate as {OWNER}."
        ),
    ),
    Refusal(
        "E104",
        # Membership may go through other roles, and may be without INHERIT: SET ROLE is enough.
        f"SELECT DISTINCT o.rolname FROM pg_roles o WHERE o.oid NOT IN {ME}"
        f" AND EXISTS (SELECT 1 FROM unnest(ARRAY{ME}) me WHERE pg_has_role(me, o.oid, 'MEMBER'))"
        f" AND (o.rolsuper OR o.rolbypassrls OR EXISTS (SELECT 1 FROM {OURS} t WHERE t.relowner = o.oid))",
        lambda role: (
            f"この役割は {role} に属しています。実行してください: REVOKE {role} FROM (この役割)"
            f" / This role is a member of {role}, directly or through another one. Run: REVOKE {role} FROM it"
        ),
    ),
    Refusal(
        "E105",
        f"SELECT min(relname) FROM {OURS} t WHERE relrowsecurity"
        " AND has_table_privilege(oid, 'TRUNCATE') HAVING count(*) > 0",
        lambda table: (
            f"この役割は表 {table} などを TRUNCATE できます。実行してください: REVOKE TRUNCATE ON {table} FROM (この役割)"
            f" / This role may TRUNCATE {table}, past every policy. Run: REVOKE TRUNCATE ON {table} FROM it"
        ),
    ),
    Refusal(
        "E106",
        "SELECT 'public' WHERE has_schema_privilege('public', 'CREATE')",
        lambda schema: (
            f"この役割はスキーマ {schema} に CREATE できます。{PREPARE} を実行してください。"
            f" / This role may CREATE in the schema {schema}. Run: {PREPARE}"
        ),
    ),
)


# Asked on a public node only. Rights may come by name, through PUBLIC, another role or a single column.
HELD = f"""
SELECT relname, r FROM {OURS} t, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) r
WHERE relkind <> 'S' AND (has_table_privilege(oid, r) OR r IN ('SELECT', 'INSERT', 'UPDATE')
  AND has_any_column_privilege(oid, r)) ORDER BY 1, 2
"""
CALLABLE = """
SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace
AND has_function_privilege(oid, 'EXECUTE') ORDER BY 1
"""


def refusals_of(connection: BaseDatabaseWrapper) -> list[tuple[str, str]]:
    """Return (id, text) for each way in which this connection could pass the policies; empty is good."""
    found = []
    with connection.cursor() as cursor:
        for refusal in REFUSALS:
            cursor.execute(refusal.query)
            found += [(refusal.id, refusal.say(name)) for (name,) in cursor.fetchall()]
        if settings.MARUGOTO_NODE == "public":
            found += _public_refusals(cursor)
    return found


def _public_refusals(cursor: CursorWrapper) -> list[tuple[str, str]]:
    """A public node may do what permissions/walls/public_node.py lists; a case table is never in it."""
    cursor.execute(HELD)
    too_much = sorted(set(cursor.fetchall()) - wanted_rights())
    cursor.execute(CALLABLE)
    found = [("E108", function) for (function,) in cursor.fetchall()]
    if too_much:
        found.append(("E107", ", ".join(f"{right} {table}" for table, right in too_much[:5])))
    return [
        (
            id_,
            f"公開側のノードの役割に余分な権限があります({what})。DATABASE_URL の利用者を {PUBLIC} にして、"
            f"manage.py migrate を実行してください。 / The role of this public node may do more than it needs ({what}):"
            f" let DATABASE_URL log in as {PUBLIC} and run manage.py migrate.",
        )
        for id_, what in found
    ]


def refuse_powerful_role(connection: BaseDatabaseWrapper) -> None:
    """Raise ImproperlyConfigured if this connection could pass the policies."""
    found = refusals_of(connection)
    if found:
        lines = "\n".join(f"  {id_}: {text}" for id_, text in found)
        raise ImproperlyConfigured(
            "データベースの役割が強すぎるため、起動しません。"
            f" / The database role could pass the access policies; not starting:\n{lines}"
        )
