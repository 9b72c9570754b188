"""What stands on the understanding sheet (理解シート): one page for a meeting, of the newest fixed assessment, for one reader."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone

from casework.assessments.choices import Section
from casework.assessments.models import Assessment, AssessmentPart
from casework.assessments.selectors import assessment_views_for, blocks_of, household_order_for
from casework.households.models import Household, Person
from casework.households.selectors import name_people
from casework.plans.selectors import AnsweredRole, answered_roles_for
from permissions.viewer import Viewer

from .content import Label, family_for, labels_printed

if TYPE_CHECKING:
    from casework.cases.models import Case

    from .models import Sheet

# As many characters as one page holds beside the head; what is longer is cut, and the sheet says so.
PAGE_CHARACTERS = 1_800
FEWEST_CHARACTERS = 30
# So many lines of so many characters stand on it in letters of the usual size.
PAGE_LINES = 48
LINE_CHARACTERS = 29


@dataclass
class Line:
    """What one agency says of one person in one section, as far as it fits."""

    who: str
    agency: str
    facts: list[tuple[str, str]]
    text: str
    is_cut: bool
    is_quoted: bool

    @property
    def height(self) -> int:
        """About how many lines it takes in letters of the usual size."""
        return max(1, math.ceil((_length(self.facts) + len(self.text)) / LINE_CHARACTERS))


@dataclass
class SectionLines:
    """One section of the page."""

    label: str
    lines: list[Line]


@dataclass
class UnderstandingSheet:
    """Everything on the page, and the labels it came from."""

    viewer: Viewer
    case: Case
    assessment: Assessment
    household: Household | None
    people: list[Person]
    sections: list[SectionLines]
    agencies: list[str]
    labels: list[Label]
    made_at: dt.datetime
    number: str

    @property
    def is_dense(self) -> bool:
        """Whether there is so much that it has to be printed smaller."""
        return sum(line.height for section in self.sections for line in section.lines) > PAGE_LINES

    @property
    def is_cut(self) -> bool:
        return any(line.is_cut for section in self.sections for line in section.lines)


def understanding_content_for(viewer: Viewer, sheet: Sheet) -> UnderstandingSheet | None:
    """Return what reaches this reader now, or None where nothing of a fixed assessment does."""
    return understanding_for(viewer, sheet.case, made_at=sheet.requested_at, number=str(sheet.pk)[:8].upper())


def understanding_for(
    viewer: Viewer, case: Case, *, made_at: dt.datetime | None = None, number: str = ""
) -> UnderstandingSheet | None:
    """Return the page of a case as far as it reaches this reader, or None where nothing of a fixed assessment does."""
    view = next((each for each in assessment_views_for(viewer, case) if each.parts), None)
    if view is None:
        return None
    household, people = family_for(viewer, case)
    roles = [role for role in answered_roles_for(viewer, Q(case=case)) if role.is_current]
    name_people(viewer, view.parts)
    return UnderstandingSheet(
        viewer=viewer,
        case=case,
        assessment=view.assessment,
        household=household,
        people=people,
        sections=_sections(viewer, case, view.parts),
        agencies=_agencies(view.parts, roles),
        labels=labels_printed(viewer, case, household, people, [*view.parts, *(role.row for role in roles)]),
        made_at=made_at or timezone.now(),
        number=number,
    )


def _sections(viewer: Viewer, case: Case, parts: list[AssessmentPart]) -> list[SectionLines]:
    taken = sum(_length(part.told_first) for part in parts)
    most = max((PAGE_CHARACTERS - taken) // len(parts), FEWEST_CHARACTERS)
    blocks = blocks_of(parts, household_order_for(viewer, case))
    return [SectionLines(block.label, [_line(part, most) for part in block.parts]) for block in blocks]


def _line(part: Any, most: int) -> Line:
    text = " ".join(part.text.split())
    # What was asked beside what stands first takes its room from the text, half of it at most.
    more = _fitting(part.told_more, max(most - len(text), most // 2))
    room = most - _length(more)
    return Line(
        part.who,
        part.agency.name,
        [*part.told_first, *more],
        f"{text[:room]}…" if len(text) > room else text,
        len(text) > room or len(more) < len(part.told_more),
        is_quoted=part.section == Section.VOICE and part.said_by == "self",
    )


def _fitting(facts: list[tuple[str, str]], room: int) -> list[tuple[str, str]]:
    """Return the facts that have room, the first of them first."""
    return [fact for last, fact in enumerate(facts, 1) if _length(facts[:last]) <= room]


def _length(facts: list[tuple[str, str]]) -> int:
    return sum(len(f"{asked}：{answer} ") for asked, answer in facts)


def _agencies(parts: list[AssessmentPart], roles: list[AnsweredRole]) -> list[str]:
    """Who is around: whoever wrote, and whoever was given a role."""
    found = [part.agency for part in parts] + [role.row.agency for role in roles]
    return list(
        dict.fromkeys(
            agency.name for agency in sorted(found, key=lambda each: (not each.is_center, each.name))
        )
    )
