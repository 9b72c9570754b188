"""Break-glass: an agency that has somebody in danger before it opens two items of them for an hour (assurance.md A17).

The lines go into the ledger like any other, by one function of the database (casework/walls.py), which asks everything
that matters itself. Nothing is opened that is blocked.
"""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.events import record_event
from casework.sharing.selectors import cases_for
from permissions.audit.actions import record
from permissions.audit.tasks import tell_of_alarm
from permissions.errors import NotAllowed
from permissions.viewer import Viewer


@transaction.atomic
def open_in_emergency(*, number: str, name: str, reason: str, by: Viewer) -> Case | None:
    """Open the basics and the contact of one person for an hour; None when that is not possible, whatever the cause.

    A wrong number, a wrong name, a blocked case and a fourth try within a day look the same. Either way it is logged.
    Effects: a line per item, an event, an alarm that somebody else reviews within three days, mails to who does.
    """
    if not by.may("casework.break_glass"):
        raise NotAllowed(_("緊急時の閲覧ができるのは、支援関係機関の職員だけです。"))
    alarm = uuid.uuid4()
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_open_emergency(%s, %s, %s, %s)", [number, name, reason, alarm])
        opened = cursor.fetchone()[0]
    if opened is None:
        record(by, "emergency_refused", None)
        return None
    case = cases_for(by).get(pk=opened)
    record_event(by, "emergency_opened", case, case_id=case.pk, after={"reason": reason})
    tell_of_alarm.enqueue(str(alarm))
    return case
