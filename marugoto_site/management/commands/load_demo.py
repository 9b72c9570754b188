import os
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from marugoto_site.settings.secret import local_secret

# In this order: each builds on what stands before it.
LOADERS = ("permissions.demo", "pages.demo", "forms_app.demo", "casework.demo")


class Command(BaseCommand):
    help = "Load the invented city of the demo. Refuses outside the demo and the tests."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MARUGOTO_DEMO_ALLOWED:
            raise CommandError(
                "見本データは、デモとテストの設定でだけ読み込めます。"
                " / The demo world is for the demo and test settings only."
            )
        with transaction.atomic():  # all of it or nothing: a broken-off start leaves no half city
            for name in LOADERS:
                self.stdout.write(f"  {name}")
                load = import_module(name).load
                load(password=demo_password()) if name == "permissions.demo" else load()


def demo_password() -> str:
    """Return the one password of all demo accounts, made on first use."""
    given = os.environ.get("MARUGOTO_DEMO_PASSWORD")
    return given or local_secret(settings.LOCAL_DIR / "demo_password", length_bytes=9)
