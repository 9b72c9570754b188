"""Reading hand-overs, and what whoever leaves has in hand; for the center's duty."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from casework.cases.selectors import is_open
from casework.rounds import Steps, in_rounds
from casework.sharing.models import NotBlocked, NotHidden
from casework.sharing.selectors import cases_for
from casework.tasks.selectors import open_tasks_for
from permissions.agencies.models import Membership
from permissions.viewer import Viewer

from .models import Handover

if TYPE_CHECKING:
    from casework.cases.models import Case


def handovers_for(viewer: Viewer) -> QuerySet[Handover]:
    """Return the hand-overs of the cases this viewer may see, the oldest first."""
    if not viewer.sees_all_cases:
        return Handover.objects.none()
    rows = Handover.objects.filter(NotBlocked("case"), NotHidden("pk"))
    people = ("giver__user", "taker__user", "taker__agency", "handed_by__user", "sign")
    return rows.select_related("case", *people).order_by("handed_at", "pk")


def unsigned_for(viewer: Viewer) -> QuerySet[Handover]:
    """Return the hand-overs that nobody has signed and that still hold.

    Of an open case: whoever took it works on it. Of a closed one: something is left to do, and nobody took it on from there.
    """
    left = open_tasks_for(viewer).filter(case=OuterRef("case")).order_by()
    further = Handover.objects.filter(
        case=OuterRef("case"), giver=OuterRef("taker"), handed_at__gt=OuterRef("handed_at")
    )
    is_theirs = is_open("case__") & Q(taker=F("case__worker"))
    is_left = Q(~is_open("case__"), Exists(left), ~Exists(further))
    return handovers_for(viewer).filter(is_theirs | is_left, sign__isnull=True)


@in_rounds
def handover_of(viewer: Viewer, case: Case) -> Steps[Handover | None]:
    """Return the hand-over of a case that waits for its signature, if there is one."""
    if not viewer.sees_all_cases:
        return None
    (found,) = yield [unsigned_for(viewer).filter(case=case).order_by("-handed_at")[:1]]
    return found[0] if found else None


def givers_for(viewer: Viewer) -> list[tuple[Membership | None, int]]:
    """Return who of the center has cases in hand, and how many; nobody first, then by name.

    In hand: open cases, and closed ones in which they have something left to do (フォローアップ, 見守り).
    """
    if not viewer.may("casework.share"):
        return []
    rows = cases_for(viewer).filter(is_open(), holder__is_center=True)
    counts = Counter(dict(rows.values_list("worker").annotate(Count("pk")).order_by()))
    counts.update(owner for owners in owners_after_the_end(viewer).values() for owner in owners)
    members = Membership.objects.select_related("user", "agency").in_bulk([key for key in counts if key])
    named = sorted(members.values(), key=lambda each: (each.user.last_name, each.user.first_name, each.pk))
    found: list[tuple[Membership | None, int]] = [(each, counts[each.pk]) for each in named]
    return [(None, counts[None]), *found] if None in counts else found


def cases_of_worker(viewer: Viewer, worker: int | None) -> list[Case]:
    """Return the cases one worker of the center has in hand (None: nobody), by number; the open ones first."""
    if not viewer.may("casework.share"):
        return []
    rows = cases_for(viewer).select_related("holder").order_by("number")
    left = [key for key, owners in owners_after_the_end(viewer).items() if worker in owners]
    mine = rows.filter(is_open(), holder__is_center=True, worker=worker)
    return [*mine, *rows.filter(~is_open(), pk__in=left)]


def owners_after_the_end(
    viewer: Viewer, cases: Iterable[uuid.UUID] | None = None
) -> dict[uuid.UUID, set[int]]:
    """Return whose something is that is left to do in closed cases (all, or these), by case: whoever has it by the hand-overs."""
    tasks = open_tasks_for(viewer).filter(~is_open("case__")).order_by()
    if cases is not None:
        tasks = tasks.filter(case__in=list(cases))
    owned = set(tasks.values_list("case", "owner"))
    handovers = list(handovers_for(viewer).filter(case__in={case for case, _owner in owned}))
    found: dict[uuid.UUID, set[int]] = {}
    for case, owner in owned:
        last, _owners = owners_after(handovers, case, owner)
        found.setdefault(case, set()).add(last)
    return found


def count_left_behind(viewer: Viewer) -> int:
    """Return in how many closed cases something is left to do for somebody who does not work here today. For the center's duty."""
    left = owners_after_the_end(viewer)
    owners = {owner for each in left.values() for owner in each}
    live = set(Membership.objects.live().filter(pk__in=owners).values_list("pk", flat=True))
    return sum(1 for each in left.values() if each - live)


def owners_after(
    handovers: Iterable[Handover], case_id: uuid.UUID | None, membership: int
) -> tuple[int, set[int]]:
    """Return whose something is that was this membership's before the case went on, and all to whom it is theirs.

    Pure. ``handovers``: the oldest first. Until a hand-over is signed, what it hands over is both people's.
    """
    last, owners = membership, {membership}
    for row in handovers:
        if row.case_id != case_id:
            continue
        is_signed = hasattr(row, "sign")
        if row.giver_id in owners:
            last = row.taker_id if last == row.giver_id else last
            # A signature ends the hand-overs before it, too: whoever had it in between has it no more.
            owners = {row.taker_id} if is_signed else owners | {row.taker_id}
        elif row.taker_id in owners and row.giver_id and not is_signed:
            owners.add(row.giver_id)
    return last, owners
