"""Reading the log: by whoever watches over others, always within a span of days, ids and labels only."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from permissions.agencies.models import Agency
from permissions.people import name_of
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import REFUSALS, VERIFIED, AuditEntry, AuditSeal
from .probes import LATE
from .words import role_word, subject_word, word

if TYPE_CHECKING:
    from django.contrib.auth.models import User

READ_LOG = "audit.read"
# A log that nobody verified for so long says nothing of itself; it is verified every night (deploy/systemd).
VERIFIED_WITHIN = dt.timedelta(days=2)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Wanted:
    """Which entries somebody asks for: ``since`` included, ``until`` not; empty means all."""

    since: dt.datetime
    until: dt.datetime
    user_id: int | None = None
    agency_id: int | None = None
    verb: str = ""
    case_id: uuid.UUID | None = None
    item: str = ""
    network: Network | None = None
    refused: bool = False

    @property
    def condition(self) -> Q:
        found = Q(at__gte=self.since, at__lt=self.until)
        if self.user_id is not None:
            found &= _of_person(self.user_id)
        if self.network is not None:
            first, last = self.network.network_address, self.network.broadcast_address
            found &= Q(address__gte=str(first), address__lte=str(last))
        if self.refused:
            found &= Q(verb__in=REFUSALS)
        return found & Q(**{name: value for name, value in self._equal.items() if value})

    @property
    def _equal(self) -> dict[str, Any]:
        return {
            "agency_id": self.agency_id,
            "verb": self.verb,
            "case_id": self.case_id,
            "item": self.item,
        }

    @property
    def told(self) -> dict[str, Any]:
        """Return what was asked for as the log keeps it: codes and ids."""
        asked: dict[str, Any] = {"user": self.user_id, **self._equal, "network": self.network}
        asked["refused"] = self.refused
        span = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return span | {name: _plain(value) for name, value in asked.items() if value}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int) else str(value)


def _of_person(user_id: int) -> Q:
    """What somebody did; and their log-ins, of which the log says whose they are, but not that they did them."""
    own = Q(user_id=None, subject=get_user_model()._meta.label_lower, subject_id=str(user_id))
    return Q(user_id=user_id) | own


def entries_for(viewer: Viewer, wanted: Wanted) -> QuerySet[AuditEntry]:
    """Return the entries asked for, newest first; none for roles that do not read the log.

    A seal from before the span says which numbers lie before it, so that the search ends there.
    """
    if not viewer.may(READ_LOG):
        return AuditEntry.objects.none()
    found = AuditEntry.objects.filter(wanted.condition).order_by("-number")
    before = AuditSeal.objects.filter(sealed_at__lt=wanted.since).order_by("-sealed_at").first()
    return found.filter(number__gt=before.upto) if before else found


@dataclass(frozen=True)
class EntryView:
    """An entry with the words of its codes and the names of staff; nobody else's name is in reach here."""

    entry: AuditEntry
    who: str
    account: str
    agency: str
    subject_account: str

    @property
    def role(self) -> str:
        return role_word(self.entry.role)

    @property
    def verb(self) -> str:
        return word("VERBS", self.entry.verb)

    @property
    def item(self) -> str:
        return word("ITEMS", self.entry.item)

    @property
    def basis(self) -> str:
        return word("BASES", self.entry.basis)

    @property
    def subject(self) -> str:
        return subject_word(self.entry.subject)

    @property
    def detail(self) -> list[tuple[str, str]]:
        """Return what else was noted, as pairs."""
        return [
            (word("DETAILS", key), value if isinstance(value, str) else json.dumps(value))
            for key, value in self.entry.detail.items()
        ]


def entry_views(entries: Iterable[AuditEntry]) -> list[EntryView]:
    """Return the entries with words and names, in two questions for all of them."""
    listed = list(entries)
    person = get_user_model()._meta.label_lower
    about = {entry.number: int(entry.subject_id) for entry in listed if entry.subject == person}
    known = {entry.user_id for entry in listed} | set(about.values())
    users: dict[Any, User] = get_user_model().objects.in_bulk(known)
    agencies: dict[Any, Agency] = Agency.objects.in_bulk({entry.agency_id for entry in listed})
    return [
        EntryView(
            entry,
            who=_name(users.get(entry.user_id)),
            account=_account(users.get(entry.user_id)),
            agency=str(agencies.get(entry.agency_id, "")),
            subject_account=_account(users.get(about.get(entry.number))),
        )
        for entry in listed
    ]


def _name(user: User | None) -> str:
    return name_of(user) if user else ""


def _account(user: User | None) -> str:
    return user.get_username() if user else ""


# --- whether it is whole --------------------------------------------------------------------------


@dataclass(frozen=True)
class SealState:
    """How far the log is sealed, and what came of the last time it was verified."""

    last: AuditSeal | None
    is_late: bool
    verified: AuditEntry | None
    is_recent: bool

    @property
    def is_good(self) -> bool:
        """Whether the last verification found everything as it was sealed."""
        return self.verified is not None and self.verified.detail.get("findings") == 0


def seal_state_for(viewer: Viewer) -> SealState | None:
    """Return how the log stands; None for roles that do not read it."""
    if not viewer.may(READ_LOG):
        return None
    last = AuditSeal.objects.order_by("-number").first()
    waiting = AuditEntry.objects.filter(at__lt=ClockNow() - LATE)
    verified = AuditEntry.objects.filter(verb=VERIFIED).order_by("-at")
    recent = verified.filter(at__gte=ClockNow() - VERIFIED_WITHIN)
    is_late = (waiting.filter(number__gt=last.upto) if last else waiting).exists()
    return SealState(last, is_late, verified.first(), recent.exists())
