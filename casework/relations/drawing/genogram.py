"""The genogram: symbols in their places, every tie drawn once, a loop around those who live together. Source: domain.md 7.1."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from .family import Family, Figure, Key, Tie
from .loop import loop_around
from .rows import parents_of, rows_of
from .shapes import Box, Label, Point, Stroke, beside, curve, line_of, look_of, poly
from .spread import MARGIN, SLOT, spread

HALF = 23  # of a symbol
NAME = 20  # room for the name under it
LANE = 12  # from one line to the next that runs beside it
ARC = 46  # room over a row for what people feel
EDGE = 26


@dataclass
class Drawing:
    """Where everything stands. ``loop``: boxes whose common outline is the loop around those who live together."""

    width: int
    height: int
    places: dict[Key, tuple[int, int]]
    rows: list[list[Figure]]
    strokes: list[Stroke] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    loop: list[Box] = field(default_factory=list)

    def box(self, key: Key) -> Box:
        x, y = self.places[key]
        return Box(x - HALF, y - HALF, x + HALF, y + HALF)


@dataclass
class _Node:
    """From where children hang: a couple or one parent, with a line below their row and a bar above the children's."""

    parents: tuple[Key, ...]
    children: list[tuple[Key, str, tuple[Key, ...]]]  # child, kind, ties
    couple: Tie | None = None


def draw(family: Family) -> Drawing:
    """Return the genogram of a family. The same family gives the same drawing; nobody outside it leaves a gap."""
    rows = rows_of(family)
    x = spread(family, rows)
    row_of = {figure.key: index for index, row in enumerate(rows) for figure in row}
    nodes, couples = _nodes(family, row_of), family.of_group("couple")
    siblings = _brackets(family, nodes)
    tops = _heights(rows, row_of, nodes, couples, siblings)
    places = {key: (x[key], tops[row] + HALF) for key, row in row_of.items()}
    width = max(x.values(), default=0) + MARGIN
    bottom = (tops[-1] + 2 * HALF + NAME if tops else 0) + EDGE + LANE * (len(couples) + 1)
    drawing = Drawing(width, bottom, places, rows)
    _Pen(family, drawing, row_of, tops).everything(nodes, couples, siblings)
    together = {figure.key for figure in family.figures if figure.lives_together}
    if len(together) > 1:
        drawing.loop = loop_around([(row, top) for row, top in zip(rows, tops, strict=True)], x, together)
    return drawing


def _nodes(family: Family, row_of: dict[Key, int]) -> list[_Node]:
    """Return where children hang from: the couple if both are parents in the same way, else each parent."""
    couple_of = {frozenset((tie.one, tie.other)): tie for tie in family.of_group("couple")}
    tie_of = {(tie.one, tie.other): tie.key for tie in family.of_group("parent")}
    nodes: dict[tuple[Key, ...], _Node] = {}
    for child, parents in parents_of(family).items():
        left = dict(parents)
        for pair, couple in couple_of.items():
            one, other = couple.one, couple.other
            if pair <= left.keys() and left[one] == left[other] and row_of[one] == row_of[other]:
                node = nodes.setdefault((one, other), _Node((one, other), [], couple))
                node.children.append((child, left[one], (tie_of[one, child], tie_of[other, child])))
                del left[one], left[other]
        for parent, kind in left.items():
            node = nodes.setdefault((parent,), _Node((parent,), []))
            node.children.append((child, kind, (tie_of[parent, child],)))
    return list(nodes.values())


def _brackets(family: Family, nodes: list[_Node]) -> list[Tie]:
    """Return the sibling ties that no common parent shows; those that one shows are drawn with the bar."""
    shown = [{child for child, _kind, _ties in node.children} for node in nodes]
    return [
        tie for tie in family.of_group("sibling") if not any({tie.one, tie.other} <= each for each in shown)
    ]


def _heights(
    rows: list[list[Figure]],
    row_of: dict[Key, int],
    nodes: list[_Node],
    couples: list[Tie],
    siblings: list[Tie],
) -> list[int]:
    """Return the top of each row, with room between for the lines that run there."""
    tops: list[int] = []
    y = EDGE + ARC
    for index in range(len(rows)):
        over = sum(_first_row(node, row_of) == index for node in nodes)
        over += sum(min(row_of[tie.one], row_of[tie.other]) == index for tie in siblings)
        y += LANE * (over + 1)
        tops.append(y)
        under = sum(max(row_of[tie.one], row_of[tie.other]) == index for tie in couples)
        under += sum(row_of[node.parents[0]] == index for node in nodes)
        y += 2 * HALF + NAME + LANE * (under + 2) + ARC
    return tops


def _first_row(node: _Node, row_of: dict[Key, int]) -> int:
    return min(row_of[child] for child, _kind, _ties in node.children)


