"""Writing ordinances and oaths."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.once import made_before
from permissions.agencies.models import Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import MeetingKind, Oath, OathMedium, Ordinance
from .selectors import fiscal_year, seats


@dataclass(frozen=True)
class OrdinanceDraft:
    """What an ordinance says. Days are those of Japan."""

    title: str
    text: str
    kinds: tuple[str, ...]
    valid_from: dt.date
    valid_until: dt.date | None = None


@transaction.atomic
def write_ordinance(
    draft: OrdinanceDraft, *, by: Viewer, supersedes: Ordinance | None = None, key: uuid.UUID | None = None
) -> Ordinance:
    """Write an ordinance, or the version that follows another. The same ``key`` gives the same version again.

    Raises NotAllowed for anybody but the chief, for one that says nothing, and if a colleague was quicker. Items that rest on
    the earlier version keep naming it.
    """
    if not by.may("casework.edit_codes"):
        raise NotAllowed(_("要綱を直せるのはセンター長です。"))
    before: Ordinance | None = made_before(Ordinance, key)
    if before:
        return before
    if not draft.title.strip() or not draft.text.strip():
        raise NotAllowed(_("名前と本文を書いてください。"))
    if not draft.kinds or set(draft.kinds) - set(MeetingKind.values):
        raise NotAllowed(_("対象の会議を選んでください。"))
    if draft.valid_until and draft.valid_until < draft.valid_from:
        raise NotAllowed(_("効力の終わりが、施行の日より前になっています。"))
    row = Ordinance(
        id=key or uuid.uuid4(), title=draft.title.strip(), text=draft.text.strip(), kinds=sorted(draft.kinds),
        valid_from=draft.valid_from, valid_until=draft.valid_until, supersedes=supersedes, made_by=by.membership,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("ほかの人が先に直しました。いまの要綱を確かめてください。")) from error
    detail = {"follows": str(supersedes.pk) if supersedes else ""}
    record(by, "ordinance_written", row, detail=detail)
    return row


@transaction.atomic
def swear(*, by: Viewer) -> Oath:
    """Give one's own oath for the fiscal year of today; the one there is, if it was given before."""
    today = timezone.localdate()
    row = Oath(
        membership=by.membership, year=fiscal_year(today), medium=OathMedium.SCREEN, signed_on=today,
        recorded_by=by.membership,
    )  # fmt: skip
    return _add(row, by)


@transaction.atomic
def record_paper_oath(membership: Membership, *, signed_on: dt.date, kept_at: str, by: Viewer) -> Oath:
    """Write down an oath that somebody signed on paper; the one there is, if that year has one.

    Raises NotAllowed for a day to come, without where the paper is, and for somebody who sits in no meeting.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("誓約を記録する権限がありません。"))
    if signed_on > timezone.localdate():
        raise NotAllowed(_("誓約した日が、先の日になっています。"))
    if not kept_at.strip():
        raise NotAllowed(_("書面の保管場所を書いてください。"))
    if not seats().filter(pk=membership.pk).exists():
        raise NotAllowed(_("この人は、会議の構成員になれません。"))
    row = Oath(
        membership=membership, year=fiscal_year(signed_on), medium=OathMedium.PAPER, signed_on=signed_on,
        kept_at=kept_at.strip(), recorded_by=by.membership,
    )  # fmt: skip
    return _add(row, by)


def _add(row: Oath, by: Viewer) -> Oath:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return Oath.objects.get(membership=row.membership_id, year=row.year)
    detail = {"membership": row.membership_id, "year": row.year, "medium": row.medium}
    record(by, "oath_recorded", row, detail=detail)
    return row
