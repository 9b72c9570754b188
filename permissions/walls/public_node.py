"""What the database role of a public node may do: data, the installer, and what it holds now.

``app_public`` begins with nothing. Each app says in its ``walls`` module, as ``PUBLIC``, which tables a page or a
form of citizens needs; ``migrate`` and ``createcachetable`` bring the database to that, and take away what is no
longer named. A role that does not exist is left alone (``prepare_database`` makes it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from .policies import NEVER, WEB_ROLE

PUBLIC_ROLE = "app_public"
READ = ("SELECT",)


@dataclass(frozen=True)
class PublicGrant:
    """The rights on one table, and why. The conditions count where the table is walled."""

    table: str
    why: str
    rights: tuple[str, ...] = READ
    select: str = NEVER
    insert: str = NEVER

    @property
    def policies(self) -> dict[str, str]:
        """Return policy name: SQL of the policy, for a walled table."""
        found = {}
        if self.select != NEVER:
            found["public_select"] = f"FOR SELECT TO {PUBLIC_ROLE} USING ({self.select})"
        if self.insert != NEVER:
            found["public_insert"] = f"FOR INSERT TO {PUBLIC_ROLE} WITH CHECK ({self.insert})"
        return found


def public_grants() -> tuple[PublicGrant, ...]:
    """Return the grants of every installed app."""
    return tuple(grant for config in apps.get_app_configs() for grant in _grants_of(config.name))


def _grants_of(app_name: str) -> tuple[PublicGrant, ...]:
    if find_spec(f"{app_name}.walls") is None:
        return ()
    grants: tuple[PublicGrant, ...] = getattr(import_module(f"{app_name}.walls"), "PUBLIC", ())
    return grants


def wanted_rights() -> set[tuple[str, str]]:
    """Return (table, right) of the data."""
    return {(grant.table, right) for grant in public_grants() for right in grant.rights}


def install_public_node(using: str, **kwargs: Any) -> None:
    """Give the role exactly what the data says. Must be the owner; touches only what differs."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [PUBLIC_ROLE])
        if cursor.fetchone() is None:
            return
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {PUBLIC_ROLE}")
        _close_definer_functions(cursor)
        for statement in (*_rights_to_change(cursor), *_policies_to_change(cursor)):
            cursor.execute(statement)


def _close_definer_functions(cursor: CursorWrapper) -> None:
    """What runs as the owner reads past every policy, so PUBLIC, which holds this role too, may not call it."""
    cursor.execute(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        " AND has_function_privilege(%s, oid, 'EXECUTE')",
        [PUBLIC_ROLE],
    )
    for (function,) in cursor.fetchall():
        cursor.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC, {PUBLIC_ROLE}")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {WEB_ROLE}")


def rights_now(cursor: CursorWrapper) -> set[tuple[str, str]]:
    """Return (table, right) the role was given by name in this schema."""
    cursor.execute(
        "SELECT c.relname, acl.privilege_type FROM pg_class c, aclexplode(c.relacl) acl"
        " WHERE c.relnamespace = 'public'::regnamespace"
        " AND acl.grantee = (SELECT oid FROM pg_roles WHERE rolname = %s)",
        [PUBLIC_ROLE],
    )
    return set(cursor.fetchall())


def _rights_to_change(cursor: CursorWrapper) -> Iterator[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    )
    tables = {name for (name,) in cursor.fetchall()}
    wanted = {(table, right) for table, right in wanted_rights() if table in tables}
    held = rights_now(cursor)
    for table, right in sorted(held - wanted):
        yield f'REVOKE {right} ON "{table}" FROM {PUBLIC_ROLE}'
    for table, right in sorted(wanted - held):
        yield f'GRANT {right} ON "{table}" TO {PUBLIC_ROLE}'


def wanted_policies() -> dict[tuple[str, str], str]:
    """Return (table, policy name): its SQL."""
    return {(grant.table, name): text for grant in public_grants() for name, text in grant.policies.items()}


def _policies_to_change(cursor: CursorWrapper) -> Iterator[str]:
    """Compare by a mark in each policy's comment: PostgreSQL rewrites the condition itself."""
    cursor.execute(
        "SELECT polrelid::regclass::text, polname, obj_description(oid, 'pg_policy') FROM pg_policy"
        " WHERE polname LIKE 'public\\_%'"
    )
    there = {(table, name): mark for table, name, mark in cursor.fetchall()}
    cursor.execute("SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity")
    walled = {name for (name,) in cursor.fetchall()}
    wanted = {key: text for key, text in wanted_policies().items() if key[0] in walled}
    for table, name in sorted(key for key in there if there[key] != _mark(wanted.get(key, ""))):
        yield f"DROP POLICY {name} ON {table}"
    for (table, name), text in sorted(wanted.items()):
        if there.get((table, name)) != _mark(text):
            yield f"CREATE POLICY {name} ON {table} {text}"
            yield f"COMMENT ON POLICY {name} ON {table} IS '{_mark(text)}'"


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
