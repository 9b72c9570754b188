"""Points and lines of a drawing, and lines that say something by their shape: zigzag, double, broken."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .family import Key

Point = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """One mark on the paper. ``says``: the ties that it stands for; none for what only helps the eye.

    ``path`` is the d of an SVG path. ``look`` names the CSS class; without any style sheet it is a thin black line.
    """

    path: str
    look: str = "line"
    says: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Label:
    """A word on the paper, centered at (x, y)."""

    x: int
    y: int
    text: str
    look: str = "label"


@dataclass(frozen=True)
class Box:
    """A rectangle, by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Box) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )

    @property
    def path(self) -> str:
        return (
            poly(
                [
                    (self.left, self.top),
                    (self.right, self.top),
                    (self.right, self.bottom),
                    (self.left, self.bottom),
                ]
            )
            + "Z"
        )


def poly(points: Iterable[Point]) -> str:
    return "M" + "L".join(f"{_short(x)} {_short(y)}" for x, y in points)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def curve(start: Point, bend: Point, end: Point, steps: int = 28) -> list[Point]:
    """Return points along a quadratic curve."""
    found = []
    for step in range(steps + 1):
        t = step / steps
        found.append(
            (
                (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * bend[0] + t**2 * end[0],
                (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * bend[1] + t**2 * end[1],
            )
        )
    return found


def beside(points: list[Point], distance: float) -> list[Point]:
    """Return the same line, shifted sideways."""
    found = []
    for index, (x, y) in enumerate(points):
        before, after = points[max(index - 1, 0)], points[min(index + 1, len(points) - 1)]
        along = (after[0] - before[0], after[1] - before[1])
        length = math.hypot(*along) or 1.0
        found.append((x - along[1] / length * distance, y + along[0] / length * distance))
    return found


def zigzag(points: list[Point], swing: float = 5) -> list[Point]:
    """Return a line that goes to and fro along the given one; straight at both ends."""
    left, right = beside(points, swing), beside(points, -swing)
    body = [left[i] if i % 2 else right[i] for i in range(2, len(points) - 2)]
    return [*points[:2], *body, *points[-2:]]


def bars(points: list[Point], at: Iterable[float], length: float = 7) -> list[str]:
    """Return short bars across a line, at these parts of its way (0 to 1)."""
    left, right = beside(points, length), beside(points, -length)
    found = []
    for part in at:
        index = min(round(part * (len(points) - 1)), len(points) - 1)
        found.append(poly([left[index], right[index]]))
    return found


def arrow(points: list[Point], size: float = 9) -> str:
    """Return the head of an arrow at the end of a line."""
    (x, y), (bx, by) = points[-1], points[-3]
    length = math.hypot(x - bx, y - by) or 1.0
    ux, uy = (x - bx) / length, (y - by) / length
    back = (x - ux * size, y - uy * size)
    half = size / 2
    return (
        poly([(x, y), (back[0] - uy * half, back[1] + ux * half), (back[0] + uy * half, back[1] - ux * half)])
        + "Z"
    )


def look_of(kind: str) -> str:
    """Return how the line of a tie is stroked; its shape is told by ``line_of``."""
    return {"weak": "dashed", "asked": "dashed", "carer": "thin", "key": "dotted", "shown": "thin"}.get(
        kind, "line"
    )


def line_of(kind: str, points: list[Point]) -> str:
    """Return a line that says by its shape what it is: readable in black and white. Source: domain.md 7.1, 7.2."""
    match kind:
        case "strong" | "agreed":
            return poly(beside(points, 2.5)) + poly(beside(points, -2.5))
        case "conflict":
            return poly(zigzag(points))
        case "violent":
            return poly(zigzag(points)) + arrow(points)
        case "cut_off":
            middle = len(points) // 2
            return (
                poly(points[: middle - 1]) + poly(points[middle + 2 :]) + "".join(bars(points, (0.46, 0.57)))
            )
        case "carer" | "key":
            return poly(points) + arrow(points)
        case _:
            return poly(points)
