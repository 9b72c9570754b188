import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from marugoto_site.backup.drill import restore_drill, write_report
from marugoto_site.backup.making import newest_backup
from marugoto_site.backup.programs import BackupError
from marugoto_site.database.embedded import EmbeddedServerError
from marugoto_site.management.commands.backup import backup_root


class Command(BaseCommand):
    help = (
        "Restore the newest backup into a scratch server, compare counts, a sample of rows, policies and rights, "
        "look at it as a stranger, write a report, throw the server away. Exit code 1 if anything differs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("backup", type=Path, nargs="?", help="another backup than the newest")
        parser.add_argument("--from", dest="root", type=Path, help="another folder than MARUGOTO_BACKUP_ROOT")
        parser.add_argument("--scratch", type=Path, help="a folder to be made, used and deleted")
        parser.add_argument("--jobs", type=int, default=max(2, os.cpu_count() or 2))

    def handle(self, *args: Any, **options: Any) -> None:
        root = options["root"] or backup_root()
        try:
            drill = restore_drill(
                options["backup"] or newest_backup(root),
                scratch=options["scratch"] or root / f".drill-{os.getpid()}",
                jobs=options["jobs"],
            )
        except (BackupError, EmbeddedServerError) as error:
            raise CommandError(str(error)) from error
        report = write_report(drill, root / "reports")
        for name, seconds in drill.steps.items():
            self.stdout.write(f"  {name:<36} {seconds:6.1f} s")
        self.stdout.write(f"{drill.seconds:.1f} s, {drill.facts.get('rows', 0):,} rows; report: {report}")
        if drill.wrong:
            lines = "\n".join(f"  {line}" for line in drill.wrong[:20])
            raise CommandError(f"{len(drill.wrong)} differences:\n{lines}")
        self.stdout.write("OK")
