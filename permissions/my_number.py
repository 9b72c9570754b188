"""Finding a My Number (個人番号) in what somebody typed: the law lets this system keep none (番号法 20条).

Whoever tells of their troubles reads the card aloud, too, and staff write along. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata

LENGTH = 12
MASK = "＊"

# What people put between the groups of a number: spaces and dashes of every kind, and what nobody sees. Control
# characters are among them, since they are taken out of a text after this. A line's end is not: sums of money stand
# in columns.
_BETWEEN = (
    r"\x00-\t\x0b\x0c\x0e-\x20\x7f-\xa0\xad_\u1680\u180e\u2000-\u2015\u202a-\u202f\u205f-\u2064\u2212\u2500\u2501"
    r"\u3000\u30fc\ufe58\ufe63\ufeff\uff0d\uff70\ud800-\udfff\-"
)
_RUN = re.compile(rf"[+＋]?\d(?:[{_BETWEEN}]{{0,3}}\d){{{LENGTH - 1},}}")
# A key of a row in an address that somebody copied.
_KEY = re.compile(
    r"((?<![\da-fA-F])[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}(?![\da-fA-F]))", re.ASCII
)
_GROUP = re.compile(r"\d+")
# The weights of the first eleven digits (総務省令 平成26年85号 5条).
_WEIGHTS = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def check_digit(digits: str) -> int:
    """Return the twelfth digit that belongs to the first eleven."""
    rest = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    return 0 if rest <= 1 else 11 - rest


def is_my_number(digits: str) -> bool:
    """Return whether twelve digits are a My Number by their check digit."""
    return len(digits) == LENGTH and check_digit(digits[:-1]) == int(digits[-1])


def mask_my_numbers(text: str) -> str:
    """Return the text with each digit of each My Number as ``＊``; every other character stays.

    A number is twelve digits of any script, in one piece or in groups; a group is never cut, so a longer number
    without gaps is left alone.
    """
    # Between two pieces stands what was captured: a key, which is left as it is.
    pieces = _KEY.split(text)
    pieces[::2] = [_RUN.sub(_masked_run, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _masked_run(run: re.Match[str]) -> str:
    text = run.group()
    groups = [group.span() for group in _GROUP.finditer(text)]
    hidden: set[int] = set()
    # After a plus comes a telephone number with its country (+81 90 ...), which has twelve digits as often as not.
    begins = 1 if text[0] in "+＋" else 0
    for first in range(begins, len(groups)):
        # Groups from this one on that are twelve digits together; numbers may stand side by side, and overlap.
        digits = ""
        places: list[int] = []
        for begin, end in groups[first:]:
            digits += "".join(str(unicodedata.decimal(char)) for char in text[begin:end])
            places += range(begin, end)
            if len(digits) >= LENGTH:
                break
        if is_my_number(digits):
            hidden.update(places)
    return "".join(MASK if place in hidden else char for place, char in enumerate(text))
