"""What tells where somebody is, how it is locked, and how it is recognized in what somebody writes.

A place in a note or a letter is found without opening the vault: each has a keyed digest of its letters and figures, and
what is written is compared piece by piece of that length.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

from casework.search.keys import number_of
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


def core_digest_of(address: str) -> tuple[str, int]:
    """Return the digest of what people write of an address: the town and its numbers, without city and building."""
    # A building stands behind a space.
    street = re.split(r"(?<=[0-9号番地])\s", unicodedata.normalize("NFKC", address), maxsplit=1)[0]
    folded = _folded(street)
    figures = re.search(r"[0-9]+", folded)
    if figures is None:
        return "", 0
    town = re.split("[都道府県市区郡]", folded[: figures.start()])[-1]
    return digest_of(town + figures[0]) if town else ("", 0)


def holds_place(text: str, digests: Iterable[tuple[str, int]]) -> bool:
    """Return whether one of the places is written somewhere in a text, in whatever width and with whatever between."""
    return bool(_found(_pieces(text), digests))


def without_places(text: str, digests: Iterable[tuple[str, int]]) -> str:
    """Return a text in which NOT_KEPT stands for every place of these; the same text if there is none."""
    plain = unicodedata.normalize("NFC", text)
    pieces = _pieces(plain)
    kept, last = [], 0
    for start, end in _found(pieces, digests):
        begin, stop = pieces[start][1], pieces[end - 1][2]
        if stop > last:
            kept += [plain[last : max(begin, last)], NOT_KEPT if begin >= last else ""]
            last = stop
    return "".join([*kept, plain[last:]]) if kept else text


def _found(pieces: list[Piece], digests: Iterable[tuple[str, int]]) -> list[tuple[int, int]]:
    """Return where the places stand, as first and last piece, in order."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for digest, length in digests:
        if length:
            wanted[length].add(digest)
    folded = "".join(letter for letter, _start, _end in pieces) if wanted else ""
    keys = keys_for(_DIGEST) if folded else []
    return sorted(
        (start, start + length)
        for length, known in wanted.items()
        for start in range(len(folded) - length + 1)
        if any(_digest(key, folded[start : start + length]) in known for key in keys)
    )


# A letter or figure as it is compared, and from where to where it stands in the text.
Piece = tuple[str, int, int]

# 三丁目 is 3, and 1丁目2番3号, 1番地の2 and 1-2-3 are the same numbers.
_NUMBERED = re.compile(r"([0-9]+|[〇一二三四五六七八九十百]+)(?:丁目|番地|番|号)の?|(?<=[0-9])の(?=[0-9])")


def _pieces(text: str) -> list[Piece]:
    """Return letters and figures alone, in one width and case, numbers of an address without what stands between."""
    letters: list[Piece] = [
        (folded, place, place + 1)
        for place, letter in enumerate(unicodedata.normalize("NFC", text))
        for folded in unicodedata.normalize("NFKC", letter).casefold()
        if folded.isalnum() and folded != "ー"
    ]
    pieces: list[Piece] = []
    last = 0
    for match in _NUMBERED.finditer("".join(letter for letter, _start, _end in letters)):
        pieces += letters[last : match.start()]
        if match[1]:
            span = letters[match.start()][1], letters[match.end() - 1][2]
            pieces += [(figure, *span) for figure in number_of(match[1])]
        last = match.end()
    return pieces + letters[last:]


def _folded(text: str) -> str:
    return "".join(letter for letter, _start, _end in _pieces(text))


def _digest(key: bytes, folded: str) -> str:
    return hmac.digest(key, folded.encode(), hashlib.sha256).hex()
