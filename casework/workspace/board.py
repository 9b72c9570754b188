"""The chief's board: who holds what, and what is overdue. Numbers and nothing else: no household, no citizen, no case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from casework.cases.selectors import is_open, is_ownerless, is_quiet
from casework.cases.states import OPEN_STAGES, Stage
from casework.sharing.selectors import cases_for
from permissions.agencies.models import Agency, Membership
from permissions.people import name_of
from permissions.viewer import Viewer

from .duties import DutyFilter, DutyKind, duties_for

Seat = tuple[int, int]  # agency and membership that hold a case; 0: nobody is named yet


@dataclass(frozen=True)
class Figure:
    """A number and the list behind it."""

    count: int
    url: str


@dataclass(frozen=True)
class BoardRow:
    """What one worker holds, or what of an agency nobody is named for (``worker`` empty)."""

    worker: str
    has_left: bool
    is_nobody: bool
    open: Figure
    late_tasks: Figure
    late_referrals: Figure
    quiet: Figure
    silent: Figure

    @property
    def is_overdue(self) -> bool:
        return any(each.count for each in (self.late_tasks, self.late_referrals, self.quiet, self.silent))


@dataclass(frozen=True)
class BoardGroup:
    """An agency and its rows: nobody's first, then by name."""

    agency: str
    rows: list[BoardRow]


@dataclass(frozen=True)
class StageRow:
    """A stage (進捗ボード, domain.md 7.6): how many open cases stand there, and in how many of them whoever holds it does nothing."""

    label: str
    open: Figure
    quiet: Figure


def stages_for(viewer: Viewer) -> list[StageRow]:
    """Return the stages in the order of the process, those at which no case stands among them. For the chief."""
    if not viewer.may("casework.view_board"):
        return []
    found = {
        name: _at_stage(viewer, which)
        for name, which in (("open", is_open()), ("quiet", is_open() & is_quiet("pk", "holder")))
    }
    return [
        StageRow(
            str(stage.label),
            **{name: Figure(count[stage], _listed(name, stage)) for name, count in found.items()},
        )
        for stage in Stage
        if stage in OPEN_STAGES
    ]


def _at_stage(viewer: Viewer, which: Any) -> Counter[str]:
    rows = cases_for(viewer).filter(which).values_list("stage").annotate(Count("pk")).order_by()
    return Counter(dict(rows))


def _listed(name: str, stage: Stage) -> str:
    quiet = {"quiet": "on"} if name == "quiet" else {}
    told = {"open": "on", **quiet, "stage": stage.value}
    return f"{reverse('casework:case_list')}?{urlencode(told)}"


def board_for(viewer: Viewer) -> list[BoardGroup]:
    """Return who holds what and what of it is overdue: the center's agencies first. For the chief.

    Overdue is a task past its day, a referral whose answer is late, an open case in which whoever holds it has done nothing
    for QUIET_DAYS, and one whose household nobody has talked with for longer than its interval. Each number is counted where its list is made.
    """
    if not viewer.may("casework.view_board"):
        return []
    counts = {
        "open": _held(viewer, is_open()),
        "late_tasks": _late(viewer, DutyKind.TASK),
        "late_referrals": _late(viewer, DutyKind.REFERRAL),
        "silent": _late(viewer, DutyKind.TALK),
        "quiet": _held(viewer, is_open() & is_quiet("pk", "holder")),
    }
    seats: dict[int, list[int]] = defaultdict(list)
    for agency, worker in sorted({seat for count in counts.values() for seat in count}):
        seats[agency].append(worker)
    agencies = Agency.objects.filter(pk__in=seats).order_by("-is_center", "name", "pk")
    members = Membership.objects.select_related("user").in_bulk(
        {each for row in seats.values() for each in row}
    )
    live = set(Membership.objects.live().filter(pk__in=members).values_list("pk", flat=True))
    return [
        BoardGroup(agency.name, _rows(agency.pk, seats[agency.pk], members, live, counts))
        for agency in agencies
    ]


def count_ownerless(viewer: Viewer) -> int:
    """Return how many open cases of the center nobody has who works there today. For the chief."""
    if not viewer.may("casework.view_board"):
        return 0
    return cases_for(viewer).filter(is_open(), is_ownerless()).count()


def _held(viewer: Viewer, which: Any) -> Counter[Seat]:
    rows = cases_for(viewer).filter(which).values_list("holder", "worker").annotate(Count("pk")).order_by()
    return Counter({(holder, worker or 0): count for holder, worker, count in rows})


def _late(viewer: Viewer, kind: str) -> Counter[Seat]:
    late = duties_for(viewer, DutyFilter(kind=kind, due="late"))
    return Counter((duty.holder, duty.worker or 0) for duty in late if duty.holder)


def _rows(
    agency: int,
    workers: Iterable[int],
    members: dict[int, Membership],
    live: set[int],
    counts: dict[str, Any],
) -> list[BoardRow]:
    rows = []
    for worker in workers:
        seat = (agency, worker)
        member = members.get(worker)
        numbers = {name: Figure(count[seat], _address(name, seat)) for name, count in counts.items()}
        name = name_of(member.user) if member else _("担当者が決まっていない")
        rows.append(BoardRow(name, bool(worker) and worker not in live, not worker, **numbers))
    return sorted(rows, key=lambda row: (not row.is_nobody, row.worker))


def _address(name: str, seat: Seat) -> str:
    whose: dict[str, Any] = {"holder": seat[0], "worker": seat[1]}
    told = {
        "open": {"open": "on"},
        "quiet": {"open": "on", "quiet": "on"},
        "late_tasks": {"kind": DutyKind.TASK.value, "due": "late"},
        "silent": {"kind": DutyKind.TALK.value, "due": "late"},
        "late_referrals": {"kind": DutyKind.REFERRAL.value, "due": "late"},
    }[name]
    page = "casework:duties" if "kind" in told else "casework:case_list"
    return f"{reverse(page)}?{urlencode({**told, **whose})}"
