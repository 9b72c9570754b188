import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from casework.cases.models import Case
from casework.disclosure.breach import Scope, find_breach, write_breach
from permissions.agencies.models import Agency


class Command(BaseCommand):
    help = (
        "Write who saw what of whom, when and from where, for the report of a leak (個人情報保護法 68条): one CSV for the"
        " reads, one JSON for the numbers and the deadlines. Works as the owner; the files hold names and are readable"
        " for nobody else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        about = parser.add_argument_group("about whom (at least one)")
        about.add_argument("--person", help="user name of the account that leaked or was taken over")
        about.add_argument("--agency", help="code of the agency")
        about.add_argument("--case", help="number of the case")
        about.add_argument("--address", help="network address the reads came from")
        parser.add_argument(
            "--from", dest="since", required=True, type=_moment, help="2026-11-01 or 2026-11-01T09:00"
        )
        parser.add_argument("--to", dest="until", required=True, type=_moment, help="not included")
        parser.add_argument("--discovered", type=_moment, help="when the leak became known (default: now)")
        parser.add_argument("--out", required=True, type=Path, help="folder for the two files")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = Scope(
            since=options["since"],
            until=options["until"],
            user_id=self._key(get_user_model(), "username", options["person"]),
            agency_id=self._key(Agency, "code", options["agency"]),
            case_id=self._key(Case, "number", options["case"]),
            address=options["address"],
        )
        if not scope.is_narrowed:
            raise CommandError("say about whom: --person, --agency, --case or --address")
        breach = find_breach(scope, discovered_at=options["discovered"] or timezone.now())
        for path in write_breach(breach, options["out"]):
            self.stdout.write(str(path))
        numbers = breach.numbers
        self.stdout.write(
            f"{numbers['reads']} reads, {numbers['cases']} cases, {numbers['residents']} residents;"
            f" first report by {breach.deadlines['first_report_by']}, final by {breach.deadlines['final_report_by']}"
        )

    def _key(self, model: Any, field: str, value: str | None) -> Any:
        if value is None:
            return None
        found = model.objects.filter(**{field: value}).values_list("pk", flat=True).first()
        if found is None:
            raise CommandError(f"nothing has this {field}")
        return found


def _moment(text: str) -> dt.datetime:
    """Read a day or a moment, in Japan unless it says otherwise."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        moment = parse_datetime(text)
        if moment is None:
            raise argparse.ArgumentTypeError("write 2026-11-01 or 2026-11-01T09:00") from None
        return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
