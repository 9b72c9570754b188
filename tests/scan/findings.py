"""What a tool found, and the findings that were looked at and explained (explained.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

EXPLAINED = Path(__file__).with_name("explained.toml")


@dataclass(frozen=True, order=True)
class Finding:
    tool: str
    rule: str
    where: str
    said: str = ""


@dataclass(frozen=True)
class Explanation:
    rules: list[str]
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return finding.rule in self.rules and fnmatch(finding.where, self.where)


def explanations() -> list[Explanation]:
    return [Explanation(**row) for row in tomllib.loads(EXPLAINED.read_text())["explained"]]


def unexplained(findings: Iterable[Finding]) -> list[Finding]:
    known = explanations()
    return sorted({finding for finding in findings if not any(each.covers(finding) for each in known)})
