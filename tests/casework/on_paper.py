"""What papers would have on them for one viewer, and what the dictionary says they should."""

from __future__ import annotations

import io
import uuid
from typing import Any
from zipfile import ZipFile

from django.template.loader import render_to_string

from casework.assessments.models import Assessment
from casework.evaluation.models import Evaluation
from casework.plans.models import Decision
from casework.sheets import content as sheet_content
from casework.sheets.assessments import assessment_content_for
from casework.sheets.closings import closing_content_for
from casework.sheets.evaluations import evaluation_content_for
from casework.sheets.kinds import sheet_kinds
from casework.sheets.models import Sheet
from casework.sheets.plans import plan_content_for
from casework.sheets.selectors import sheet_for
from casework.sheets.workbook import plan_workbook
from permissions.viewer import Viewer
from tests.casework.canaries import (
    SECTION_OF_ITEM,
    CanaryWorld,
    Family,
    canaries_in,
)
from tests.casework.ledger import Label, Seat
from tests.casework.narrow import NarrowWorld

PAPER = "casework/sheets/evaluation.html"


def printed(
    viewer: Viewer, family: Family, decision: Decision | None = None
) -> tuple[set[Label], set[str]] | None:
    """Return labels and canaries of what a decision sheet would print for this viewer now, or None."""
    sheet = Sheet(case=family.case, decision=decision or family.decision, membership=viewer.membership)
    content = sheet_content.content_for(viewer, sheet)
    if content is None:
        return None
    texts = [content.household.summary if content.household else ""]
    texts += [person.occupation for person in content.people]
    texts += [direction.text for direction in content.directions]
    texts += [role.row.what for role in content.roles]
    texts += [answer.text for role in content.roles for answer in role.answers]
    return set(content.labels), canaries_in("".join(texts))


def printed_of_evaluation(
    viewer: Viewer, family: Family, evaluation: Evaluation | None = None
) -> tuple[set[Label], set[str]] | None:
    """Return labels and canaries of what an evaluation sheet would print for this viewer now, or None."""
    sheet = Sheet(case=family.case, evaluation=evaluation or family.evaluation, membership=viewer.membership)
    content = evaluation_content_for(viewer, sheet)
    return (
        (set(content.labels), canaries_in(render_to_string(PAPER, {"sheet": content}))) if content else None
    )


def printed_of_evaluation_by_rule(world: CanaryWorld, family: Family, labels: frozenset[Label]) -> Any:
    """What an evaluation says, and of what it says it."""
    here = {label for label in labels if label[0] == family.case.pk}
    tables = {"evaluationresult", "evaluationrole", "planpart", "rolerow"}
    texts = {text for text in world.canaries(here) if text.rpartition("/")[2] in tables}
    return (here, texts) if here else None


def printed_of_kept(viewer: Viewer, world: NarrowWorld, family: Family) -> Any:
    """Return the same of what a 支援会議 decided, and of how that was evaluated."""
    decision, evaluation = world.kept[family.name]
    return printed(viewer, family, decision), printed_of_evaluation(viewer, family, evaluation)


def printed_of_kept_by_rule(
    world: NarrowWorld, family: Family, seat: Seat, labels: frozenset[Label], *, is_concealed: bool
) -> Any:
    """Who lives there, and of the roles one's own; the sheet of an evaluation itself is of the household's plan."""
    here = {label for label in labels if label[0] == family.case.pk}
    basics = {label for label in here if label[2] == "basic"}
    head = {"household"} if is_concealed else {"household", "person"}
    told = {text for text in world.canaries(basics) if text.rpartition("/")[2] in head}
    rows = world.narrow_to(seat, here)
    decided = [row for row in rows if row.table in ("direction", "rolerow", "roleanswer")]
    judged = [row for row in rows if row.table in ("evaluationresult", "evaluationrole")]
    named = [row for row in decided if row.table != "roleanswer"]
    plan = {(family.case.pk, None, "plan")} if seat.kind == "duty" else set()
    return (
        (basics | {row.label for row in decided}, told | {row.text for row in decided}) if decided else None,
        (basics | plan | {row.label for row in judged}, {row.text for row in (*judged, *named)})
        if judged
        else None,
    )


