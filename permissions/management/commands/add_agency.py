from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from permissions.agencies.actions import open_agency
from permissions.agencies.models import Agency, AgencyKind, LegalType


class Command(BaseCommand):
    help = "Add an agency; with --center an organisation of the center. Its people come with add_member."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="short name in Latin letters, e.g. kenko-higashi")
        parser.add_argument("name", help="name on screen")
        parser.add_argument("--kind", required=True, choices=AgencyKind.values)
        parser.add_argument("--legal-type", required=True, choices=LegalType.values)
        parser.add_argument("--center", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if (
            Agency.objects.filter(code=options["code"]).exists()
            or Agency.objects.filter(name=options["name"]).exists()
        ):
            raise CommandError("There is an agency with this code or name already.")
        open_agency(
            code=options["code"],
            name=options["name"],
            kind=options["kind"],
            legal_type=options["legal_type"],
            is_center=options["center"],
        )
        self.stdout.write(f"Added {options['code']}.")
