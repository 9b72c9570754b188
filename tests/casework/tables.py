"""Meetings as tests need them: an ordinance in force, oaths, a meeting, an item with two agencies at the table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from casework.meetings.actions import (
    AgendaDraft,
    MeetingDraft,
    PrepDraft,
    add_paper,
    answer_prep,
    call_meeting,
    open_papers,
    put_on_agenda,
)
from casework.meetings.minutes import MinutesText, Outcome, fix_item, save_minutes
from casework.meetings.models import AgendaItem, Meeting
from casework.meetings.online import declare_alone
from casework.meetings.selectors import agendas_for, papers_for, prep_sheets_for
from casework.ordinances.actions import OrdinanceDraft, swear, write_ordinance
from casework.ordinances.models import Ordinance
from casework.planning.models import Plan, PlanDecision
from casework.plans.actions import InPlaceOf
from casework.plans.models import Decision
from casework.sharing.actions import Label
from permissions.viewer import Viewer
from permissions.walls.context import acting_for
from tests.worlds import Household, World, make_agency, make_viewer

HOUR = dt.timedelta(hours=1)
CANARY = "カナリア会議"


def ordinance(world: World, **told: Any) -> Ordinance:
    words = {
        "title": "見本市支援会議設置要綱",
        "text": "第1条",
        "kinds": ("shien_kaigi",),
        "valid_from": dt.date(2021, 4, 1),
    }
    with acting_for(world.chief):
        return write_ordinance(OrdinanceDraft(**{**words, **told}), by=world.chief)


def let_swear(*viewers: Viewer) -> None:
    for viewer in viewers:
        with acting_for(viewer):
            swear(by=viewer)


def call(world: World, rule: Ordinance | None = None, **told: Any) -> Meeting:
    by = world.coordinator
    words = {
        "label": "第14回 地域ケース会議", "held_at": timezone.now() + 24 * HOUR, "chair": "支援課 課長",
        "writer": by.membership, "place": "会議室2", "ordinance": rule,
    }  # fmt: skip
    with acting_for(by):
        return call_meeting(MeetingDraft(**{**words, **told}), by=by)


def put(
    world: World,
    meeting: Meeting,
    home: Household,
    *members: Viewer,
    kind: str = "shien_kaigi",
    people: Any = None,
    **told: Any,
) -> AgendaItem:
    named = people or {home.mother.pk: "本人", home.son.pk: "長男"}
    draft = AgendaDraft(
        kind, told.pop("purpose", "exchange"), told.pop("purpose_text", f"{CANARY} 話すこと"), named,
        tuple(viewer.membership for viewer in members), **told,
    )  # fmt: skip
    with acting_for(world.coordinator):
        return put_on_agenda(meeting, home.case, draft, by=world.coordinator)


def open_to_all(world: World, item: AgendaItem, hours: int = 30) -> None:
    with acting_for(world.coordinator):
        open_papers(item, return_by=timezone.now() + hours * HOUR, by=world.coordinator)


def paper(world: World, item: AgendaItem, text: str = f"{CANARY} 世帯像", **told: Any) -> Any:
    with acting_for(world.coordinator):
        return add_paper(
            item, **{"kind": "picture", "text": text, "is_for_all": False, **told}, by=world.coordinator
        )


def support_item(world: World, *members: Viewer) -> AgendaItem:
    """A 支援会議 about the first household, with one paper, open for thirty hours."""
    let_swear(*members)
    item = put(world, call(world, ordinance(world)), world.hazuki, *members)
    paper(world, item)
    open_to_all(world, item)
    return item


def today_item(world: World, *members: Viewer, is_online: bool = False, **told: Any) -> AgendaItem:
    """A 支援会議 about the first household that is held today, its papers open."""
    let_swear(*members)
    meeting = call(world, ordinance(world), held_at=timezone.now(), is_online=is_online)
    item = put(world, meeting, world.hazuki, *members, **told)
    open_to_all(world, item)
    return item


def write(
    world: World, item: AgendaItem, facts: str = f"{CANARY} 事実", *, seen: int = 0, by: Any = None
) -> Any:
    by = by or world.coordinator
    with acting_for(by):
        return save_minutes(item, MinutesText(facts=facts, points="話し合い"), seen=seen, by=by)


def fixed_item(
    world: World,
    *members: Viewer,
    outcome: Outcome | None = None,
    is_online: bool = False,
    also_there: Any = (),
) -> tuple[AgendaItem, Any]:
    """An item of today with fixed minutes; online: each member has said that they are alone."""
    item = today_item(world, *members, is_online=is_online)
    write(world, item)
    for viewer in members if is_online else ():
        with acting_for(viewer):
            declare_alone(item, viewer.membership.pk, by=viewer)
    with acting_for(world.chief):
        present = [viewer.membership.pk for viewer in members]
        minutes, _decision = fix_item(
            item, outcome or Outcome(), seen=1, present=present, also_there=also_there, by=world.chief
        )
    return item, minutes


def instead_of(*decisions: Decision | None) -> InPlaceOf:
    """What a decision takes the place of as a whole; None: nothing."""
    return InPlaceOf([each for each in decisions if each])


def two_tables(world: Any) -> Any:
    """Two items of one meeting, not open yet: the first household's, of anshin and a volunteer; the other's, of kenko.

    Anshin has lines for the item 会議 of the first household as well, which open nothing of it.
    """
    world.volunteer = make_viewer("minsei", make_agency("minsei", kind="minsei", legal_type="person"))
    world.colleague = make_viewer("anshin-colleague", world.anshin)
    let_swear(world.anshin_worker, world.kenko_worker, world.volunteer, world.colleague, world.coordinator)
    meeting = call(world, ordinance(world))
    world.first = put(world, meeting, world.hazuki, world.anshin_worker, world.volunteer, world.coordinator)
    world.second = put(world, meeting, world.tomono, world.kenko_worker)
    paper(world, world.first)
    paper(world, world.second)
    world.share(world.hazuki, world.anshin, Label(world.hazuki.mother.pk, "meeting"), Label(None, "meeting"))
    return world


def opened(world: Any) -> Any:
    """Open both, and let anshin and kenko answer beforehand."""
    for item in (world.first, world.second):
        open_to_all(world, item)
    for viewer, item in ((world.anshin_worker, world.first), (world.kenko_worker, world.second)):
        with acting_for(viewer):
            answer_prep(item, PrepDraft(knows=f"{CANARY} 知っている"), answered=0, by=viewer)
    return world


def through_the_door(viewer: Viewer) -> dict[str, set[Any]]:
    """Return {table: keys of items} that the door gives."""
    with acting_for(viewer):
        found = {
            "AgendaItem": set(agendas_for(viewer).values_list("pk", flat=True)),
            "AgendaPaper": set(papers_for(viewer).values_list("agenda", flat=True)),
            "PrepSheet": set(prep_sheets_for(viewer).values_list("agenda", flat=True)),
        }
    return {name: keys for name, keys in found.items() if keys}


def plan_of(world: World, decision: Decision) -> Plan:
    """A plan, with nothing in it, that a decision decided."""
    by, day = world.coordinator, timezone.localdate()
    with acting_for(by):
        version = Plan.objects.filter(case=decision.case).count() + 1
        plan = Plan(
            case=decision.case, number="P-1", version=version, period_from=day, period_to=day, monitor_on=day,
            made_by=by.membership,
        )  # fmt: skip
        plan.save(force_insert=True)
        PlanDecision(plan=plan, case=decision.case, decision=decision).save(force_insert=True)
    return plan
