"""Stages and flows in the city's words: closed lists of codes (decision 014). Where nobody may read those, in ours."""

from __future__ import annotations

from casework.codes.selectors import choices_of, label_of

from .states import Flow, Stage, next_stages


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


def choose_stage() -> list[tuple[str, str]]:
    """Return every stage with its words, also those no longer offered: cases may stand there."""
    return [(stage.value, stage_label(stage.value)) for stage in Stage]


def choose_flow() -> list[tuple[str, str]]:
    return [(flow.value, flow_label(flow.value)) for flow in Flow]
