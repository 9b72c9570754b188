import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from permissions.audit.archives import archivable, archive_month
from permissions.errors import NotAllowed


class Command(BaseCommand):
    help = (
        "Write old months of the audit log into files, read them back, and drop their tables. Works as the owner;"
        " needs the seal file, which is told."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--before", required=True, help="year and month, like 2024-04: that month stays")
        parser.add_argument("--to", required=True, type=Path, help="folder of the files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            before = dt.date.fromisoformat(f"{options['before']}-01")
            parts = archivable(before, today=timezone.localdate())
            for part in parts:
                path = archive_month(part, options["to"])
                self.stdout.write(f"{part.month:%Y-%m}: {path or 'no rows'}")
        except (ValueError, NotAllowed) as error:
            raise CommandError(str(error)) from error
        if not parts:
            self.stdout.write("no month to archive")
