"""Making the letter to the resident. It is not kept: it says what the log says at this moment."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation

from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.paper import pdf_of
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
    by: Viewer,
    since: dt.datetime,
    until: dt.datetime,
) -> bytes:
    """Make the letter "who saw your record" as PDF, in Japanese, naming only the agencies that were chosen.

    Raises PdfUnavailable, and NotAllowed for who is not told themselves. Logs who made it, about whom, naming whom.
    """
    if not may_see_openings(by, case):
        raise NotAllowed
    number = str(uuid.uuid4())[:8].upper()
    context = {
        "case": case,
        "person": person,
        "agencies": named,
        "since_on": timezone.localtime(since).date(),
        "last_on": timezone.localtime(until - ONE_SECOND).date(),
        "made_on": timezone.localdate(),
        "number": number,
        "viewer": by,
    }
    with translation.override("ja"):
        pdf = pdf_of("casework/sheets/openings_letter.html", context, style="casework/letter.css")
    detail = {
        "number": number,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "agencies": [each.agency.pk for each in named],
    }
    record(by, "letter_made", person, case=case.pk, person=person.pk, item="basic", detail=detail)
    return pdf
