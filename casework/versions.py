"""Two versions of one sheet beside each other, entry by entry: of a plan, of an assessment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Under which heading, about whom, in what words.
Said = tuple[str, str, str]


@dataclass(frozen=True)
class Change:
    """One entry beside what stood there before: empty on the side where there was none."""

    label: str
    who: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def changes_of(headings: Iterable[str], before: Iterable[Said], after: Iterable[Said]) -> list[Change]:
    """Compare what two versions say, heading by heading in this order, in each person by person."""
    sides = [list(before), list(after)]
    found: list[Change] = []
    for heading in headings:
        texts = [[(who, text) for each, who, text in side if each == heading] for side in sides]
        for who in dict.fromkeys(who for side in texts for who, _text in side):
            old, new = ([text for each, text in side if each == who] for side in texts)
            found += _pairs(heading, who, old, new)
    return found


def _pairs(heading: str, who: str, old: list[str], new: list[str]) -> list[Change]:
    """Put what stayed beside itself; of the rest the first that went beside the first that came."""
    stayed = [text for text in old if text in new]
    gone = [text for text in old if text not in stayed]
    came = [text for text in new if text not in stayed]
    longest = max(len(gone), len(came))
    filled = ([*side, *[""] * (longest - len(side))] for side in (gone, came))
    return [
        *(Change(heading, who, text, text) for text in stayed),
        *(Change(heading, who, before, after) for before, after in zip(*filled, strict=True)),
    ]
