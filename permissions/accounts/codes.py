"""The one-time code on paper: long enough not to be guessed, short enough to type, with a sign that finds slips.

Crockford's 32 signs: no I, L, O or U; whoever writes O or I means 0 or 1. 24 signs of chance are 120 bits.
"""

from __future__ import annotations

import secrets
import unicodedata

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHANCE_SIGNS = 24
GROUP_SIGNS = 5
_MEANT = str.maketrans("OIL", "011")


def new_code() -> str:
    """Return a code in groups: XXXXX-XXXXX-XXXXX-XXXXX-XXXXX."""
    signs = "".join(secrets.choice(SIGNS) for _each in range(CHANCE_SIGNS))
    signs += check_sign(signs)
    groups = [signs[start : start + GROUP_SIGNS] for start in range(0, len(signs), GROUP_SIGNS)]
    return "-".join(groups)


def code_typed(text: str) -> str | None:
    """Return the signs of a code as somebody typed it, or None if it cannot be one: a slip is found here."""
    kept = "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())
    signs = kept.translate(_MEANT)
    is_whole = len(signs) == CHANCE_SIGNS + 1 and all(sign in SIGNS for sign in signs)
    return signs if is_whole and check_sign(signs[:-1]) == signs[-1] else None


def check_sign(signs: str) -> str:
    """Return the check sign (Luhn with 32 signs): it finds each wrong sign and most exchanged neighbors."""
    total = 0
    for place, sign in enumerate(reversed(signs)):
        number = SIGNS.index(sign) * (2 - place % 2)
        total += number // len(SIGNS) + number % len(SIGNS)
    return SIGNS[-total % len(SIGNS)]
