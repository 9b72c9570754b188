from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from permissions.agencies.actions import renew_membership
from permissions.agencies.models import Membership


class Command(BaseCommand):
    help = "Renew a person's memberships to the end of the fiscal year, lapsed ones too: when no administrator is left."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        found = Membership.objects.filter(user__username=options["username"], ended_at=None)
        if not found:
            raise CommandError("There is no such membership.")
        for membership in found:
            renew_membership(membership, by=None)
            self.stdout.write(f"{options['username']}: {membership.agency.code} until {membership.ends_on}.")
