from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser

from permissions.walls.installer import install_sql, walls_of


class Command(BaseCommand):
    help = "Print the SQL of an app's walls, to be frozen in a migration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("app_label")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(install_sql(walls_of(apps.get_app_config(options["app_label"]).name)))
