from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from permissions.agencies.actions import end_membership
from permissions.agencies.models import Membership


class Command(BaseCommand):
    help = "End what a person may do, at once: in one agency, or everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--agency", help="code of the agency; without it all memberships end")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Membership.objects.live().filter(user__username=options["username"])
        if options["agency"]:
            found = found.filter(agency__code=options["agency"])
        if not found:
            raise CommandError("There is no such membership today.")
        for membership in found:
            end_membership(membership, by=None)
            self.stdout.write(
                f"{options['username']} is no longer {membership.role} in {membership.agency.code}."
            )
