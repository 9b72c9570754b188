"""Deciding which way a case goes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from casework.cases.actions import move_to_stage
from casework.cases.models import Case
from casework.cases.states import Stage
from casework.events import record_event
from casework.once import made_before
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Screening
from .rules import suggest
from .selectors import facts_from_records


@dataclass(frozen=True)
class ScreeningDraft:
    """What somebody knows and chooses. ``chosen`` is a stage (rules.CHOICES)."""

    chosen: str
    facts: tuple[str, ...] = field(default=())
    why: str = ""
    second: Membership | None = None


@transaction.atomic
def screen_case(case: Case, draft: ScreeningDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Screening:
    """Keep what was suggested and what was chosen, and move the case there. The same ``key`` gives the same again.

    Raises NotAllowed without a reason where the choice is not what was suggested, without a second member of staff where
    the center ends with information only, and where the stage may not follow, also when a colleague was quicker.
    """
    if not by.may("casework.edit_household"):
        raise NotAllowed(_("振り分けを決める権限がありません。"))
    before: Screening | None = made_before(Screening, key)
    if before:
        return before
    suggestion = suggest(draft.facts)
    if draft.chosen != suggestion.stage and not draft.why.strip():
        raise NotAllowed(_("提案とちがう道を選ぶときは、理由を書いてください。"))
    if draft.chosen == Stage.CLOSED_INFO and (draft.second is None or draft.second.user_id == by.user.pk):
        raise NotAllowed(_("情報提供で終わりにするときは、もう1人の職員と確かめて、その人を選んでください。"))
    row = Screening(
        id=key or uuid.uuid4(), case=case, facts=_ordered(draft.facts), suggested=suggestion.flow,
        from_records=_ordered(facts_from_records(by, case)), reasons=_ordered(suggestion.reasons), chosen=draft.chosen,
        why=draft.why.strip(), second=draft.second, decided_by=by.membership,
    )  # fmt: skip
    row.save(force_insert=True)
    record_event(
        by,
        "case_screened",
        row,
        case_id=case.pk,
        after={"suggested": suggestion.flow, "chosen": draft.chosen},
    )
    move_to_stage(case, stage=draft.chosen, by=by, with_sheet=draft.chosen == Stage.CLOSED_INFO)
    return row


def _ordered(facts: Iterable[str]) -> list[str]:
    return sorted(str(fact) for fact in facts)
