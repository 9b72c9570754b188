"""Names of people in free text, replaced by the words by which they are called where others may look on."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPACE = re.compile(r"[ \u3000]+")
_VARIANT = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]"  # picks a form of the kanji before it
_BETWEEN = f"{_VARIANT}?[ \u3000]?"
# How a name is addressed goes with it: 父さん is somebody's own word for a father. Not the first sign of 様子 or 氏名.
_ADDRESS = "(?:[ \u3000]?(?:さん|さま|ちゃん|くん|君|様(?![々子式態相])|氏(?!名)))?"


def in_words(text: str, words: Iterable[tuple[str, str]]) -> str:
    """Return a text with each name replaced by its word (葉月原 母さん → 本人), however it is spaced and whichever form its kanji have.

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
    wanted = f"({'|'.join(patterns)}){_ADDRESS}"
    return re.sub(wanted, lambda found: known[_plain(found[1])], text)


def _plain(name: str) -> str:
    return re.sub(_VARIANT, "", _SPACE.sub("", name))
