"""Rules for passwords beside Django's: no words of this place and trade, none known from a breach. All offline.

No rule about kinds of signs and no forced change: length and not being guessable is what counts (ASVS 6.2).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from permissions.agencies.models import Agency, Ward

if TYPE_CHECKING:
    from django.contrib.auth.models import User

WORDS_FILE = Path(__file__).parent / "data" / "local_words.list"
# So many letters must be left when digits, signs and the words of this place are taken out.
LEFT_LETTERS = 6
_NO_LETTERS = re.compile(r"[\W\d_]+")
SHA1_DIGITS = 40


class LocalWordsValidator:
    """Refuse what is made of words of this place and trade with digits around: mihonshi2026, marugoto-fukushi."""

    def validate(self, password: str, user: User | None = None) -> None:
        if len(letters_left(password, words=_fixed_words() | _living_words())) < LEFT_LETTERS:
            raise ValidationError(
                _(
                    "市や区、機関、制度の名前と数字だけでできたパスワードは、すぐに見破られます。ほかの言葉を加えてください。"
                ),
                code="password_of_local_words",
            )

    def get_help_text(self) -> str:
        return _("市や区、機関、制度の名前と数字だけのパスワードは使えません。")


class BreachListValidator:
    """Refuse passwords of a list kept on this machine: MARUGOTO_BREACH_FILE, lines of SHA-1 in order.

    Such lists are offered for download, "ordered by hash"; nothing is asked over the network. Without the
    setting this rule says nothing, and Django's list of 20,000 common passwords stands alone.
    """

    def validate(self, password: str, user: User | None = None) -> None:
        path = getattr(settings, "MARUGOTO_BREACH_FILE", "")
        if path and is_listed(password, Path(path)):
            raise ValidationError(
                _("このパスワードは、ほかのところで漏れたものの一覧にあります。別のものにしてください。"),
                code="password_breached",
            )

    def get_help_text(self) -> str:
        return _("ほかのところで漏れたことのあるパスワードは使えません。")


def letters_left(password: str, *, words: frozenset[str]) -> str:
    """Return the letters that remain without digits, signs and known words, the longest words first."""
    rest = _NO_LETTERS.sub("", _plain(password))
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest


def is_listed(password: str, path: Path) -> bool:
    """Return whether the SHA-1 of a password stands in a file of lines in order; by halving, reading little."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as lines:
        low, high = 0, path.stat().st_size
        while low < high:
            middle = (low + high) // 2
            found, after = _line_from(lines, middle)
            if found == wanted:
                return True
            if not found or found > wanted:
                high = middle
            else:
                low = after
    return False


def _line_from(lines: BinaryIO, place: int) -> tuple[bytes, int]:
    """Return the hash of the first whole line at or after a place, and where the next line begins."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline()
    line = lines.readline()
    return line[:SHA1_DIGITS].upper(), lines.tell()


@cache
def _fixed_words() -> frozenset[str]:
    lines = WORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(_plain(line) for line in lines if line and not line.startswith("#"))


def _living_words() -> frozenset[str]:
    """Return the names of wards and agencies as they are today, the site's name, and what a city adds."""
    named = [settings.WAGTAIL_SITE_NAME, *getattr(settings, "MARUGOTO_LOCAL_WORDS", ())]
    for code, name in [
        *Ward.objects.values_list("code", "name"),
        *Agency.objects.values_list("code", "name"),
    ]:
        named += [code, name]
    parts = {part for name in named for part in _NO_LETTERS.split(_plain(str(name))) if len(part) > 1}
    return frozenset(parts | {part.rstrip("市区課") for part in parts if len(part.rstrip("市区課")) > 1})


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
