"""Stages and flows in the city's words: closed lists of codes (decision 014). Where nobody may read those, in ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casework.codes.selectors import choices_of, label_of

from .guards import stage_before_emergency
from .states import Flow, Stage, next_stages

if TYPE_CHECKING:
    from .models import Case


def stage_label(stage: str) -> str:
    found = label_of("stage", stage)
    return str(Stage(stage).label) if found == stage else found


def flow_label(flow: str) -> str:
    if not flow:
        return ""
    found = label_of("flow", flow)
    return str(Flow(flow).label) if found == flow else found


def offered_stages(stage: str) -> list[str]:
    """Return the stages that may follow and that the city uses, in the order of states.py."""
    used = {code for code, _label in choices_of("stage")}
    return [code for code in next_stages(stage) if code in used]


def stages_after(case: Case) -> list[str]:
    """Return the stages a case may go to now: those offered, and out of an emergency first where it was."""
    back = stage_before_emergency(case)
    return list(dict.fromkeys([*([back] if back else []), *offered_stages(case.stage)]))


def choose_stage() -> list[tuple[str, str]]:
    """Return every stage with its words, also those no longer offered: cases may stand there."""
    return [(stage.value, stage_label(stage.value)) for stage in Stage]


def choose_flow() -> list[tuple[str, str]]:
    return [(flow.value, flow_label(flow.value)) for flow in Flow]
