"""Writing down what was done in an emergency. Each entry is added once and stays."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from casework.intake.actions import hide_informant
from casework.intake.models import Contact
from casework.once import made_before
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import EmergencyCall, NoticeReply, StatutoryNotice


@transaction.atomic
def record_call(
    contact: Contact, *, values: dict[str, Any], by: Viewer, key: uuid.UUID | None = None
) -> EmergencyCall:
    """Write down one call: whom, when, what came of it. The same ``key`` gives the same again."""
    _allow(by)
    before: EmergencyCall | None = made_before(EmergencyCall, key)
    if before:
        return before
    call = EmergencyCall(id=key or uuid.uuid4(), contact=contact, called_by=by.membership, **values)
    call.save(force_insert=True)
    record(by, "emergency_call_recorded", call, case=contact.case_id)
    return call


@transaction.atomic
def record_notice(
    contact: Contact,
    *,
    values: dict[str, Any],
    hides_informant: bool,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> StatutoryNotice:
    """Write down a notice that the law asks for. It needs no consent. The same ``key`` gives the same again.

    ``hides_informant`` takes out of the contact who told us, for ever. Raises NotAllowed where a form came in.
    """
    _allow(by)
    before: StatutoryNotice | None = made_before(StatutoryNotice, key)
    if before:
        return before
    if hides_informant:
        hide_informant(contact, by=by)
    notice = StatutoryNotice(id=key or uuid.uuid4(), contact=contact, noticed_by=by.membership, **values)
    notice.save(force_insert=True)
    record(by, "notice_recorded", notice, case=contact.case_id, detail={"kind": notice.law})
    return notice


@transaction.atomic
def record_reply(
    notice: StatutoryNotice, *, values: dict[str, Any], by: Viewer, key: uuid.UUID | None = None
) -> NoticeReply:
    """Write down what the authority answered. The same ``key`` gives the same again."""
    _allow(by)
    before: NoticeReply | None = made_before(NoticeReply, key)
    if before:
        return before
    reply = NoticeReply(id=key or uuid.uuid4(), notice=notice, written_by=by.membership, **values)
    reply.save(force_insert=True)
    record(by, "notice_reply_recorded", reply, case=notice.contact.case_id)
    return reply


def _allow(by: Viewer) -> None:
    if not by.may("casework.take_contact"):
        raise NotAllowed(_("相談を受け付ける権限がありません。"))
