"""Generations, and who stands beside whom: every figure in a row, parents above their children, the oldest left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from .family import Family, Figure, Key

Graph = dict[Key, set[Key]]


def rows_of(family: Family) -> list[list[Figure]]:
    """Return the generations, the oldest first, each from left to right."""
    levels = _levels(family)
    figures: dict[int, list[Figure]] = defaultdict(list)
    for figure in family.figures:
        figures[levels[figure.key]].append(figure)
    rows: list[list[Figure]] = []
    for level in sorted(figures):
        rows.append(_in_order(family, figures[level], rows))
    return rows


# --- generations ------------------------------------------------------------------------------------------


def _levels(family: Family) -> dict[Key, int]:
    """Return a generation for everybody. Parents stand above their children, couples and siblings side by side.

    What contradicts that (a cousin one married a generation below) gives way; parents never do.
    """
    head, below = _generations(family)
    heads = list(dict.fromkeys(head[figure.key] for figure in family.figures))
    level = _longest_ways(heads, below)
    for one in sorted(heads, key=lambda each: -level[each]):
        # Who has no parents in the picture stands right above the children, not at the top.
        if below[one] and not any(one in children for children in below.values()):
            level[one] = min(level[child] for child in below[one]) - 1
    return _aligned(family, {figure.key: level[head[figure.key]] for figure in family.figures})


def _generations(family: Family) -> tuple[dict[Key, Key], Graph]:
    """Return who stands for the generation of each, and which generations are below which."""
    head: dict[Key, Key] = {figure.key: figure.key for figure in family.figures}
    below: Graph = {figure.key: set() for figure in family.figures}
    parents: Graph = defaultdict(set)
    for tie in family.of_group("parent"):
        if not _leads(below, tie.other, tie.one):
            below[tie.one].add(tie.other)
            parents[tie.other].add(tie.one)
    pairs = [(tie.one, tie.other) for tie in family.of_group("couple", "sibling")]
    for each in parents.values():
        first, *rest = sorted(each, key=str)
        pairs += [(first, other) for other in rest]
    for one, other in pairs:
        a, b = head[one], head[other]
        if a == b or _leads(below, a, b) or _leads(below, b, a):
            continue
        head.update({key: a for key, its in head.items() if its == b})
        below[a] |= below.pop(b)
        for children in below.values():
            if b in children:
                children.remove(b)
                children.add(a)
    return head, below


def _leads(below: Graph, start: Key, end: Key) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        new = below[here] - seen
        seen |= new
        waiting += new
    return False


def _longest_ways(heads: list[Key], below: Graph) -> dict[Key, int]:
    level = dict.fromkeys(heads, 0)
    for _round in heads:
        for one in heads:
            for child in below[one]:
                level[child] = max(level[child], level[one] + 1)
    return level


def _aligned(family: Family, level: dict[Key, int]) -> dict[Key, int]:
    """Shift those who are tied to nobody else so that their kinship words fit to the index person's row."""
    aligned: dict[Key, int] = {}
    for part in _parts(family):
        told = [figure for figure in part if figure.hint is not None]
        guide = min(told, key=lambda figure: (not figure.is_index, figure.rank), default=None)
        shift = (guide.hint or 0) - level[guide.key] if guide else 0
        aligned.update({figure.key: level[figure.key] + shift for figure in part})
    return aligned


def _parts(family: Family) -> list[list[Figure]]:
    near: Graph = {figure.key: set() for figure in family.figures}
    for tie in family.of_group("parent", "couple", "sibling"):
        near[tie.one].add(tie.other)
        near[tie.other].add(tie.one)
    seen: set[Key] = set()
    parts = []
    for figure in family.figures:
        if figure.key in seen:
            continue
        part, waiting = {figure.key}, [figure.key]
        while waiting:
            new = near[waiting.pop()] - part
            part |= new
            waiting += new
        seen |= part
        parts.append([each for each in family.figures if each.key in part])
    return parts


# --- order within a generation -----------------------------------------------------------------------------


def parents_of(family: Family) -> dict[Key, dict[Key, str]]:
    """Return child -> parent -> kind."""
    found: dict[Key, dict[Key, str]] = defaultdict(dict)
    for tie in family.of_group("parent"):
        found[tie.other][tie.one] = tie.kind
    return found


