"""pg_dump and its siblings: found, and logged in without a password on the command line."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marugoto_site.database import embedded


class BackupError(Exception):
    """No backup was made, or none could be read; the text says what to do."""


def program(name: str) -> str:
    """Return the path of a PostgreSQL program: MARUGOTO_PG_BIN's, the embedded server's, or the system's."""
    try:
        return str(embedded.program(name, embedded.place_of(Path(sys.prefix))))
    except embedded.EmbeddedServerError:
        found = shutil.which(name)
    if found is None:
        raise BackupError(
            f"{name} がありません。postgresql-client を入れるか、MARUGOTO_PG_BIN を設定してください。"
            f" / {name} is missing: install postgresql-client or set MARUGOTO_PG_BIN."
        )
    return found


def start(name: str, arguments: Sequence[str], words: Mapping[str, Any]) -> subprocess.Popen[str]:
    """Start a program that logs in with Django's words for a database."""
    return subprocess.Popen(  # noqa: S603 -- our own program and words
        [program(name), *arguments],
        env=_environment(words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Wait for a program and return what it said. Raises BackupError unless it ended well."""
    said, _nothing = process.communicate()
    if process.returncode:
        words: list[str] = list(process.args)  # type: ignore[arg-type]  # start() gives a list
        raise BackupError(f"{Path(words[0]).name} ({process.returncode}): {said.strip()[-2000:]}")
    return said


def _environment(words: Mapping[str, Any]) -> dict[str, str]:
    names = {
        "PGDATABASE": "NAME",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGHOST": "HOST",
        "PGPORT": "PORT",
    }
    options = {"PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert"}
    given = {name: str(words[word]) for name, word in names.items() if words.get(word)}
    more = words.get("OPTIONS") or {}
    return {**os.environ, **given, **{name: more[word] for name, word in options.items() if more.get(word)}}
