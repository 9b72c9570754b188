"""The ecomap: the household in the middle, around it agencies, people and places. Source: domain.md 7.2."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from .family import Key
from .shapes import Box, Point, Stroke, line_of, look_of, poly

WIDE, HIGH = 150, 54  # of what stands around
GAP = 16
MIDDLE = (104, 46)  # half axes of the household
EDGE = 12


@dataclass(frozen=True)
class Around:
    """Something the household has to do with. ``shape``: agency, person or place; ``kind``: what the line says."""

    key: Key
    shape: str
    name: str
    kind: str = ""
    words: str = ""


@dataclass
class EcoDrawing:
    """Where everything stands; the household's middle is ``middle``."""

    width: int
    height: int
    middle: tuple[int, int]
    places: dict[Key, tuple[int, int]]
    strokes: list[Stroke] = field(default_factory=list)

    def box(self, key: Key) -> Box:
        x, y = self.places[key]
        return Box(x - WIDE / 2, y - HIGH / 2, x + WIDE / 2, y + HIGH / 2)


def draw_around(around: tuple[Around, ...]) -> EcoDrawing:
    """Return the ecomap: the first at the top, then clockwise, on a ring just wide enough."""
    ring = _ring(len(around))
    right = max((x for x, _y in ring), default=0) + WIDE / 2 + EDGE
    down = max((y for _x, y in ring), default=0) + HIGH / 2 + EDGE
    right, down = max(right, MIDDLE[0] + EDGE), max(down, MIDDLE[1] + EDGE)
    up = max(-min((y for _x, y in ring), default=0) + HIGH / 2 + EDGE, MIDDLE[1] + EDGE)
    left = max(-min((x for x, _y in ring), default=0) + WIDE / 2 + EDGE, MIDDLE[0] + EDGE)
    middle = (round(left), round(up))
    places = {
        each.key: (middle[0] + round(x), middle[1] + round(y))
        for each, (x, y) in zip(around, ring, strict=True)
    }
    drawing = EcoDrawing(round(left + right), round(up + down), middle, places)
    for each in around:
        points = _line(middle, places[each.key])
        drawing.strokes.append(Stroke(line_of(each.kind, points), look_of(each.kind), (each.key,)))
    return drawing


def _ring(count: int) -> list[Point]:
    """Return places on an ellipse around (0, 0), far enough from each other and from the middle."""
    reach = 1.0
    while True:
        places = [
            (
                math.sin(2 * math.pi * number / count) * (MIDDLE[0] + WIDE / 2 + 50) * reach,
                -math.cos(2 * math.pi * number / count) * (MIDDLE[1] + HIGH / 2 + 54) * reach,
            )
            for number in range(count)
        ]
        if _has_room(places):
            return places
        reach += 0.05


def _has_room(places: list[Point]) -> bool:
    boxes = [
        Box(x - (WIDE + GAP) / 2, y - (HIGH + GAP) / 2, x + (WIDE + GAP) / 2, y + (HIGH + GAP) / 2)
        for x, y in places
    ]
    return not any(one.meets(other) for index, one in enumerate(boxes) for other in boxes[:index])


def _line(middle: tuple[int, int], end: tuple[int, int], steps: int = 24) -> list[Point]:
    """Return the way from the household's edge to the edge of what stands around."""
    dx, dy = end[0] - middle[0], end[1] - middle[1]
    out = 1 / math.hypot(dx / MIDDLE[0], dy / MIDDLE[1])
    into = 1 - min(WIDE / 2 / abs(dx) if dx else 9, HIGH / 2 / abs(dy) if dy else 9)
    return [
        (middle[0] + dx * part, middle[1] + dy * part)
        for part in (out + (into - out) * step / steps for step in range(steps + 1))
    ]


def oval(middle: tuple[int, int]) -> str:
    """Return the household's outline as a path."""
    x, y = middle
    points = [
        (x + math.cos(math.pi * step / 24) * MIDDLE[0], y + math.sin(math.pi * step / 24) * MIDDLE[1])
        for step in range(48)
    ]
    return poly(points) + "Z"
