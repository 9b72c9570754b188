import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marugoto_site.backup.making import make_backup, make_physical_backup
from marugoto_site.backup.programs import BackupError


def backup_root() -> Path:
    return Path(os.environ.get("MARUGOTO_BACKUP_ROOT", settings.LOCAL_DIR / "backups"))


class Command(BaseCommand):
    help = "Back up database and files into MARUGOTO_BACKUP_ROOT, as the owner of the tables."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, help="another folder than MARUGOTO_BACKUP_ROOT")
        parser.add_argument("--jobs", type=int, default=2, help="tables that are read at a time")
        parser.add_argument(
            "--compress", default="gzip:1", help="as pg_dump takes it; none is quicker to restore"
        )
        parser.add_argument(
            "--physical",
            action="store_true",
            help="the server's files: as large as they are, quick to restore",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            root = options["to"] or backup_root()
            if options["physical"]:
                made = make_physical_backup(root)
            else:
                made = make_backup(root, jobs=options["jobs"], compress=options["compress"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{made.path}: {made.rows:,} rows, {made.bytes:,} bytes, {made.seconds:.1f} s")
