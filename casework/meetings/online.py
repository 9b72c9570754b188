"""Attending online: whoever does says that they are alone in a closed room (domain.md R-MTG-7)."""

from __future__ import annotations

from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.sharing.items import Item
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import AgendaItem, AgendaMember, AloneDeclaration, Meeting


def asks_who_is_alone(meeting: Meeting) -> bool:
    """Return whether members are asked now: of an online meeting, from its day on."""
    return meeting.is_online and timezone.localdate(meeting.held_at) <= timezone.localdate()


@transaction.atomic
def declare_alone(item: AgendaItem, membership_id: int, *, by: Viewer) -> AloneDeclaration:
    """Say that a member who attends online is alone in a closed room; a second time changes nothing.

    A member says it of themselves; whoever writes minutes may take it down by mouth. Raises NotAllowed for anybody else, for who was not
    named, before the day, where nobody attends online, and once the minutes are fixed or the item has left.
    """
    is_own = membership_id == by.membership.pk
    if not is_own and not (by.sees_all_cases and by.may("casework.write_note")):
        raise NotAllowed(_("ほかの人のかわりに答えることはできません。"))
    if not asks_who_is_alone(item.meeting):
        raise NotAllowed(_("オンラインの会議の日になってから答えます。"))
    if not AgendaMember.objects.filter(agenda=item, membership=membership_id).exists():
        raise NotAllowed(_("この議題の構成員ではありません。"))
    standing = AloneDeclaration.objects.filter(agenda=item, membership=membership_id)
    found = standing.first()
    if found:
        return found
    row = AloneDeclaration(
        agenda=item, case_id=item.case_id, membership_id=membership_id, taken_by=by.membership
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a double click, or both at once
        return standing.get()
    except DatabaseError as error:
        raise NotAllowed(_("この議題では、もう答えられません。画面を開き直してください。")) from error
    record(by, "alone_declared", row, case=item.case_id, item=Item.MEETING, detail={"member": membership_id})
    return row
