from typing import Any

from django.core.management.commands import createcachetable

from permissions.walls.public_node import install_public_node


class Command(createcachetable.Command):
    help = "Make the tables of the caches, and let the public node use its own."

    def handle(self, *tablenames: Any, **options: Any) -> None:
        super().handle(*tablenames, **options)
        if not options["dry_run"]:
            install_public_node(options["database"])
