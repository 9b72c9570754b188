from typing import Any

from django.core.management.base import BaseCommand

from marugoto_site.translations import compile_changed


class Command(BaseCommand):
    help = "Compile the translation catalogues that changed. Needs no gettext programs."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for catalogue in compile_changed():
            self.stdout.write(f"  {catalogue}")
