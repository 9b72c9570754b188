"""Closing a month, and counting a closed one anew. The database counts and keeps (sql.py)."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.utils.translation import gettext as _

from permissions.agencies.years import today
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import MonthClose
from .months import Month


@transaction.atomic
def close_month(month: Month, *, by: Viewer) -> int:
    """Keep the numbers of a month that is over; of a closed one, what a recount says otherwise. Returns the revision, 0 for none.

    Raises NotAllowed without the right, and before the month is over.
    """
    if not by.may("casework.close_month"):
        raise NotAllowed(_("月を締めることができるのはセンター長です。"))
    if month.next.first_on > today():
        raise NotAllowed(_("まだ終わっていない月は締められません。"))
    key = uuid.uuid4()
    revision = count_and_keep(month, key=key)
    if revision:
        detail = {"month": month.first_on.isoformat(), "revision": revision}
        record(by, "month_closed", MonthClose(pk=key), detail=detail)
    return revision


def count_and_keep(month: Month, *, key: uuid.UUID) -> int:
    """Let the database count and keep a month; returns the revision's number, 0 if nothing differs from what is kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_close_month(%s, %s, %s)", [month.first_on, month.working_days(), key])
        revision: int | None = cursor.fetchone()[0]
    if revision is None:
        raise NotAllowed(_("まだ終わっていない月は締められません。"))
    return revision
