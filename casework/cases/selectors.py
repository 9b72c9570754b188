"""The case list, walked from the viewer's own side, and counts for it."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from casework.sharing.models import NotBlocked
from casework.sharing.selectors import envelopes_for
from permissions.agencies.models import Membership
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import Case, CaseActivity, CaseEvent
from .states import OPEN_STAGES

PAGE_SIZE = 50
COUNT_CAP = 1000
QUIET_DAYS = 30


@dataclass(frozen=True)
class Cursor:
    """Where a page of the case list begins: after this row. Written in URLs as ``2026-11-23T01:02:03.000001Z_uuid``."""

    changed_at: dt.datetime
    case_id: uuid.UUID

    def __str__(self) -> str:
        return f"{self.changed_at.astimezone(dt.UTC).isoformat().replace('+00:00', 'Z')}_{self.case_id}"

    @classmethod
    def parse(cls, text: str) -> Cursor | None:
        """Return the cursor a text stands for, or None for anything else."""
        moment, _, case = text.partition("_")
        try:
            changed_at = dt.datetime.fromisoformat(moment)
            cursor = cls(changed_at, uuid.UUID(case))
        except ValueError:
            return None
        return cursor if changed_at.tzinfo else None


@dataclass(frozen=True)
class Narrowing:
    """Which cases of the list are wanted; what is empty does not narrow. All of it stands on the case itself."""

    stage: str = ""
    flow: str = ""
    holder: int | None = None
    worker: int | None = None  # 0: nobody is named yet
    is_open: bool = False
    is_quiet: bool = False
    is_ownerless: bool = False

    def conditions(self) -> Q:
        named = {"stage": self.stage, "flow": self.flow, "holder": self.holder, "worker": self.worker}
        wanted = Q(**{f"case__{name}": value for name, value in named.items() if value})
        if self.worker == 0:
            wanted &= Q(case__worker__isnull=True)
        if self.is_open:
            wanted &= is_open("case__")
        if self.is_quiet:
            wanted &= is_quiet("case", "case__holder")
        if self.is_ownerless:
            wanted &= is_ownerless("case__")
        return wanted


def is_open(path: str = "") -> Q:
    """Return the condition that a case has not ended; ``path`` leads to it."""
    return Q(**{f"{path}stage__in": OPEN_STAGES})


def is_quiet(case: str, holder: str) -> Q:
    """Return the condition that whoever holds a case has done nothing in it for QUIET_DAYS, by the database's clock.

    ``case`` and ``holder`` lead to them. For the center's duty: nobody else sees the events of a case.
    """
    since = ClockNow() - dt.timedelta(days=QUIET_DAYS)
    acts = CaseEvent.objects.filter(case=OuterRef(case), actor__agency=OuterRef(holder), at__gt=since)
    return Q(~Exists(acts))


def is_ownerless(path: str = "") -> Q:
    """Return the condition that nobody who works at the center today has a case that the center holds; ``path`` leads to it."""
    live = Membership.objects.live().filter(pk=OuterRef(f"{path}worker"))
    return Q(**{f"{path}holder__is_center": True}) & Q(~Exists(live))


ALL = Narrowing()


def case_keys_for(
    viewer: Viewer, *, after: Cursor | None = None, limit: int = PAGE_SIZE, only: Narrowing = ALL
) -> list[tuple[uuid.UUID, dt.datetime]]:
    """Return (case, moment of the last change this viewer may see), newest first, at most ``limit``.

    Walks the agency's own envelopes (the center: its own table of activity) in the order of an index; a filter over
    all cases would be slowest for the agency with the fewest (assurance.md 4.2).
    """
    walk, moment = _walk(viewer)
    walk = walk.filter(only.conditions())
    if after is not None:
        walk = walk.filter(_before(walk.model, moment, after))
    return list(walk.values_list("case_id", moment)[:limit])


def _walk(viewer: Viewer) -> tuple[QuerySet[Any], str]:
    if viewer.sees_all_cases:
        walk = CaseActivity.objects.filter(NotBlocked("case")).order_by("-changed_at", "-case")
        return walk, "changed_at"
    return envelopes_for(viewer), "last_visible_change_at"


def _before(model: Any, moment: str, after: Cursor) -> RawSQL:
    """Compare both columns as one row, which the index answers in one step."""
    table = model._meta.db_table
    return RawSQL(  # noqa: S611 -- names come from the models, values are parameters
        f"({table}.{moment}, {table}.case_id) < (%s, %s)",
        [after.changed_at, after.case_id],
        output_field=BooleanField(),
    )


def events_for(viewer: Viewer, case: Case) -> QuerySet[CaseEvent]:
    """Return the acts on a case, unordered; none outside the center's duty, whatever is shared."""
    if not viewer.sees_all_cases:
        return CaseEvent.objects.none()
    return CaseEvent.objects.filter(NotBlocked("case"), case=case)


def count_cases_for(viewer: Viewer) -> int:
    """Return how many cases the list has, at most COUNT_CAP + 1 (shown as "1,000+")."""
    walk, _moment = _walk(viewer)
    return walk.order_by()[: COUNT_CAP + 1].count()
