"""What tells where somebody is, how it is locked, and how it is recognized in what somebody writes.

A place in a note or a letter is found without opening the vault: each has a keyed digest of its letters and figures, and
what is written is compared piece by piece of that length.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from permissions.derived_keys import boxes_for, is_locked_today, keys_for

from .models import PlaceKind

# The fields that move into the vault: (model, field) -> kind. Every one of them is a short text of a person.
FIELDS: dict[tuple[str, str], PlaceKind] = {
    ("PersonContact", "address"): PlaceKind.ADDRESS,
    ("Person", "occupation"): PlaceKind.WORK,
    ("PersonHealth", "doctor"): PlaceKind.CLINIC,
}
# What stands in the history of a case instead of a place. The history is kept for ever, and a place may be concealed later.
NOT_KEPT = "＊"

_VAULT = b"places of concealed people"
_DIGEST = b"digest of places of concealed people"
# Shorter ones ("無職", "主婦") are in every second sentence.
RECOGNIZED_FROM = 5


def lock(text: str) -> str:
    return boxes_for(_VAULT).encrypt(text.encode()).decode()


def unlock(locked: str) -> str:
    """Return the place. Raises InvalidToken if neither today's key nor a former one fits."""
    return boxes_for(_VAULT).decrypt(locked).decode()


def is_of_today(locked: str) -> bool:
    return is_locked_today(_VAULT, locked)


def digest_of(place: str) -> tuple[str, int]:
    """Return the digest of a place and its length in letters and figures; ("", 0) for what is too short to be told apart."""
    folded = _folded(place)
    if len(folded) < RECOGNIZED_FROM:
        return "", 0
    return _digest(keys_for(_DIGEST)[0], folded), len(folded)


def holds_place(text: str, digests: Iterable[tuple[str, int]]) -> bool:
    """Return whether one of the places is written somewhere in a text, in whatever width and with whatever between."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for digest, length in digests:
        if length:
            wanted[length].add(digest)
    folded = _folded(text) if wanted else ""
    keys = keys_for(_DIGEST) if folded else []
    return any(
        _digest(key, folded[start : start + length]) in known
        for length, known in wanted.items()
        for start in range(len(folded) - length + 1)
        for key in keys
    )


def _folded(text: str) -> str:
    """Return letters and figures alone, in one width and case: "1-2-3" and "１ー２ー３" are the same place."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ー", "")
    return "".join(letter for letter in plain if letter.isalnum())


def _digest(key: bytes, folded: str) -> str:
    return hmac.digest(key, folded.encode(), hashlib.sha256).hex()
