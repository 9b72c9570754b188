"""From walls as data to SQL. Migrations freeze the text; a test compares data and catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import connections

from .policies import OWNER_ROLE, WEB_ROLE, Wall


def grant_defaults(using: str, **kwargs: Any) -> None:
    """Give the application's role its rights on every table that is going to be created.

    Runs before each migrate, as owner. Never "GRANT ... ON ALL TABLES" afterwards: it would give back what the
    walls take away (stack.md, recipe).
    """
    with connections[using].cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {WEB_ROLE}")
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public"
            f" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {WEB_ROLE}"
        )
        cursor.execute(
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {WEB_ROLE}"
        )


def walls_of(app_name: str) -> tuple[Wall, ...]:
    """Return the walls an app declares in its ``walls`` module, or none."""
    if find_spec(f"{app_name}.walls") is None:
        return ()
    walls: tuple[Wall, ...] = getattr(import_module(f"{app_name}.walls"), "WALLS", ())
    return walls


def all_walls() -> tuple[Wall, ...]:
    """Return the walls of every installed app."""
    return tuple(wall for config in apps.get_app_configs() for wall in walls_of(config.name))


def install_sql(walls: Iterable[Wall]) -> str:
    """Return the SQL that builds the walls on existing tables. Running it again replaces them."""
    return "\n".join(_one(wall) for wall in walls)


def _one(wall: Wall) -> str:
    table = wall.table
    lines = [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;",
    ]
    lines += _policy(table, "owner", f"FOR ALL TO {OWNER_ROLE} USING (true) WITH CHECK (true)")
    lines += _policy(table, "select", f"FOR SELECT TO {WEB_ROLE} USING ({wall.select})")
    lines += _policy(table, "insert", f"FOR INSERT TO {WEB_ROLE} WITH CHECK ({wall.insert})")
    lines += _policy(
        table, "update", f"FOR UPDATE TO {WEB_ROLE} USING ({wall.update}) WITH CHECK ({wall.update})"
    )
    lines += _policy(table, "delete", f"FOR DELETE TO {WEB_ROLE} USING ({wall.delete})")
    lines.append(f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON {table} FROM {WEB_ROLE};")
    if wall.frozen:
        lines += _freeze(table)
    return "\n".join(lines) + "\n"


def _policy(table: str, command: str, text: str) -> list[str]:
    name = f"wall_{command}"
    return [f"DROP POLICY IF EXISTS {name} ON {table};", f"CREATE POLICY {name} ON {table} {text};"]


def _freeze(table: str) -> list[str]:
    return [
        f"REVOKE UPDATE, DELETE ON {table} FROM {WEB_ROLE};",
        f"DROP TRIGGER IF EXISTS wall_frozen ON {table};",
        f"CREATE TRIGGER wall_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION wall_refuse_change();",
    ]
