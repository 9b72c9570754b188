from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from permissions.accounts.mails import path_to_new_password
from permissions.agencies.actions import add_membership
from permissions.agencies.models import Agency, Membership
from permissions.errors import NotAllowed
from permissions.roles import ROLES


class Command(BaseCommand):
    help = (
        "Let a person act for an agency in a role; a new person chooses a password with a link, shown once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--agency", required=True, help="code of the agency")
        parser.add_argument("--role", required=True, choices=sorted(ROLES))
        parser.add_argument("--last-name", default="")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--email", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        agency = Agency.objects.open().filter(code=options["agency"]).first()
        if agency is None:
            raise CommandError(f"There is no open agency {options['agency']}. Add it with add_agency.")
        user, is_new = get_user_model().objects.get_or_create(
            username=options["username"],
            defaults={key: options[key] for key in ("last_name", "first_name", "email")},
        )
        if Membership.objects.live().filter(user=user, agency=agency, role=options["role"]).exists():
            raise CommandError(f"{user.username} has this role in {agency.code} already.")
        try:
            add_membership(user=user, agency=agency, role=options["role"])
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.username} is {options['role']} in {agency.code}.")
        if is_new:
            user.set_unusable_password()
            user.save()
            hours = settings.PASSWORD_RESET_TIMEOUT // 3600
            link = f"{settings.WAGTAILADMIN_BASE_URL}{path_to_new_password(user)}"
            self.stdout.write(f"Link to choose a password, good once and for {hours} hours: {link}")
