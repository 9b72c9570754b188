"""Giving cases to another worker, and signing that one has read them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.cases.actions import hand_over_case
from casework.cases.models import Case
from casework.cases.states import OPEN_STAGES
from casework.concealment.guard import add_all
from casework.concealment.models import ConcealmentThreat
from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.seals.selectors import newest_seal
from casework.sharing.models import Block
from casework.sharing.selectors import cases_for
from casework.tasks.selectors import may_own
from permissions.agencies.models import Membership
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import Handover, HandoverSign
from .selectors import owners_after_the_end


@transaction.atomic
def hand_over(
    cases: Sequence[Case], *, taker: Membership, giver: Membership | None, words: str = "", by: Viewer
) -> list[Handover]:
    """Give cases of one worker (None: of nobody) to another of the center: all of them, or none.

    Of a closed case what is left to do goes on. Raises NotAllowed for somebody without the center's duty or who must not see one
    of them, and for a case that another worker has by now or in which nothing is left. The taker is told and signs; until then both
    see what is to be done as theirs.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("担当者を替える権限がありません。"))
    if not cases:
        raise NotAllowed(_("引き継ぐケースを選んでください。"))
    if not may_own(taker):
        raise NotAllowed(_("この人には頼めません。センターの職員から選んでください。"))
    if giver and giver.pk == taker.pk:
        raise NotAllowed(_("いまの担当者とは別の人を選んでください。"))
    keys = sorted({case.pk for case in cases})
    locked = cases_for(by).filter(pk__in=keys).select_for_update(no_key=True, of=("self",)).order_by("pk")
    found = list(locked.select_related("holder"))
    left = owners_after_the_end(by, keys)
    if len(found) != len(keys) or any(not _is_of(case, giver, left) for case in found):
        raise NotAllowed(
            _(
                "担当者が替わったか、終わったケースがあります（終わったあとにすることが残っていれば引き継げます）。一覧を開き直してください。"
            )
        )
    return [_hand_over(case, taker, giver, words.strip(), by) for case in found]


def _is_of(case: Case, giver: Membership | None, left: dict[uuid.UUID, set[int]]) -> bool:
    if case.stage not in OPEN_STAGES:
        return giver is not None and giver.pk in left.get(case.pk, ())
    return case.holder.is_center and case.worker_id == (giver.pk if giver else None)


def _hand_over(case: Case, taker: Membership, giver: Membership | None, words: str, by: Viewer) -> Handover:
    if _must_not_see(case, taker):
        raise NotAllowed(
            _("%(number)sは、この人が見られないケースです。ほかの人を選んでください。")
            % {"number": case.number}
        )
    if case.stage in OPEN_STAGES or (giver and case.worker_id == giver.pk):
        hand_over_case(case, to=taker.agency, worker=taker, by=by)
    else:  # who held a case to its end stays; what is left to do was another's
        notify(NotificationKind.HOLDER, case, to=[taker.pk], by=by)
    row = Handover(case=case, giver=giver, taker=taker, words=words, handed_by=by.membership)
    add_all(Handover, [row])
    after = {"giver": giver.pk if giver else None, "taker": taker.pk}
    record_event(by, "worker_changed", row, case_id=case.pk, after=after)
    return row


def _must_not_see(case: Case, taker: Membership) -> bool:
    """Return whether a block, a concealment or a seal keeps a case from somebody. The database's word is about whoever asks it."""
    blocks = Block.objects.filter(case=case, lifted_at__isnull=True)
    threats = ConcealmentThreat.objects.filter(case=case, concealment__lift__isnull=True)
    for rows in (blocks, threats):
        if rows.filter(user_id=taker.user_id).exists() or rows.filter(agency=taker.agency_id).exists():
            return True
    seal = newest_seal(case.pk)
    return bool(seal and seal.members and taker.user_id not in seal.members)


@transaction.atomic
def sign_handover(handover_id: uuid.UUID, case: Case, *, by: Viewer) -> HandoverSign:
    """Sign that one has read a case one took over. Raises NotAllowed for anybody else, and the second time."""
    row = Handover.objects.filter(pk=handover_id, case=case).first()
    if row is None or row.taker_id != by.membership.pk:
        raise NotAllowed(_("署名できるのは、引き継いだ人だけです。"))
    sign = HandoverSign(handover=row, case=case, signed_by=by.membership)
    try:
        with transaction.atomic():
            sign.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("もう署名してあります。")) from error
    record_event(by, "handover_signed", sign, case_id=case.pk)
    return sign
