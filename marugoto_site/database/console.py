"""psql, as the owner or as one person sees the data:  python -m marugoto_site.database.console [person]"""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from marugoto_site.database import choice, embedded
from marugoto_site.database.roles import OWNER, WEB
from marugoto_site.database.start import default_local_dir

# The first membership that counts today, as Membership.objects.live() says it.
MEMBERSHIP = """
SELECT m.id, a.code, m.role
FROM marugoto_permissions_membership m
JOIN marugoto_permissions_agency a ON a.id = m.agency_id
JOIN auth_user u ON u.id = m.user_id
WHERE u.username = %(person)s AND u.is_active AND m.ended_at IS NULL AND a.closed_at IS NULL
  AND m.starts_on <= clock_today() AND (m.ends_on IS NULL OR m.ends_on >= clock_today())
  AND (a.contract_ends_on IS NULL OR a.contract_ends_on >= clock_today())
  AND (%(agency)s = '' OR a.code = %(agency)s)
ORDER BY m.id LIMIT 1
"""


def main() -> None:
    person, agency = (*sys.argv[1:], "", "")[:2]
    if choice.uses_embedded_server():
        try:
            choice.ensure_embedded_ready(default_local_dir())
        except embedded.EmbeddedServerError as error:
            sys.exit(str(error))
    environment = _log_in(WEB if person else OWNER)
    if person:
        environment["PGOPTIONS"] = f"-c marugoto.membership={_membership(person, agency)}"
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C belongs to psql
    sys.exit(subprocess.run([_psql(), "-X", "-P", "pager=off"], env=environment, check=False).returncode)


def _log_in(role: str) -> dict[str, str]:
    """Return an environment in which libpq logs in as the role; nothing on the command line."""
    os.environ["MARUGOTO_DB_ROLE"] = "owner" if role == OWNER else "web"
    words = choice.database_settings(local_dir=default_local_dir())
    names = {
        "PGDATABASE": "NAME",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGHOST": "HOST",
        "PGPORT": "PORT",
    }
    return {**os.environ, **{name: words[word] for name, word in names.items() if words[word]}}


def _membership(person: str, agency: str) -> int:
    words = _log_in(OWNER)
    names = ("PGDATABASE", "PGUSER", "PGPASSWORD", "PGHOST", "PGPORT")
    parts: dict[str, Any] = {
        name[2:].lower().replace("database", "dbname"): words[name] for name in names if name in words
    }
    try:
        with psycopg.connect(**parts) as owner:
            row = owner.execute(MEMBERSHIP, {"person": person, "agency": agency}).fetchone()
    except psycopg.errors.UndefinedTable:
        sys.exit(
            "表がまだありません。先に make demo を実行してください。 / No tables yet: run `make demo` first."
        )
    if row is None:
        sys.exit(
            f"{person}: 有効な所属がありません。 / no live membership{f' in {agency}' if agency else ''}."
        )
    print(f"-- {person} ({row[2]}, {row[1]}), role {WEB}", file=sys.stderr)
    return int(row[0])


def _psql() -> Path | str:
    if choice.uses_embedded_server():
        return embedded.program("psql", embedded.place_of(default_local_dir()))
    return shutil.which("psql") or sys.exit(
        "psql がありません。 / psql is missing: apt-get install postgresql-client"
    )


if __name__ == "__main__":
    main()
