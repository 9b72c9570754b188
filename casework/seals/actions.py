"""Letting only some people of the center see a case, and letting everybody on duty see it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from casework.events import record_event
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import LEAST_MEMBERS, Seal
from .selectors import newest_seal, seats_on_duty

if TYPE_CHECKING:
    from casework.cases.models import Case


@transaction.atomic
def seal_case(case: Case, *, members: set[int], reason: str, seen: int, by: Viewer) -> Seal:
    """Let only these people (user keys) of the center see a case from now on, in place of what held (``seen``: its number).

    Raises NotAllowed for too few, for people without the duty, without oneself or the case's worker, and if a colleague
    was quicker.
    """
    _allow(by)
    on_duty = set(seats_on_duty().values_list("user", flat=True))
    if members - on_duty:
        raise NotAllowed(_("センターでケースを見る仕事をしている人だけを選べます。選び直してください。"))
    if len(members) < LEAST_MEMBERS:
        raise NotAllowed(_("1人だけにはできません。休みのときのために、2人以上を選んでください。"))
    if by.user.pk not in members:
        raise NotAllowed(_("自分を外すことはできません。ほかのセンター長に頼んでください。"))
    if case.worker is not None and case.worker.agency.is_center and case.worker.user_id not in members:
        raise NotAllowed(_("担当者を外すことはできません。先に担当者を替えてください。"))
    row = _add(case, members, reason, seen, by)
    record_event(by, "case_sealed", row, case_id=case.pk, after={"members": row.members})
    return row


@transaction.atomic
def unseal_case(case: Case, *, reason: str, seen: int, by: Viewer) -> Seal:
    """Let everybody on duty see a case again. Raises NotAllowed if nothing holds, or if a colleague was quicker."""
    _allow(by)
    row = newest_seal(case.pk)
    if row is None or not row.members:
        raise NotAllowed(_("このケースは、見る人を限っていません。"))
    opened = _add(case, set(), reason, seen, by)
    record_event(by, "case_unsealed", opened, case_id=case.pk)
    return opened


def _add(case: Case, members: set[int], reason: str, seen: int, by: Viewer) -> Seal:
    if not reason.strip():
        raise NotAllowed(_("理由を書いてください。"))
    row = Seal(
        case=case, number=seen + 1, members=sorted(members), reason=reason.strip(), set_by=by.membership
    )
    newest = newest_seal(case.pk)
    try:
        if (newest.number if newest else 0) != seen:
            raise IntegrityError
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        raise NotAllowed(
            _("ほかの人が先に変えました。画面を開き直して、いまの内容を確かめてください。")
        ) from clash
    return row


def _allow(by: Viewer) -> None:
    if not by.may("casework.block"):
        raise NotAllowed(_("見る人を限ることができるのはセンター長です。"))
