"""A genogram of what one viewer sees: people whose basics reach them, and the relations that do. Nobody else leaves a gap."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from casework.households.models import Living, Person
from casework.households.selectors import PersonView

from .drawing.family import Family, Figure, Tie
from .drawing.genogram import HALF, Drawing, draw
from .models import Group

# Generations below the person whom the case is about, by the kinship word.
HINTS = {"self": 0, "spouse": 0, "sibling": 0, "parent": -1, "child": 1, "grandparent": -2, "grandchild": 2}
NAME_LETTERS = 8
AGE_UNKNOWN = 10**7  # younger than anybody whose age is known


def family_of(
    people: Iterable[PersonView], relations: Iterable[Any], names: Mapping[uuid.UUID, str]
) -> Family:
    """Return what a genogram is drawn from. Somebody whose name is not in ``names`` is not in it."""
    figures = tuple(
        _figure(view, view.basics, names[view.person_id])
        for view in people
        if view.basics and view.person_id in names
    )
    ties = tuple(
        Tie(row.pk, str(row.group), str(row.kind), row.one_id, row.other_id, _words(row))
        for row in relations
        if row.one_id in names and row.other_id in names
    )
    return Family(figures, ties)


def _figure(view: PersonView, basics: Person, name: str) -> Figure:
    return Figure(
        key=view.person_id,
        rank=(_born(basics), basics.position),
        name=name if len(name) <= NAME_LETTERS else name[: NAME_LETTERS - 1] + "…",
        role=basics.get_relation_display(),  # type: ignore[attr-defined] # made by CodeField
        sex=basics.sex,
        age=None if view.living == Living.DIED else basics.known_age,
        hint=HINTS.get(basics.relation),
        is_index=basics.relation == "self",
        is_dead=view.living == Living.DIED,
        lives_together=view.living == Living.TOGETHER,
    )


def _born(basics: Person) -> int:
    if basics.birth_on:
        return basics.birth_on.toordinal()
    if basics.age_about is None:
        return AGE_UNKNOWN
    return (timezone.localdate() - dt.timedelta(days=366 * basics.age_about)).toordinal()


def _words(row: Any) -> str:
    if row.group == Group.KEY:
        return "KP"
    if row.group != Group.CARE:
        return ""
    if row.hours_week is None:
        return _("世話")
    return _("世話 週%(hours)s時間") % {"hours": row.hours_week}


def roles_instead(people: Iterable[PersonView]) -> dict[uuid.UUID, str]:
    """Return kinship words instead of names, numbered where two are the same, for a page that others may see."""
    views = [view for view in people if view.basics]
    words = {view.person_id: str(view.basics.get_relation_display()) for view in views if view.basics}  # type: ignore[attr-defined] # made by CodeField
    several = {word for word, count in Counter(words.values()).items() if count > 1}
    numbers: Counter[str] = Counter()
    for person_id, word in words.items():
        if word in several:
            numbers[word] += 1
            words[person_id] = f"{word}{numbers[word]}"
    return words


@dataclass(frozen=True)
class Symbol:
    """One person on the paper: ``outline`` is a path, ``inner`` the second outline of the index person."""

    x: int
    y: int
    outline: str
    inner: str
    cross: str
    age: str
    name: str
    name_y: int


@dataclass(frozen=True)
class Picture:
    """A genogram as the template prints it."""

    drawing: Drawing
    symbols: list[Symbol]
    description: str


def picture_of(family: Family) -> Picture | None:
    """Return the genogram of a family; None without anybody in it."""
    if not family.figures:
        return None
    drawing = draw(family)
    symbols = [_symbol(figure, *drawing.places[figure.key]) for figure in family.figures]
    together = sum(figure.lives_together for figure in family.figures)
    words = {"people": len(family.figures), "ties": len(family.ties), "together": together}
    description = _(
        "%(people)s人、関係%(ties)s件。同居は%(together)s人です。同じ内容が、下の2つの表にあります。"
    )
    return Picture(drawing, symbols, description % words)


def _symbol(figure: Figure, x: int, y: int) -> Symbol:
    return Symbol(
        x,
        y,
        outline=_outline(figure.sex, x, y, HALF),
        inner=_outline(figure.sex, x, y, HALF - 5) if figure.is_index else "",
        cross=f"M{x - 16} {y - 16}L{x + 16} {y + 16}M{x + 16} {y - 16}L{x - 16} {y + 16}"
        if figure.is_dead
        else "",
        age="" if figure.age is None else str(figure.age),
        name=figure.name,
        name_y=y + HALF + 15,
    )


def _outline(sex: str, x: int, y: int, half: int) -> str:
    """A square for a man, a circle for a woman, a diamond for everybody else. Source: domain.md 7.1."""
    if sex == "male":
        return f"M{x - half} {y - half}H{x + half}V{y + half}H{x - half}Z"
    if sex == "female":
        return f"M{x - half} {y}A{half} {half} 0 1 1 {x + half} {y}A{half} {half} 0 1 1 {x - half} {y}Z"
    return f"M{x} {y - half}L{x + half} {y}L{x} {y + half}L{x - half} {y}Z"
