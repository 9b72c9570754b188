"""docs/process.md is drawn from the code: which stage may follow which, and what must hold before.

Written anew by  MARUGOTO_UPDATE_PROCESS=1 pytest tests/casework/test_process_document.py
"""

import os
from pathlib import Path

from casework.cases.guards import GUARDS, sheet_of
from casework.cases.models import Case
from casework.cases.states import FLOW_OF_STAGE, NEXT_STAGES, OPEN_STAGES, Flow, Stage

DOCUMENT = Path(__file__).parents[2] / "docs" / "process.md"
HEAD = """# The way of a case

Drawn from `casework/cases/states.py` and `guards.py` by `tests/casework/test_process_document.py`; source: domain.md 2.2. From every
open stage an emergency (緊急対応) may break out and leads back to the first talk, or to where the case was (from a case that rested:
to the first talk). The city words the stages and leaves out what it does not use (選択肢と決まりごと); which may follow which stands in
the code.

```mermaid
stateDiagram-v2
"""
TABLE = """```

| stage | code | flow | may go to | before it is entered |
|---|---|---|---|---|
"""


def drawn():
    arrows = [
        f"    {stage} --> {following}" for stage, targets in NEXT_STAGES.items() for following in targets
    ]
    names = [f"    {stage.value}: {stage.label}" for stage in Stage]
    ends = [f"    {stage} --> [*]" for stage in Stage if stage not in OPEN_STAGES]
    rows = [
        f"| {stage.label} | `{stage.value}` | {_flow(stage)} | {_targets(stage)} | {_guards(stage)} |"
        for stage in Stage
    ]
    return (
        HEAD
        + "\n".join([*names, "    [*] --> received", *arrows, *ends])
        + "\n"
        + TABLE
        + "\n".join(rows)
        + "\n"
    )


def _flow(stage):
    flow = FLOW_OF_STAGE.get(stage)
    return Flow(flow).label if flow else ""


def _targets(stage):
    return "、".join(str(Stage(each).label) for each in NEXT_STAGES[stage]) or "(the end)"


def _guards(stage):
    """Return what is asked for on entering a stage: from wherever, and from single stages."""
    said = [sheet_of(Case(stage=Stage.ACTIVE), stage)]
    found = {}
    for (before, after), guards in GUARDS.items():
        for _holds, words in guards if after == stage else ():
            found.setdefault(str(words), []).append(str(Stage(before).label) if before else "")
    said += [
        f"（{'、'.join(filter(None, whence))}から）{words}" if any(whence) else words
        for words, whence in found.items()
    ]
    return " ".join(filter(None, said))


def test_document_draws_what_the_code_does():
    text = drawn()
    if os.environ.get("MARUGOTO_UPDATE_PROCESS"):
        DOCUMENT.write_text(text, encoding="utf-8")

    assert DOCUMENT.read_text(encoding="utf-8") == text


def test_drawing_knows_every_stage_and_every_guard():
    text = drawn()

    assert all(f"`{stage.value}`" in text for stage in Stage)
    assert all(str(words) in text for guards in GUARDS.values() for _holds, words in guards)
    assert text.count(" --> ") == sum(map(len, NEXT_STAGES.values())) + 1 + len(Stage) - len(OPEN_STAGES)
