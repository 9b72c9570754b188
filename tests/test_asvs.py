"""docs/asvs.toml: the whole of levels 1 and 2, no cell empty, every place and every test there."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[1]
SECURITY = PROJECT / "docs" / "security.md"
# How many requirements of level 1 and 2 each chapter of ASVS 5.0 has: 253.
CHAPTERS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13,
    16: 16, 17: 7,
}  # fmt: skip
LEVELS = {1: 70, 2: 183}
KEYS = {
    "yes": {"level", "applies", "met", "about", "where", "test"},
    "host": {"level", "applies", "about", "where", "test", "note"},
    "no": {"level", "applies", "about", "note"},
}


def rows() -> dict[str, dict]:
    return tomllib.loads((PROJECT / "docs" / "asvs.toml").read_text())


def not_met() -> dict[str, dict]:
    return {number: row for number, row in rows().items() if row.get("met") in {"partly", "no"}}


def problems_of(number: str, row: dict) -> list[str]:
    """Say what is wrong with one row."""
    wanted = KEYS.get(row.get("applies", ""), set()) | (
        {"note"} if row.get("met") in {"partly", "no"} else set()
    )
    if set(row) != wanted:
        return [f"{number}: cells {sorted(set(row) ^ wanted)} are missing or too many"]
    empty = [f"{number}: {name} is empty" for name, value in row.items() if value in ("", [])]
    unknown = (
        [f"{number}: met {row['met']!r}"] if row.get("met", "yes") not in {"yes", "partly", "no"} else []
    )
    gone = [f"{number}: {place} is not there" for place in row.get("where", []) if not is_place(place)]
    untested = [f"{number}: {test} is not there" for test in row.get("test", []) if not is_proof(test)]
    return empty + unknown + gone + untested


def is_place(place: str) -> bool:
    """Return whether ``file``, ``file::name`` or ``document#heading`` is there."""
    path, heading, name = *place.partition("#")[::2], place.partition("::")[2]
    file = PROJECT / (path.partition("::")[0])
    if not file.exists():
        return False
    if heading:
        return heading in headings(file)
    return not name or name in defined_in(file)


def is_proof(test: str) -> bool:
    """Return whether a test, a target of make, or a heading is there."""
    if test.startswith("make "):
        return bool(re.search(rf"^{re.escape(test[5:])}:", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    return ("#" in test and is_place(test)) or ("::test_" in test and is_place(test))


@cache
def headings(file: Path) -> set[str]:
    return {found.strip() for found in re.findall(r"^#+ (.+)$", file.read_text(), re.MULTILINE)}


@cache
def defined_in(file: Path) -> set[str]:
    """Return the names that a Python file defines at its top: functions, classes, constants, annotations."""
    names = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_it_is_the_whole_of_level_one_and_two():
    numbers = rows()

    assert Counter(int(number.split(".")[0]) for number in numbers) == CHAPTERS
    assert Counter(row["level"] for row in numbers.values()) == LEVELS
    assert list(numbers) == sorted(numbers, key=lambda number: [int(part) for part in number.split(".")])


def test_no_cell_is_empty_and_every_place_and_test_is_there():
    assert [problem for number, row in rows().items() for problem in problems_of(number, row)] == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"about": ""}, "about is empty"),
        ({"where": []}, "where is empty"),
        ({"test": []}, "test is empty"),
        ({"where": ["permissions/roles.py::NOBODY"]}, "NOBODY is not there"),
        ({"where": ["permissions/nothing.py"]}, "nothing.py is not there"),
        ({"where": ["docs/security.md#Nothing"]}, "Nothing is not there"),
        ({"test": ["tests/test_bans.py::test_nothing"]}, "test_nothing is not there"),
        ({"test": ["tests/test_bans.py::files"]}, "files is not there"),
        ({"test": ["make nothing"]}, "make nothing is not there"),
        ({"met": "no"}, "cells ['note']"),
        ({"met": "perhaps"}, "met 'perhaps'"),
        ({"applies": "no"}, "cells"),
        ({"applies": "perhaps"}, "cells"),
    ],
)
def test_a_fault_in_a_row_would_be_named(changed, said):
    good = rows()["8.2.1"]

    assert problems_of("8.2.1", good) == []
    assert any(said in problem for problem in problems_of("8.2.1", {**good, **changed}))


def test_what_is_not_met_is_told_in_the_document():
    text = SECURITY.read_text()
    section = text.partition("## Requirements not met")[2].partition("\n## ")[0]
    told = dict(re.findall(r"^\| (\d+\.\d+\.\d+) \| (\w+) \|", section, re.MULTILINE))

    assert told == {number: row["met"] for number, row in not_met().items()}


def test_figures_in_the_document_are_those_of_the_rows():
    applies = Counter(row["applies"] for row in rows().values())
    met = Counter(row["met"] for row in rows().values() if row["applies"] == "yes")
    told = (
        f"253 requirements: {met['yes']} met, {met['partly']} partly, {met['no']} not, "
        f"{applies['host']} the city's own duty, {applies['no']} do not apply"
    )

    assert told in " ".join(SECURITY.read_text().split())
