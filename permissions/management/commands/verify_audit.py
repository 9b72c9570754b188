from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from permissions.audit.actions import record
from permissions.audit.models import VERIFIED, AuditSeal
from permissions.audit.seal_file import BEGINNING, FileSeal, SealFile, SealFileError
from permissions.audit.seals import seal_entries
from permissions.audit.verify import Report, verify_log
from permissions.errors import NotAllowed
from permissions.walls.context import clock
from permissions.walls.own import SEAL_JOB


class Command(BaseCommand):
    help = (
        "Compute every seal of the audit log anew and compare with the file outside the database."
        " Names the first bad batch; exit code 1 if there is one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file", type=Path, help="the seal file, if it is not settings.MARUGOTO_SEAL_FILE"
        )
        parser.add_argument("--archives", type=Path, help="folder of archived months: check their rows, too")
        parser.add_argument(
            "--seal",
            action="store_true",
            help="seal what is settled first, as the worker does every ten seconds",
        )
        parser.add_argument(
            "--begin-file",
            action="store_true",
            help="begin a new seal file after the last seal (the old one is lost, or lies elsewhere)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"] or (Path(settings.MARUGOTO_SEAL_FILE) if settings.MARUGOTO_SEAL_FILE else None)
        try:
            if options["begin_file"]:
                _begin(path)
            if options["seal"]:
                seal_entries()
            report = verify_log(path, archives=options["archives"])
        except (SealFileError, NotAllowed) as error:
            raise CommandError(str(error)) from error
        try:
            self._say(report, path)
        finally:
            _note(report)

    def _say(self, report: Report, path: Path | None) -> None:
        speed = int(report.rows / report.seconds) if report.seconds else 0
        self.stdout.write(
            f"{report.seals} seals, {report.rows} rows, {report.seconds:.1f} s ({speed} rows/s);"
            f" {report.unsealed_rows} rows wait for their seal"
        )
        if report.archived_seals:
            self.stdout.write(
                f"{report.archived_seals} seals speak of archived rows: give --archives to check these rows, too"
            )
        if path is None:
            self.stdout.write("no seal file: seals cut off at the end would not be noticed")
        if report.first_bad is None:
            self.stdout.write("OK")
            return
        for found in sorted(report.findings, key=lambda each: (each.seal is None, each.seal or 0))[1:20]:
            self.stderr.write(f"  {_where(found.seal)}: {found.kind}: {found.words}")
        bad = report.first_bad
        raise CommandError(f"first bad batch: {_where(bad.seal)}: {bad.kind}: {bad.words}")


def _where(seal: int | None) -> str:
    return "the whole" if seal is None else f"seal {seal}"


def _note(report: Report) -> None:
    """Leave in the log itself what came of it: whoever reads the log sees when it was last verified."""
    bad = report.first_bad
    record(
        None,
        VERIFIED,
        None,
        detail={
            "seals": report.seals,
            "rows": report.rows,
            "findings": len(report.findings),
            **({"first_bad": bad.seal, "kind": bad.kind} if bad else {}),
        },
    )


def _begin(path: Path | None) -> None:
    if path is None:
        raise CommandError("MARUGOTO_SEAL_FILE is not set")
    if path.exists():
        raise CommandError(f"{path} exists: it is only ever added to")
    with clock(SEAL_JOB):
        last = AuditSeal.objects.order_by("-number").first()
    if last is None:
        raise CommandError("there is no seal yet: the worker begins the file with the first one")
    SealFile(path).append(FileSeal.of(last, kind=BEGINNING))
