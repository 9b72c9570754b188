"""A calendar file of a meeting (RFC 5545): when it is and where it is read of. No name, no place, nothing of a case."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .models import Meeting

LASTS = dt.timedelta(hours=1)


def calendar_of(meeting: Meeting, *, url: str) -> str:
    """Return the file's text, with the line ends that the format asks for."""
    summary = _("会議 %(number)s") % {"number": meeting.number}
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Marugoto//Meetings//JA", "BEGIN:VEVENT",
        f"UID:{meeting.pk}@marugoto", f"DTSTAMP:{_utc(timezone.now())}", f"DTSTART:{_utc(meeting.held_at)}",
        f"DTEND:{_utc(meeting.held_at + LASTS)}", f"SUMMARY:{summary}", f"URL:{url}", "CLASS:CONFIDENTIAL",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
