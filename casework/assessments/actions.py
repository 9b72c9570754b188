"""Writing an assessment: each agency its own part, in its own name."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import ProgrammingError, transaction
from django.utils.translation import gettext as _

from casework.concealment.actions import look_through_after
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.once import made_before, wait_for
from casework.seen import ChangedMeanwhile
from casework.sharing.selectors import reaches
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .asking import tell_who_asked
from .choices import FACTS, Answer, facts_of
from .labels import item_of
from .models import AssessedFact, AssessedPart, Assessment, AssessmentPart
from .selectors import AssessmentView, Known, assessment_views_for, known_for, own_parts_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class PartDraft:
    """What somebody says in one section. ``facts``: the closed choices of that section, by their columns."""

    person_id: uuid.UUID | None
    section: str
    said_by: str
    text: str = ""
    facts: Mapping[str, Answer] = field(default_factory=dict)


class NotShared(NotAllowed):
    """The item of this person is not shared with the agency now."""

    def __init__(self) -> None:
        super().__init__(
            _("この項目は、いま、あなたの機関に共有されていません。書くときは、センターに相談してください。")
        )


@transaction.atomic
def write_part(
    case: Case, draft: PartDraft, *, seen: uuid.UUID | None, by: Viewer, key: uuid.UUID | None = None
) -> AssessmentPart:
    """Write what the viewer's own agency says in one section. It takes the place of what the agency said before.

    ``seen``: the part that the form began with, None if there was none. The same ``key`` gives the same part again. Raises
    ChangedMeanwhile with what a colleague wrote first, NotShared, and NotAllowed for a part that says nothing.
    """
    if not by.may("casework.assess"):
        raise NotAllowed(_("アセスメントを書く権限がありません。"))
    before: AssessmentPart | None = made_before(AssessmentPart, key)
    if before:
        return before
    facts = {name: draft.facts.get(name, FACTS[name].unasked) for name in facts_of(draft.section)}
    if not draft.text.strip() and not any(FACTS[name].is_told(answer) for name, answer in facts.items()):
        raise NotAllowed(_("分かったことを1つ以上、選ぶか書いてください。"))
    wait_for(case.pk)
    if not _is_shared(case, draft, by):
        raise NotShared
    current = next(iter(own_parts_for(by, case, person_id=draft.person_id, section=draft.section)), None)
    if (current.pk if current else None) != seen:
        raise ChangedMeanwhile(current)
    part = AssessmentPart(
        id=key or uuid.uuid4(), case=case, person_id=draft.person_id, item=item_of(draft.section),
        section=draft.section, said_by=draft.said_by, text=draft.text.strip(), **facts,
        agency=by.agency, sequence=current.sequence + 1 if current else 1, written_by=by.membership,
    )  # fmt: skip
    with _while_shared(case, draft, by):  # the line may end between the two as well
        tell_who_asked(part, by=by)
        part.save(force_insert=True)
        record_event(
            by, "assessment_written", part, case_id=case.pk, person_id=part.person_id, item=part.item,
            after={"section": part.section},
        )  # fmt: skip
    look_through_after(case.pk, by)
    return part


def _is_shared(case: Case, draft: PartDraft, by: Viewer) -> bool:
    return reaches(by, case_id=case.pk, person_id=draft.person_id, item=item_of(draft.section))


@contextmanager
def _while_shared(case: Case, draft: PartDraft, by: Viewer) -> Iterator[None]:
    """Say so if the database refuses because the line ended meanwhile."""
    try:
        with transaction.atomic():
            yield
    except ProgrammingError as error:
        if _is_shared(case, draft, by):
            raise
        raise NotShared from error


def mark_of(known: Known) -> str:
    """Return a mark of what a page showed, to notice on fixing that somebody wrote meanwhile."""
    rows = (str(row.pk) for row in (*known.parts, *known.relations))
    shown = sorted([*rows, *(repr(_said(fact)) for fact in known.facts)])
    return hashlib.sha256(" ".join(shown).encode()).hexdigest()[:32]


def _said(fact: AssessedFact) -> tuple[Any, ...]:
    return str(fact.person_id), fact.asked, fact.words, str(fact.issue_id)


@dataclass(frozen=True)
class Seen:
    """What the page showed on which somebody fixes: the newest version (0: none) and the mark of what stood there."""

    version: int
    mark: str


@transaction.atomic
def fix_assessment(
    case: Case, purpose: str, *, seen: Seen, by: Viewer, key: uuid.UUID | None = None
) -> Assessment:
    """Fix what stands now as the next version. The same ``key`` gives the same version again.

    Raises ChangedMeanwhile with the version that a colleague fixed first, or with None if somebody wrote meanwhile; NotAllowed
    if nothing is written, or nothing new.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("アセスメントを確定する権限がありません。"))
    before: Assessment | None = made_before(Assessment, key)
    if before:
        return before
    wait_for(case.pk)
    newest = next(iter(assessment_views_for(by, case)), None)
    if newest and newest.assessment.version != seen.version:
        raise ChangedMeanwhile(newest.assessment)
    known = known_for(by, case)
    if mark_of(known) != seen.mark:
        raise ChangedMeanwhile(None)
    if not is_new(known, newest):
        raise NotAllowed(_("前に確定したときから、何も変わっていません。"))
    row = Assessment(
        id=key or uuid.uuid4(),
        case=case,
        version=newest.assessment.version + 1 if newest else 1,
        purpose=purpose,
        fixed_by=by.membership,
    )
    row.save(force_insert=True)
    AssessedPart.objects.bulk_create(
        [AssessedPart(assessment=row, part=part, case=case) for part in known.parts]
    )
    for fact in known.facts:
        fact.assessment = row
    add_all(AssessedFact, known.facts)
    record_event(
        by, "assessment_fixed", row, case_id=case.pk, after={"version": row.version, "purpose": purpose}
    )
    return row


def is_new(known: Known, newest: AssessmentView | None) -> bool:
    """Return whether what stands now is another thing than what was fixed last. Nothing is fixed before somebody wrote a part."""
    if newest is None:
        return bool(known.parts)
    rows = [{row.pk for row in (*side.parts, *side.relations)} for side in (known, newest)]
    facts = [{_said(fact) for fact in side.facts} for side in (known, newest)]
    return bool(known.parts) and (rows[0] != rows[1] or facts[0] != facts[1])
