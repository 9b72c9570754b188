"""An agency brings a household to the center."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.codes.selectors import codes_of
from casework.intake.actions import take_up_brought
from casework.intake.models import Urgency
from casework.once import made_before
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.context import clock

from .models import Brought

JOB = "take_up_brought"


@dataclass(frozen=True)
class BroughtDraft:
    """What the agency tells. With consent ``consent_words``, without it everything from ``how_known`` on."""

    in_charge: str
    reply_to: str
    one_line: str
    facts: str
    has_consent: bool
    consent_words: str = ""
    how_known: str = ""
    why: str = ""
    tried: str = ""
    next_try: str = ""
    basis: str = ""
    topics: tuple[str, ...] = ()
    urgency: str = Urgency.UNCHECKED
    wishes: str = ""


@transaction.atomic
def bring(draft: BroughtDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Brought:
    """Bring a household to the center: it stands in its inbox with the same commit. The same ``key`` gives the same again.

    The agency keeps what it wrote and learns the state, nothing of what the center does. Raises NotAllowed where what has
    to be said with or without consent is missing (domain.md 1.2.2).
    """
    if not by.may("casework.bring"):
        raise NotAllowed(_("相談を持ちこむ権限がありません。"))
    before: Brought | None = made_before(Brought, key)
    if before:
        return before
    _check(draft)
    with clock(JOB):
        number = next_number("U")
    row = Brought(
        id=key or uuid.uuid4(), number=number, agency=by.agency, brought_by=by.membership,
        **{**asdict(draft), "topics": list(draft.topics)},
    )  # fmt: skip
    row.save(force_insert=True)
    record(by, "contact_brought", row)
    kinds = {code.code for code in codes_of("agency_type")}
    with clock(JOB):
        take_up_brought(row, referrer_type=by.agency.kind if by.agency.kind in kinds else "")
    return row


def _check(draft: BroughtDraft) -> None:
    told = (draft.how_known, draft.why, draft.tried, draft.next_try, draft.basis)
    if draft.has_consent and (not draft.consent_words or any(told)):
        raise NotAllowed(_("同意を確かめた日と方法を書いてください。同意がないときの欄は空にします。"))
    if not draft.has_consent and (draft.consent_words or not all(told)):
        raise NotAllowed(_("同意がないときは、その理由と試したこと、法的根拠などをすべて書いてください。"))
