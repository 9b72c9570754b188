"""What the worker does by the clock for accounts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from permissions.agencies.models import Agency, Membership
from permissions.agencies.years import today, year_end
from permissions.audit.actions import record

from .invitations import forget_lapsed_invitations
from .limits import forget_tallies
from .tasks import send_renewal_reminder
from .vault import lock_anew

REMINDER_MONTH = 3
REMIND_EVERY = dt.timedelta(days=7)


def remind_renewals() -> int:
    """In March, remind each agency's administrators once a week of memberships that end; return how many mails.

    The mail is queued in the transaction that notes the day, so a clock that is killed reminds nobody twice.
    """
    day = today()
    if day.month != REMINDER_MONTH:
        return 0
    due = Q(renewal_reminded_on=None) | Q(renewal_reminded_on__lte=day - REMIND_EVERY)
    return sum(_remind(agency.pk, day) for agency in Agency.objects.open().filter(due))


@transaction.atomic
def _remind(agency_id: int, day: dt.date) -> int:
    agency = Agency.objects.select_for_update().get(pk=agency_id)
    if agency.renewal_reminded_on is not None and agency.renewal_reminded_on > day - REMIND_EVERY:
        return 0
    live = Membership.objects.live().filter(agency=agency)
    if not live.filter(ends_on__lte=year_end(day)).exists():
        return 0
    agency.renewal_reminded_on = day
    agency.save(update_fields=["renewal_reminded_on"])
    administrators = list(live.filter(role="agency_admin").values_list("pk", flat=True))
    for membership_id in administrators:
        send_renewal_reminder.enqueue(membership_id)
    record(None, "renewal_reminded", agency, detail={"mails": len(administrators)})
    return len(administrators)


def forget_accounts() -> None:
    """Delete counts of tries whose time is over, and names of invitations nobody took; lock what a new key should."""
    forget_tallies()
    forget_lapsed_invitations()
    lock_anew()
