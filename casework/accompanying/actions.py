"""Setting how often somebody talks with a household."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from casework.cases.models import Case
from casework.events import record_event
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .models import MOST_WEEKS, ContactInterval


@transaction.atomic
def set_interval(case: Case, *, weeks: int, by: Viewer) -> ContactInterval:
    """Set every how many weeks somebody talks with the household of a case, from now on."""
    if not (by.sees_all_cases and by.may("casework.write_note")):
        raise NotAllowed(_("話す間隔を決める権限がありません。"))
    if not 1 <= weeks <= MOST_WEEKS:
        raise NotAllowed(_("1週から26週までで決めてください。"))
    row = ContactInterval(case=case, weeks=weeks, set_by=by.membership)
    row.save(force_insert=True)
    record_event(by, "contact_interval_set", row, case_id=case.pk, after={"weeks": weeks})
    return row