class _Pen:
    """Draws into a drawing whose symbols have their places."""

    def __init__(self, family: Family, drawing: Drawing, row_of: dict[Key, int], tops: list[int]) -> None:
        self.family, self.drawing, self.row_of, self.tops = family, drawing, row_of, tops
        self.places = drawing.places
        self.ports: dict[tuple[Key, str], int] = defaultdict(int)
        self.under: dict[int, int] = defaultdict(int)
        self.over: dict[int, int] = defaultdict(int)

    def everything(self, nodes: list[_Node], couples: list[Tie], siblings: list[Tie]) -> None:
        middles = {tie.key: self._couple(tie) for tie in couples}
        for node in nodes:
            self._children(node, middles)
        for tie in siblings:
            self._bracket(tie)
        used: dict[frozenset[Key], int] = defaultdict(int)
        for tie in self.family.of_group("feeling", "violence", "care", "key"):
            self._between(tie, used)

    def _stroke(self, path: str, look: str = "line", says: tuple[Key, ...] = ()) -> None:
        self.drawing.strokes.append(Stroke(path, look, says))

    # Lines that leave a symbol at the same side leave it side by side.
    def _port(self, key: Key, side: str) -> int:
        number = self.ports[key, side]
        self.ports[key, side] += 1
        shift = (number + 1) // 2 * 7 * (1 if number % 2 else -1)
        return self.places[key][0] + max(-18, min(18, shift))

    def _lane_under(self, row: int) -> int:
        self.under[row] += 1
        return self.tops[row] + 2 * HALF + NAME + LANE * self.under[row]

    def _lane_over(self, row: int) -> int:
        self.over[row] += 1
        return self.tops[row] - LANE * self.over[row]

    def _couple(self, tie: Tie) -> Point:
        """A line under both; married solid, unmarried dotted, one slash separated, two divorced."""
        row = max(self.row_of[tie.one], self.row_of[tie.other])
        y = self._lane_under(row)
        ends = sorted((self._port(key, "under"), self.places[key][1] + HALF) for key in (tie.one, tie.other))
        (x1, y1), (x2, y2) = ends
        look = "dotted" if tie.kind == "common_law" else "line"
        slashes = {"separated": (0,), "divorced": (-4, 4)}.get(tie.kind, ())
        at = x1 + (x2 - x1) * 0.72
        marks = [poly([(at + shift - 4, y + 8), (at + shift + 4, y - 8)]) for shift in slashes]
        self._stroke(poly([(x1, y1), (x1, y), (x2, y), (x2, y2)]) + "".join(marks), look, (tie.key,))
        return ((x1 + x2) / 2, y)

    def _children(self, node: _Node, middles: dict[Key, Point]) -> None:
        """A stem, a bar over the children, and one line down to each; adopted, foster and step children dotted."""
        if node.couple:
            start = middles[node.couple.key]
        else:
            (parent,) = node.parents
            start = (self._port(parent, "under"), self.places[parent][1] + HALF)
        from_row = max(self.row_of[parent] for parent in node.parents)
        bar_row = _first_row(node, self.row_of)
        bar = self._lane_over(bar_row)
        stem = self._way_down(start, from_row, bar_row, bar)
        tops = {child: self._port(child, "over") for child, _kind, _ties in node.children}
        twins = self._twins(node, tops)
        says = tuple(
            tie.key
            for tie in self.family.of_group("sibling")
            if tie.kind != "twin" and {tie.one, tie.other} <= tops.keys() and tie.key not in self._said()
        )
        across = [stem[-1][0], *(twins.get(child, (tops[child], ()))[0] for child in tops)]
        self._stroke(poly(stem) + poly([(min(across), bar), (max(across), bar)]), "line", says)
        for child, kind, ties in node.children:
            x, _twin = twins.get(child, (tops[child], ()))
            look = "line" if kind == "birth_parent" else "dotted" if kind != "step_parent" else "dashed"
            end = (tops[child], self.places[child][1] - HALF)
            self._stroke(self._drop((x, bar), end, bar_row, self.row_of[child]), look, ties)
        for says in dict.fromkeys(twin for _x, twin in twins.values()):
            self._twin_mark(
                [child for child, (_x, each) in twins.items() if each == says], twins, tops, bar, says
            )

    def _twin_mark(
        self,
        children: list[Key],
        twins: dict[Key, tuple[float, tuple[Key, ...]]],
        tops: dict[Key, int],
        bar: float,
        says: tuple[Key, ...],
    ) -> None:
        """A line from twin to twin, on the way from their common point."""
        points = []
        for child in sorted(children, key=lambda key: tops[key]):
            x, top = twins[child][0], self.places[child][1] - HALF
            points.append((x + (tops[child] - x) * 0.6, bar + (top - bar) * 0.6))
        self._stroke(poly(points), "line", says)

    def _said(self) -> set[Key]:
        return {key for stroke in self.drawing.strokes for key in stroke.says}

    def _twins(self, node: _Node, tops: dict[Key, int]) -> dict[Key, tuple[float, tuple[Key, ...]]]:
        """Return for twins the common point at which their lines leave the bar, and the ties it stands for."""
        found: dict[Key, tuple[float, tuple[Key, ...]]] = {}
        said = self._said()
        for tie in self.family.of_group("sibling"):
            if tie.kind == "twin" and {tie.one, tie.other} <= tops.keys() and tie.key not in said:
                groups = {key: found.get(key, (0.0, ()))[1] for key in (tie.one, tie.other)}
                says = (*groups[tie.one], *groups[tie.other], tie.key)
                members = {tie.one, tie.other} | {
                    key for key, (_x, each) in found.items() if set(each) & set(says)
                }
                x = sum(tops[key] for key in members) / len(members)
                found.update(dict.fromkeys(members, (x, says)))
        return found

    def _bracket(self, tie: Tie) -> None:
        """Brothers and sisters whose parents are not in the picture; twins with a double bracket."""
        row = min(self.row_of[tie.one], self.row_of[tie.other])
        y = self._lane_over(row)
        ends = [(self._port(key, "over"), self.places[key][1] - HALF) for key in (tie.one, tie.other)]
        (x1, y1), (x2, y2) = sorted(ends)
        path = poly([(x1, y1), (x1, y), (x2, y), (x2, y2)])
        if tie.kind == "twin":
            path += poly([(x1, y + 4), (x2, y + 4)])
        self._stroke(path, "line", (tie.key,))

    # --- ways past other symbols --------------------------------------------------------------------------

    def _way_down(self, start: Point, from_row: int, to_row: int, end_y: float) -> list[Point]:
        """Return the way from under one row to the bar over another, past the symbols of the rows between."""
        way = [start]
        x = start[0]
        for row in range(from_row + 1, to_row):
            free = self._free_x(row, x)
            if free != x:
                turn = self._lane_over(row)
                way += [(x, turn), (free, turn)]
                x = free
        return [*way, (x, end_y)]

    def _drop(self, start: Point, end: Point, from_row: int, to_row: int) -> str:
        """Return the line from the bar to a child, who may stand rows further down."""
        if from_row == to_row:
            return poly([start, end])
        free = self._free_x(from_row, start[0])
        turn = end[1] - LANE / 2
        return poly(
            [
                start,
                (free, start[1]),
                *self._way_down((free, start[1]), from_row, to_row, turn)[1:],
                (end[0], turn),
                end,
            ]
        )

    def _free_x(self, row: int, x: float) -> float:
        """Return the x nearest to this one at which a row can be passed: between two symbols, or beside all."""
        taken = sorted(self.places[figure.key][0] for figure in self.drawing.rows[row])
        if all(abs(x - each) > HALF + 8 for each in taken):
            return x
        gaps = [(a + b) / 2 for a, b in itertools.pairwise(taken)]
        return min([taken[0] - SLOT / 2, *gaps, taken[-1] + SLOT / 2], key=lambda each: abs(each - x))

    # --- what people feel and do ---------------------------------------------------------------------------

    def _between(self, tie: Tie, used: dict[frozenset[Key], int]) -> None:
        """A curve from one to the other whose shape says what it is."""
        pair = frozenset((tie.one, tie.other))
        points = self._free_curve(tie, used[pair])
        used[pair] += 1
        self._stroke(line_of(tie.kind, points), look_of(tie.kind), (tie.key,))
        if tie.words:
            x, y = points[len(points) // 2]
            self.drawing.labels.append(Label(round(x), round(y) - 5, tie.words, "tie"))

    def _free_curve(self, tie: Tie, number: int) -> list[Point]:
        """Return a curve that meets no other symbol, as straight as possible; the ``number``-th of this pair."""
        (x1, y1), (x2, y2) = self.places[tie.one], self.places[tie.other]
        others = [self.drawing.box(key) for key in self.places if key not in (tie.one, tie.other)]
        same_row = y1 == y2
        shifts = [30, 44, 60, 80, 110] if same_row else [0, 36, -36, 64, -64, 100, -100, 150, -150, 210, -210]
        if x1 == x2:
            shifts = shifts[1:]  # a line from parent to child runs there
        fits = []
        for shift in shifts:
            points = self._bent(tie, shift, same_row=same_row)
            if not any(_meets(points, box) for box in others):
                fits.append(points)
        choices = fits or [self._bent(tie, shifts[-1], same_row=same_row)]
        again, which = divmod(number, len(choices))
        return beside(choices[which], again * 9)

    def _bent(self, tie: Tie, shift: float, *, same_row: bool) -> list[Point]:
        (x1, y1), (x2, y2) = self.places[tie.one], self.places[tie.other]
        if same_row:
            inward = 12 if x1 < x2 else -12
            start, end = (x1 + inward, y1 - HALF), (x2 - inward, y2 - HALF)
            return curve(start, ((x1 + x2) / 2, y1 - HALF - shift * 1.4), end)
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        reach = HALF + 6
        start, end = (x1 + ux * reach, y1 + uy * reach), (x2 - ux * reach, y2 - uy * reach)
        return curve(start, ((x1 + x2) / 2 - uy * shift * 2, (y1 + y2) / 2 + ux * shift * 2), end)


def _meets(points: list[Point], box: Box) -> bool:
    return any(box.left - 6 < x < box.right + 6 and box.top - 4 < y < box.bottom + 4 for x, y in points)
