"""Small cells: a number of people below five is nobody's to read out of a file (domain.md R-DIS-7). Pure."""

from __future__ import annotations

from collections.abc import Mapping

LEAST = 5


def is_small(number: int) -> bool:
    """Return whether a number is one or a few people."""
    return 0 < abs(number) < LEAST


def hidden_cells(cells: Mapping[str, int], *, is_many: bool) -> set[str]:
    """Return the cells that must not be told beside their sum: those from 1 to 4, and as many more as keep these secret.

    One hidden cell would be the sum less the others, and several that add up to a small number would be as good as told. So the
    smallest others go with them until at least two are hidden, and together they are neither small nor all ones. Where a thing
    falls into several cells (``is_many``) nothing can be told from a sum.
    """
    hidden = {cell for cell, value in cells.items() if is_small(value)}
    if is_many or not hidden:
        return hidden
    others = sorted(
        (cell for cell, value in cells.items() if value >= LEAST), key=lambda cell: (cells[cell], cell)
    )
    while others and not _keeps_secret([cells[cell] for cell in hidden]):
        hidden.add(others.pop(0))
    return hidden


def _keeps_secret(values: list[int]) -> bool:
    return len(values) > 1 and sum(values) >= LEAST and sum(values) > len(values)


def is_whole_hidden(total: int, cells: Mapping[str, int], *, is_many: bool) -> bool:
    """Return whether the sum itself must not be told: it is small, or what is hidden would follow from it."""
    if is_small(total):
        return True
    hidden = hidden_cells(cells, is_many=is_many)
    return bool(hidden) and not is_many and not _keeps_secret([cells[cell] for cell in hidden])


def is_part_told(cells: Mapping[str, int], whole: Mapping[str, int]) -> bool:
    """Return whether the cells of a part may be told beside those of its whole: none of them is small, and no rest is.

    All of them or none: what the one breakdown hides could follow from what the other one tells.
    """
    return not any(
        is_small(cells.get(cell, 0)) or is_small(value - cells.get(cell, 0)) for cell, value in whole.items()
    )
