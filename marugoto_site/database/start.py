import os
import sys
from pathlib import Path

from marugoto_site.database.choice import ensure_embedded_ready, uses_embedded_server
from marugoto_site.database.embedded import EmbeddedServerError

# These need no database, so they start none.
COMMANDS_WITHOUT_DATABASE = frozenset(
    {"help", "version", "--help", "--version", "compilemessages", "makemessages", "collectstatic",
     "check", "demo", "findstatic", "diffsettings", "restore_drill"}
)  # fmt: skip


def start_for_command(argv: list[str]) -> None:
    """Start the embedded server for a manage.py command that needs a database."""
    command = argv[1] if len(argv) > 1 else "help"
    if command in COMMANDS_WITHOUT_DATABASE or not uses_embedded_server():
        return
    if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
        return  # the production settings refuse the embedded server, with the reason
    try:
        ensure_embedded_ready(default_local_dir())
    except EmbeddedServerError as error:
        sys.exit(str(error))


def default_local_dir() -> Path:
    """Return the folder in which this checkout keeps what it makes for itself."""
    checkout = Path(__file__).resolve().parents[2]
    return Path(os.environ.get("MARUGOTO_LOCAL_DIR", checkout / ".local"))
