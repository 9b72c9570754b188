"""Letters to a person of a case: the only way one is made. It is not kept: it says what holds at this moment."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone, translation

from casework.codes.settings import lines_of
from permissions.audit.actions import record
from permissions.paper import pdf_of
from permissions.viewer import Viewer

from .models import Person
from .safety import Means, require_means

# How a letter gets to its reader.
LETTER_MEANS = (Means.HANDED, Means.POST)


@transaction.atomic
def make_letter_to(
    person: Person, *, letter: str, context: dict[str, Any], means: str, detail: dict[str, Any], by: Viewer
) -> bytes:
    """Make a letter as PDF, in Japanese, with the city's texts. ``letter`` names its template and its settings; ``detail`` goes to the log with the number that stands on it: keys and days only.

    Raises NotAllowed if the person may not be reached by these means (R-DV-7), and PdfUnavailable.
    """
    require_means(by, person, means)
    number = str(uuid.uuid4())[:8].upper()
    everywhere = {
        "person": person,
        "made_on": timezone.localdate(),
        "number": number,
        "viewer": by,
        "intro": lines_of(f"{letter}_intro"),
        "notes": lines_of(f"{letter}_notes"),
    }
    with translation.override("ja"):
        pdf = pdf_of(f"casework/sheets/{letter}.html", context | everywhere, style="casework/letter.css")
    detail = {"number": number, "means": str(means), **detail}
    record(by, "letter_made", person, case=person.case_id, person=person.pk, item="basic", detail=detail)
    return pdf
