"""A draft of the plan as a paper of the meeting that talks about it (会議に出す, ux.md S4).

Members never read a draft: they read the words that somebody of the center saw and put before them.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.concealment.selectors import has_found_for
from casework.dates import in_era
from casework.households.words import in_words
from casework.meetings.actions import not_there
from casework.meetings.models import AgendaItem, AgendaPaper
from casework.meetings.rules import words_at_table
from casework.meetings.selectors import agendas_for, papers_for
from casework.ordinances.models import MeetingKind
from casework.plans.selectors import standing_decisions_for
from casework.sharing.items import Item
from casework.sharing.selectors import persons_for
from permissions.viewer import Viewer

from .actions import TALK_OF_PLANS
from .agreements import agreements_for, newest_of
from .models import AgreementAnswer, PlanPart, PlanRole, Section
from .selectors import PlanView

if TYPE_CHECKING:
    from casework.cases.models import Case

# What everybody on the table agreed to have told there. What lies under a further item is told where a person writes it.
TOLD_THERE = (Item.PLAN, Item.ROLES)


@dataclass
class LeftOut:
    """An entry that does not go on the paper by itself, and why."""

    row: PlanPart | PlanRole
    why: str
    is_kept: bool = False  # to the members of an earlier 支援会議

    @property
    def words(self) -> str:
        return self.row.what if isinstance(self.row, PlanRole) else self.row.words


@dataclass
class PlanPaper:
    """What the members would be given to read. ``kept_from``: the items whose 会議限り words it repeats."""

    text: str
    left_out: list[LeftOut] = field(default_factory=list)
    kept_from: frozenset[uuid.UUID] = frozenset()


def agendas_to_bring_to(viewer: Viewer, case: Case) -> list[AgendaItem]:
    """Return the items about a case at which a draft can still be read, the nearest meeting first."""
    items = agendas_for(viewer).filter(
        case=case, kind__in=TALK_OF_PLANS, removal__isnull=True, minutes__isnull=True
    )
    return list(items.select_related("meeting").order_by("meeting__held_at", "position"))


def plan_papers_for(viewer: Viewer, case: Case) -> list[AgendaPaper]:
    """Return the papers that tell of versions of this case's plan, the newest first. For the center."""
    if not viewer.sees_all_cases:
        return []
    rows = papers_for(viewer).filter(case=case, plan__isnull=False, agenda__removal__isnull=True)
    return list(rows.select_related("plan", "agenda__meeting").order_by("-added_at", "-plan__version"))


def paper_of(viewer: Viewer, case: Case, view: PlanView, item: AgendaItem) -> PlanPaper:
    """Return what the members of an item may be given of a version, people called as they are called at the table.

    Left out, with the reason: whatever is about somebody who is not on the table; what lies under an item of its own (健康, お金);
    会議限り words of a meeting in which a member did not sit (domain.md R-MTG-6), until the person has agreed to them in this version.
    """
    called = list(item.people.select_related("person"))
    table = {row.person_id: row.words for row in called}
    kept = _kept_words(viewer, case)
    members = [row.membership for row in item.members.select_related("membership__agency")]
    strangers = not_there({key for keys in kept.values() for key in keys}, members)
    # Where nobody is named yet, nobody sat anywhere: whoever will be, may not have.
    sat = {key for key, found in strangers.items() if members and not found}
    said = newest_of(view.plan, agreements_for(viewer, case))
    confirmed = {person_id for person_id, each in said.items() if each.answer == AgreementAnswer.AGREED}
    kept_from: set[uuid.UUID] = set()

    def left_out(row: PlanPart | PlanRole) -> LeftOut | None:
        from_items = set() if row.person_id in confirmed else kept.get(_heart(row), set())
        if from_items - sat:
            why = _(
                "会議限りの決定と同じことばです。その会議に出ていない構成員がいます。この版を本人に説明し、同意の返事を記録すると、出せます。"
            )
            return LeftOut(row, why, is_kept=True)
        if row.person_id and row.person_id not in table:
            return LeftOut(row, _("議題の人に入っていない人のことです。"))
        if row.item not in TOLD_THERE and item.kind != MeetingKind.INTERNAL:
            return LeftOut(row, _("「%(item)s」のことです。") % {"item": Item(row.item).label})
        kept_from.update(from_items)
        return None

    rows: list[PlanPart | PlanRole] = [*view.parts, *view.standing]
    out = {row.pk: found for row in rows if (found := left_out(row))}
    people = [row.person for row in called]
    # Where a wish is hidden because it writes out a place, nobody is said not to have been asked.
    unasked = [] if has_found_for(viewer, case, table="PlanPart") else view.without_wish(people)
    words = words_at_table(called, persons_for(viewer).filter(case=case).order_by("position", "pk"))
    text = in_words(_text(view, [row for row in rows if row.pk not in out], table, unasked), words)
    return PlanPaper(text, list(out.values()), frozenset(kept_from))