def _in_order(family: Family, row: list[Figure], above: list[list[Figure]]) -> list[Figure]:
    """Return one row: sibships under their parents, the oldest left, partners beside whom they came to."""
    place = {figure.key: index / (len(each) or 1) for each in above for index, figure in enumerate(each)}
    clans = _clans(family, row)
    parents = parents_of(family)
    rooted = {figure.key for figure in row if parents[figure.key] or _has_sibling(family, figure)}
    partners = _partners(family, row)
    left: list[tuple[tuple[float, int, tuple[int, int]], list[Figure]]] = []
    taken: set[Key] = set()
    for clan in clans:
        unit = []
        for figure in clan:
            if figure.key in taken:
                continue
            unit += _with_partners(figure, partners, rooted, taken)
        if unit:
            above_them = [place[parent] for each in clan for parent in parents[each.key] if parent in place]
            middle = sum(above_them) / len(above_them) if above_them else 2.0
            left.append(((middle, _side(family, unit), unit[0].rank), unit))
    ordered = [figure for _where, unit in sorted(left, key=lambda pair: pair[0]) for figure in unit]
    # Somebody may have two sets of parents whose children mix: then age alone decides.
    return ordered if _is_by_age(family, ordered) else sorted(row, key=lambda figure: figure.rank)


def _has_sibling(family: Family, figure: Figure) -> bool:
    return any(figure.key in (tie.one, tie.other) for tie in family.of_group("sibling"))


def _clans(family: Family, row: list[Figure]) -> list[list[Figure]]:
    """Return brothers and sisters together, by age; who has none alone. Those with parents first."""
    keys = {figure.key for figure in row}
    parents = parents_of(family)
    clan: dict[Key, Key] = {key: key for key in keys}
    first_child: dict[frozenset[Key], Key] = {}
    pairs = [(tie.one, tie.other) for tie in family.of_group("sibling")]
    pairs += [
        (first_child.setdefault(frozenset(parents[figure.key]), figure.key), figure.key)
        for figure in row
        if parents[figure.key]
    ]
    for one, other in pairs:
        if one in keys and other in keys and clan[one] != clan[other]:
            old = clan[other]
            clan.update({key: clan[one] for key, its in clan.items() if its == old})
    together: dict[Key, list[Figure]] = defaultdict(list)
    for figure in sorted(row, key=lambda each: each.rank):
        together[clan[figure.key]].append(figure)
    return sorted(
        together.values(), key=lambda each: (len(each) == 1 and not parents[each[0].key], each[0].rank)
    )


def _partners(family: Family, row: list[Figure]) -> dict[Key, list[Figure]]:
    by_key = {figure.key: figure for figure in row}
    found: dict[Key, list[Figure]] = defaultdict(list)
    for tie in family.of_group("couple"):
        if tie.one in by_key and tie.other in by_key:
            found[tie.one].append(by_key[tie.other])
            found[tie.other].append(by_key[tie.one])
    return found


def _with_partners(
    figure: Figure, partners: dict[Key, list[Figure]], rooted: set[Key], taken: set[Key]
) -> list[Figure]:
    """Return somebody with those who came to them from outside the picture: husbands left, wives right."""
    unit = [figure]
    taken.add(figure.key)
    for partner in sorted(partners[figure.key], key=lambda each: each.rank):
        if partner.key in taken or partner.key in rooted:
            continue
        more = _with_partners(partner, partners, rooted, taken)
        is_left = partner.sex == "male" and figure.sex != "male" and unit[0] is figure
        unit = [*reversed(more), *unit] if is_left else [*unit, *more]
    return unit


def _side(family: Family, unit: Iterable[Figure]) -> int:
    """Return 0 for those whose child is a man, 1 for a woman: the father's side stands left."""
    keys = {figure.key for figure in unit}
    sexes = {figure.key: figure.sex for figure in family.figures}
    children = [sexes[tie.other] for tie in family.of_group("parent") if tie.one in keys]
    return 1 if children and "male" not in children else 0


def _is_by_age(family: Family, ordered: list[Figure]) -> bool:
    rank = {figure.key: figure.rank for figure in ordered}
    children: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    parents = parents_of(family)
    for figure in ordered:
        for parent in parents[figure.key]:
            children[parent].append(rank[figure.key])
    return all(ranks == sorted(ranks) for ranks in children.values())