def printed_of_assessment(viewer: Viewer, family: Family) -> tuple[set[Label], set[str]] | None:
    """Return labels and canaries of what the paper of the fixed version would print for this viewer now, or None."""
    version = Assessment.objects.filter(case=family.case).first()
    if version is None:
        return None
    sheet = Sheet(case=version.case, assessment=version, membership=viewer.membership)
    return _on_paper(assessment_content_for(viewer, sheet), "assessment")


def printed_of_assessment_by_rule(world: CanaryWorld, family: Family, labels: frozenset[Label]) -> Any:
    """Parts, facts, and the names of whom they are about."""
    here = {label for label in labels if label[0] == family.case.pk}
    parts = {label for label in here if label[2] in SECTION_OF_ITEM}
    named = {(case, person, "basic") for case, person, _item in parts if person} & here
    texts = {
        text
        for text in world.canaries(parts)
        if text.rpartition("/")[2] in {"assessmentpart", "assessedfact"}
    }
    return (parts | named, texts) if parts else None


def printed_of_plan(viewer: Viewer, family: Family) -> tuple[set[Label], set[str]] | None:
    """Return labels and canaries of the decided plan as this viewer would be given it now, PDF and spreadsheet, or None."""
    sheet = Sheet(case=family.case, decision=family.decision, membership=viewer.membership)
    content = plan_content_for(viewer, sheet)
    printed = _on_paper(content, "plan")
    if content and printed:
        with ZipFile(io.BytesIO(plan_workbook(content))) as book:
            told = "".join(book.read(name).decode() for name in book.namelist())
        assert canaries_in(told) == printed[1]
    return printed


def printed_of_plan_by_rule(world: CanaryWorld, family: Family, seat: Seat, labels: frozenset[Label]) -> Any:
    """Entries and roles of the version that was decided; for the center what its people said of it."""
    here = {label for label in labels if label[0] == family.case.pk}
    texts = {text for text in world.canaries(here) if text.rpartition("/")[2] in {"planpart", "planrole"}}
    texts |= {row.text for row in world.narrow_to(seat, here) if row.table == "planagreement"}
    return (here, texts) if here else None


def printed_of_closing(viewer: Viewer, family: Family) -> tuple[set[Label], set[str]] | None:
    """Return labels and canaries of what the paper of the closing would print for this viewer now, or None."""
    sheet = Sheet(case=family.case, membership=viewer.membership)
    return _on_paper(closing_content_for(viewer, sheet), "closing")


def printed_of_closing_by_rule(world: CanaryWorld, family: Family, labels: frozenset[Label]) -> Any:
    """Of whoever is told the household's plan: the closing, and what became of every goal that reaches them."""
    here = {label for label in labels if label[0] == family.case.pk}
    tables = {"closure", "evaluationresult", "planpart"}
    texts = {text for text in world.canaries(here) if text.rpartition("/")[2] in tables}
    return (here, texts) if (family.case.pk, None, "plan") in here else None


def _on_paper(content: Any, kind: str) -> tuple[set[Label], set[str]] | None:
    if content is None:
        return None
    return set(content.labels), canaries_in(
        render_to_string(sheet_kinds()[kind].template, {"sheet": content})
    )


def printed_by_rule(
    world: CanaryWorld, family: Family, labels: frozenset[Label], *, is_concealed: bool = False
) -> Any:
    """Where somebody works stands on the sheet, and in the vault while the household hides."""
    here = {label for label in labels if label[0] == family.case.pk}
    tables = {"household", "person", "direction", "rolerow", "roleanswer"} - (
        {"person"} if is_concealed else set()
    )
    texts = {text for text in world.canaries(here) if text.rpartition("/")[2] in tables}
    return (here, texts) if here else None


def sheets_by_door(viewer: Viewer, sheet_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    return {key for key in sheet_ids if sheet_for(viewer, key)}
