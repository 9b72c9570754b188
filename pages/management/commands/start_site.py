from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from pages.first_site import foreign_home, make_home


class Command(BaseCommand):
    help = (
        "Make the home page of a new installation, where editors then write. May be repeated. Where a home page of"
        " another kind stands, it is left alone unless --take-over is given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--take-over", action="store_true", help="make ours the root of the default site all the same"
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if (other := foreign_home()) and not options["take_over"]:
            raise CommandError(
                f"既定のサイトには、別のホーム「{other.title}」があります。置きかえるときは --take-over を付けてください。"
                " / The default site has another home page; --take-over puts ours in its place."
            )
        home = make_home(
            headline=_("どこに相談するか分からないときは、ここへ。"),
            lead=_("お金はかかりません。名前を言わなくても相談できます。"),
        )
        self.stdout.write(f"home page {home.pk}: {home.full_url}")
