"""Making the letter to the resident. It is not kept: it says what the log says at this moment."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from casework.households.letters import make_letter_to
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .selectors import LetterAgency, may_see_openings

if TYPE_CHECKING:
    from casework.cases.models import Case
    from casework.households.models import Person

ONE_SECOND = dt.timedelta(seconds=1)


@transaction.atomic
def make_letter(
    case: Case,
    person: Person,
    named: list[LetterAgency],
    *,
    means: str,
    by: Viewer,
    since: dt.datetime,
    until: dt.datetime,
) -> bytes:
    """Make the letter "who saw your record" as PDF, naming only the agencies that were chosen.

    Raises as make_letter_to does, and NotAllowed for who is not told themselves.
    """
    if not may_see_openings(by, case):
        raise NotAllowed
    return make_letter_to(
        person,
        letter="openings_letter",
        context={
            "agencies": named,
            "since_on": timezone.localtime(since).date(),
            "last_on": timezone.localtime(until - ONE_SECOND).date(),
        },
        means=means,
        detail={
            "since": since.isoformat(),
            "until": until.isoformat(),
            "agencies": [each.agency.pk for each in named],
        },
        by=by,
    )
