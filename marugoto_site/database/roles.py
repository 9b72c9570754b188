"""The log-in roles and what each may do; the same on every PostgreSQL."""

from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER = "app_owner"
WEB = "app_web"
# A node that stands apart, towards the citizens; permissions/walls/public_node.py says what it may do.
PUBLIC = "app_public"
MINIMUM_VERSION = 15
LOCK = 0x6D61_7275  # "maru"

# What each role's connections start with. The web role never needs parallel workers: its reads are
# short, and a parallel plan cannot use functions that read the session's context.
_SERVING = {
    "max_parallel_workers_per_gather": "0",
    "idle_in_transaction_session_timeout": "60s",
    "lock_timeout": "10s",
    "statement_timeout": "60s",
}
ROLE_SETTINGS = {
    OWNER: {"lock_timeout": "60s"},
    WEB: _SERVING,
    PUBLIC: {**_SERVING, "statement_timeout": "20s"},
}


class PreparationError(Exception):
    """The roles could not be made; the text says what to do."""


@dataclass(frozen=True)
class Preparation:
    """What shall exist afterwards. A password of None leaves the role's password as it is."""

    database: str
    owner_password: str | None = None
    web_password: str | None = None
    public_password: str | None = None


def prepare(admin_url: str, wanted: Preparation) -> list[str]:
    """Make roles, database and grants; return what was done, one line each. Safe to repeat.

    Raises PreparationError if the server is too old or the account may not make roles.
    """
    done: list[str] = []
    try:
        with psycopg.connect(admin_url, autocommit=True, connect_timeout=10) as admin:
            _refuse_old_server(admin)
            # Two preparations at once would trip over each other's rows; the lock goes with the connection.
            admin.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            _make_roles(admin, wanted, done)
            _make_database(admin, wanted.database, done)
            with psycopg.connect(admin_url, dbname=wanted.database, autocommit=True) as inside:
                _close_public_schema(inside)
    except psycopg.errors.InsufficientPrivilege as error:
        raise PreparationError(
            f"この管理用の接続では権限が足りません: {error.diag.message_primary}。"
            " スーパーユーザー、または CREATEROLE と CREATEDB を持つ役割で接続してください。"
            " / The admin account lacks rights: use a superuser, or a role with CREATEROLE and CREATEDB."
        ) from error
    except psycopg.OperationalError as error:
        raise PreparationError(f"接続できません / cannot connect: {str(error).strip()}") from error
    return done


def _refuse_old_server(admin: psycopg.Connection) -> None:
    version = admin.info.server_version // 10000
    if version < MINIMUM_VERSION:
        raise PreparationError(
            f"PostgreSQL {version} は古すぎます。{MINIMUM_VERSION} 以上が必要です。"
            f" / PostgreSQL {version} is too old: {MINIMUM_VERSION} or newer is needed."
        )


def _make_roles(admin: psycopg.Connection, wanted: Preparation, done: list[str]) -> None:
    rights = {
        OWNER: "LOGIN CREATEDB NOCREATEROLE",
        WEB: "LOGIN NOCREATEDB NOCREATEROLE",
        PUBLIC: "LOGIN NOCREATEDB NOCREATEROLE",
    }
    passwords = {
        OWNER: wanted.owner_password,
        WEB: wanted.web_password,
        PUBLIC: wanted.public_password,
    }
    for role, words in rights.items():
        known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        if not known:
            done.append(f"CREATE ROLE {role}")
            admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        admin.execute(sql.SQL("ALTER ROLE {} " + words).format(sql.Identifier(role)))
        if password := passwords[role]:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            admin.execute(statement.format(sql.Identifier(role), sql.Literal(password)))
        for name, value in ROLE_SETTINGS[role].items():
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            admin.execute(statement.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))
    _take_away_bypass(admin)
    # DROP DATABASE ... WITH (FORCE) may only end sessions of roles one is a member of.
    admin.execute(f"GRANT {WEB}, {PUBLIC} TO {OWNER}")


def _take_away_bypass(admin: psycopg.Connection) -> None:
    """Only a superuser may name BYPASSRLS and SUPERUSER: leave them alone where they are off."""
    query = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND (rolbypassrls OR rolsuper)"
    for (role,) in admin.execute(query, [[OWNER, WEB, PUBLIC]]).fetchall():
        admin.execute(sql.SQL("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS").format(sql.Identifier(role)))


def _make_database(admin: psycopg.Connection, database: str, done: list[str]) -> None:
    known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    name = sql.Identifier(database)
    if not known:
        done.append(f"CREATE DATABASE {database}")
        # An administrator without superuser rights gives a database away only as a member.
        admin.execute(f"GRANT {OWNER} TO CURRENT_USER")
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    else:
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, sql.Identifier(OWNER)))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    admin.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, sql.Identifier(WEB)))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, sql.Identifier(PUBLIC)))


def _close_public_schema(admin: psycopg.Connection) -> None:
    admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    admin.execute(f"REVOKE CREATE ON SCHEMA public FROM {WEB}, {PUBLIC}")
    admin.execute(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER}")
    admin.execute(f"GRANT USAGE ON SCHEMA public TO {WEB}, {PUBLIC}")
