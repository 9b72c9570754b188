"""Which database, and as whom: decided once per process, by its command and its environment."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from marugoto_site.database import embedded
from marugoto_site.database.roles import OWNER, PUBLIC, WEB, Preparation, prepare

DATABASE_NAME = "marugoto"

# These make or fill tables. Everything else, the shell included, works as the web role.
OWNER_COMMANDS = frozenset(
    {
        "archive_audit",
        "breach_file",
        "backup",
        "createcachetable",
        "dbshell",
        "flush",
        "load_demo",
        "migrate",
        "sqlmigrate",
        "verify_grants",
        "wall_sql",
    }
)


def acts_as_owner() -> bool:
    wanted = os.environ.get("MARUGOTO_DB_ROLE", "")
    if wanted not in {"", "owner", "web"}:
        raise ImproperlyConfigured("MARUGOTO_DB_ROLE is 'owner', 'web' or not set.")
    if wanted:
        return wanted == "owner"
    is_manage = Path(sys.argv[0]).name in {"manage.py", "django-admin", "__main__.py", "marugoto"}
    return is_manage and len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS


def node() -> str:
    """Return which half of the site this process is: both, public or casework."""
    wanted = os.environ.get("MARUGOTO_NODE", "") or "both"
    if wanted not in {"both", "public", "casework"}:
        raise ImproperlyConfigured("MARUGOTO_NODE is 'both', 'public', 'casework' or not set.")
    return wanted


def is_pooled() -> bool:
    """Tell whether a pooler in transaction mode stands between (MARUGOTO_DB_POOLED=1)."""
    return os.environ.get("MARUGOTO_DB_POOLED") == "1"


def _prepare_threshold() -> int | None:
    """Return after how many times the server keeps a statement that is sent apart from its values.

    Django sends none so; the audit log does (permissions/audit/actions.py).
    """
    return None if is_pooled() else 1


def database_settings(*, local_dir: Path) -> dict[str, Any]:
    """Return Django's settings of the one database for this process."""
    chosen = _from_url() if os.environ.get("DATABASE_URL") else _embedded(local_dir)
    return {
        "ENGINE": "django.db.backends.postgresql",
        # A pooler keeps connections itself; one of ours that is kept open would take a place for nothing.
        "CONN_MAX_AGE": 0 if is_pooled() else 60,
        "CONN_HEALTH_CHECKS": True,
        # Both this and no prepared statement (below) let a pooler give each transaction another connection.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        **chosen,
    }


def _from_url() -> dict[str, Any]:
    variable = "MARUGOTO_OWNER_DATABASE_URL" if acts_as_owner() else "DATABASE_URL"
    url = os.environ.get(variable)
    if not url:
        raise ImproperlyConfigured(
            f"{variable} is not set: this command works as the owner of the tables. "
            "Set it to the owner's address (see docs/deployment.md)."
        )
    return settings_of_url(url, variable=variable)


def settings_of_url(url: str, *, variable: str) -> dict[str, Any]:
    """Turn a PostgreSQL address, or a libpq string, into Django's words.

    Raises ImproperlyConfigured, without the address (it holds a password), if it cannot be read.
    """
    try:
        parts = dict(conninfo_to_dict(url))
    except ProgrammingError:
        raise ImproperlyConfigured(
            f"{variable} cannot be read. Write postgresql://user:password@host:5432/database"
        ) from None
    return {
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": {"prepare_threshold": _prepare_threshold(), **parts},
    }


def _embedded(local_dir: Path) -> dict[str, Any]:
    return {
        "NAME": DATABASE_NAME,
        "USER": _role(),
        "PASSWORD": "",
        "HOST": str(embedded.place_of(local_dir).socket_dir),
        "PORT": "5432",
        "OPTIONS": {"prepare_threshold": _prepare_threshold()},
    }


def _role() -> str:
    if acts_as_owner():
        return OWNER
    return PUBLIC if node() == "public" else WEB


def uses_embedded_server() -> bool:
    return not os.environ.get("DATABASE_URL")


def ensure_embedded_ready(local_dir: Path, *, options: Mapping[str, str] = {}) -> embedded.Place:
    """Start the embedded server and make its roles and database, if they are not there yet."""
    place = embedded.ensure_running(local_dir, options=options)
    prepare(embedded.admin_url(place), Preparation(database=DATABASE_NAME))
    return place
