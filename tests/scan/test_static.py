"""bandit and ruff's S rules over the whole product: nothing that is not explained, no explanation left over."""

import re
from pathlib import Path

import pytest

from tests.scan.findings import Finding, explanations, unexplained
from tests.scan.static import PROJECT, READ, bandit, ruff

TOOLS = {"bandit": bandit, "ruff": ruff}


@pytest.fixture(scope="module")
def found():
    return {name: tool() for name, tool in TOOLS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_everything_the_tool_found_is_explained(found, tool):
    assert found[tool], "nothing at all: did the tool read anything?"
    assert unexplained(found[tool]) == []


def test_a_new_finding_would_be_named():
    planted = Finding("bandit", "B608", "casework/cases/views.py")

    assert unexplained([planted]) == [planted]


@pytest.mark.slow
def test_no_explanation_outlives_its_finding(found):
    findings = [finding for tool in found.values() for finding in tool]
    left = [
        (rule, each.where)
        for each in explanations()
        for rule in each.rules
        if rule[0] in "BS"
        and rule[1:].isdigit()
        and not any(finding.rule == rule and each.covers(finding) for finding in findings)
    ]

    assert left == []


def test_every_security_exception_on_a_line_gives_its_reason():
    lines = [
        f"{path.relative_to(PROJECT)}: {line.strip()}"
        for name in READ
        for path in ([PROJECT / name] if name.endswith(".py") else Path(PROJECT / name).rglob("*.py"))
        for line in path.read_text().splitlines()
        if re.search(r"# ?nosec|# ?noqa.*\bS\d{3}", line)
    ]

    assert len(lines) >= 5
    assert [line for line in lines if not re.search(r"noqa: [A-Z\d, ]+ -- \S", line)] == []
