import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from casework.search.keys import words_of
from casework.search.sealed import digests


class Command(BaseCommand):
    help = (
        "Read the words of a search, one search a line, and print the digests that the log keeps of them:"
        " by today's key, then by former ones. Words are read from standard input, not given as arguments,"
        " which other people of the machine can see."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for line in sys.stdin:
            words = words_of(line)
            if not words.parts and not words.numbers:
                raise CommandError("Too short to be searched.")
            self.stdout.write(" ".join(digests(words)))
