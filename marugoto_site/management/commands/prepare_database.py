import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from marugoto_site.database import choice, embedded
from marugoto_site.database.roles import OWNER, PUBLIC, WEB, Preparation, PreparationError, prepare

ADMIN_VARIABLE = "MARUGOTO_ADMIN_DATABASE_URL"
PUBLIC_VARIABLE = "MARUGOTO_PUBLIC_DATABASE_URL"


class Command(BaseCommand):
    help = (
        "Make the roles app_owner, app_web and app_public, the database and the grants, on PostgreSQL 15 or newer. "
        "Safe to repeat. Passwords are taken from DATABASE_URL, MARUGOTO_OWNER_DATABASE_URL and, for a public "
        "node, MARUGOTO_PUBLIC_DATABASE_URL."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--admin-url", help=f"address of an account that may make roles ({ADMIN_VARIABLE})"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if choice.uses_embedded_server():
            place = embedded.ensure_running(settings.LOCAL_DIR)
            admin_url, wanted = embedded.admin_url(place), Preparation(database=choice.DATABASE_NAME)
        else:
            admin_url, wanted = self._admin_url(options["admin_url"]), self._wanted()
        try:
            done = prepare(admin_url, wanted)
        except PreparationError as error:
            raise CommandError(str(error)) from error
        for line in [
            *done,
            f"役割 {OWNER}、{WEB}、{PUBLIC}、データベース {wanted.database}: 準備できました / ready.",
        ]:
            self.stdout.write(line)

    def _admin_url(self, given: str | None) -> str:
        url = given or os.environ.get(ADMIN_VARIABLE)
        if not url:
            raise CommandError(
                f"{ADMIN_VARIABLE} または --admin-url に管理用の接続先を指定してください。"
                f" / Give the address of an administrator: {ADMIN_VARIABLE} or --admin-url."
            )
        return url

    def _wanted(self) -> Preparation:
        try:
            web = choice.settings_of_url(os.environ["DATABASE_URL"], variable="DATABASE_URL")
            owner_url = os.environ.get("MARUGOTO_OWNER_DATABASE_URL", "")
            owner = choice.settings_of_url(owner_url, variable="MARUGOTO_OWNER_DATABASE_URL")
            public = self._public(web["NAME"])
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        for variable, parts, role in (
            ("DATABASE_URL", web, WEB),
            ("MARUGOTO_OWNER_DATABASE_URL", owner, OWNER),
            (PUBLIC_VARIABLE, public, PUBLIC),
        ):
            if parts["USER"] != role:
                raise CommandError(f"{variable}: 利用者は {role} にしてください / the user must be {role}.")
        if not web["NAME"] or web["NAME"] != owner["NAME"]:
            raise CommandError(
                "DATABASE_URL と MARUGOTO_OWNER_DATABASE_URL のデータベース名を同じにしてください。"
                " / Both addresses must name the same database."
            )
        return Preparation(
            web["NAME"],
            owner_password=owner["PASSWORD"],
            web_password=web["PASSWORD"],
            public_password=public["PASSWORD"],
        )

    def _public(self, database: str) -> dict[str, Any]:
        """Return the address of a public node; without one its role gets no password."""
        url = os.environ.get(PUBLIC_VARIABLE)
        if not url:
            return {"USER": PUBLIC, "NAME": database, "PASSWORD": ""}
        return choice.settings_of_url(url, variable=PUBLIC_VARIABLE)
