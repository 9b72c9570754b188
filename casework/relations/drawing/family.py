"""What a genogram is drawn from: people and what links them. Source: domain.md 7.1."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

Key = Hashable


@dataclass(frozen=True)
class Figure:
    """One person. ``rank`` orders people by age, the oldest first, and is different for everybody.

    ``hint``: generations below the index person, as far as their kinship word tells (a parent is -1); None where it does not.
    """

    key: Key
    rank: tuple[int, int]
    name: str = ""
    role: str = ""  # the kinship word
    sex: str = ""  # male, female; anything else is drawn as a diamond
    age: int | None = None
    hint: int | None = None
    is_index: bool = False
    is_dead: bool = False
    lives_together: bool = False


@dataclass(frozen=True)
class Tie:
    """What one figure is to another: ``group`` and ``kind`` of relations/models.py."""

    key: Key
    group: str
    kind: str
    one: Key
    other: Key
    words: str = ""


@dataclass(frozen=True)
class Family:
    """Everybody in the picture, and every tie between two of them."""

    figures: tuple[Figure, ...]
    ties: tuple[Tie, ...] = ()

    def of_group(self, *groups: str) -> list[Tie]:
        return [tie for tie in self.ties if tie.group in groups]

    def cut_to(self, figures: set[Key], ties: set[Key]) -> Family:
        """Return the family as somebody knows it who sees these people and these ties."""
        return Family(
            tuple(figure for figure in self.figures if figure.key in figures),
            tuple(tie for tie in self.ties if tie.key in ties and {tie.one, tie.other} <= figures),
        )
