"""Names of people in free text, replaced by the words by which they are called where others may look on."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPACE = re.compile(r"[ \u3000]+")
_VARIANT = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # picks a form of the kanji before it
_BETWEEN = f"{_VARIANT}?[ \u3000]?"


def in_words(text: str, words: Iterable[tuple[str, str]]) -> str:
    """Return a text with each name replaced by its word (葉月原 母 → 本人), however it is spaced and whichever form its kanji have.

    ``words``: (name, word); of two people with one name the first counts. Longer names go first. A name of one sign stays: it is a word
    of other things, too.
    """
    known: dict[str, str] = {}
    for name, word in words:
        known.setdefault(_plain(name), word)
    names = sorted((name for name in known if len(name) > 1), key=len, reverse=True)
    if not names:
        return text
    patterns = (_BETWEEN.join(map(re.escape, name)) + f"{_VARIANT}?" for name in names)
    return re.sub("|".join(patterns), lambda found: known[_plain(found[0])], text)


def _plain(name: str) -> str:
    return re.sub(_VARIANT, "", _SPACE.sub("", name))