def _heart(row: Any) -> tuple[Any, ...]:
    """What makes two entries the same promise or direction, wherever they stand."""
    if hasattr(row, "what"):
        return (row.agency_id, row.person_id, row.what)
    return (row.person_id, row.text)


def _kept_words(viewer: Viewer, case: Case) -> Mapping[tuple[Any, ...], set[uuid.UUID]]:
    """Return the directions and roles that are 会議限り now, each with the items of the 支援会議 that decided it."""
    found: dict[tuple[Any, ...], set[uuid.UUID]] = defaultdict(set)
    for each in standing_decisions_for(viewer, case):
        agenda = each.decision.agenda_id
        if each.decision.is_meeting_only and agenda:
            for row in (*each.directions, *(role.row for role in each.roles if role.is_current)):
                found[_heart(row)].add(agenda)
    return found


def _text(
    view: PlanView, told: list[PlanPart | PlanRole], table: Mapping[uuid.UUID, str], unasked: list[Any]
) -> str:
    plan = view.plan
    days = {
        "begin": in_era(plan.period_from), "end": in_era(plan.period_to), "check": in_era(plan.monitor_on),
    }  # fmt: skip
    lines = [
        _("支援プラン %(plan)s（案）") % {"plan": plan},
        _("期間：%(begin)sから%(end)sまで　次のモニタリング：%(check)s") % days,
    ]
    for section in Section:
        parts = [row for row in told if isinstance(row, PlanPart) and row.section == section]
        entries = [_said(part, table) for part in parts]
        if section == Section.WISH:
            entries += [_("%(who)s：（聞いていない）") % {"who": table[person.pk]} for person in unasked]
        lines += _block(section.label, entries)
    roles = [row for row in told if isinstance(row, PlanRole)]
    lines += _block(_("役割分担"), (_promise(role, table) for role in roles))
    return "\n".join(lines)


def _block(heading: Any, entries: Iterable[str]) -> list[str]:
    found = [f"・{entry}" for entry in entries]
    return ["", f"【{heading}】", *found] if found else []


def _about(row: PlanPart | PlanRole, table: Mapping[uuid.UUID, str]) -> str:
    return table[row.person_id] if row.person_id else _("世帯全体")


def _said(part: PlanPart, table: Mapping[uuid.UUID, str]) -> str:
    words = pgettext("quoted", "「%(words)s」") % {"words": part.text} if part.is_quoted else part.words
    return _("%(who)s：%(words)s") % {"who": _about(part, table), "words": words}


def _promise(role: PlanRole, table: Mapping[uuid.UUID, str]) -> str:
    """One line: who does what about whom, how often, until when; what they need to know and will tell."""
    who = [role.agency.name, role.get_seat_display() and f"〔{role.get_seat_display()}〕"]
    more = [
        _about(role, table),
        role.get_service_display(),  # type: ignore[attr-defined] # made by CodeField
        role.frequency,
        _("%(day)sから") % {"day": in_era(role.starts_on)} if role.starts_on else "",
        _("%(day)sまで") % {"day": in_era(role.until_on)} if role.until_on else "",
        _("要る情報：%(words)s") % {"words": role.needs} if role.needs else "",
        _("知らせること：%(words)s") % {"words": role.reports} if role.reports else "",
    ]
    line = _("%(who)s：%(what)s（%(more)s）")
    return line % {
        "who": "".join(filter(None, who)),
        "what": role.what,
        "more": "、".join(filter(None, more)),
    }
