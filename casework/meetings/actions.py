"""The only writer of meetings, agendas, papers and prep sheets."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.cases.guards import refuse_ended
from casework.cases.models import Case
from casework.concealment.guard import PlaceWritten, add_all
from casework.concealment.places import holds_place
from casework.concealment.selectors import digests_of
from casework.events import record_event
from casework.households.models import Person
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.once import made_before, wait_for
from casework.ordinances.models import ON_CONSENT, MeetingKind, Ordinance
from casework.ordinances.selectors import seats
from casework.plans.selectors import AnsweredRole
from casework.seen import ChangedMeanwhile, fingerprint
from casework.sharing.items import Item
from casework.sharing.models import LivesHere
from permissions.agencies.models import Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.people import name_of
from permissions.viewer import Viewer

from .models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    AgendaRemoval,
    Meeting,
    Minutes,
    PaperKind,
    PaperRelease,
    PrepSheet,
    RemovalCause,
)
from .rules import (
    MEETING_FIELDS,
    consent_gaps,
    lacks_agencies,
    obstacles,
    reads_least,
    shut_out,
    what_stands,
    why_it_stands,
)
from .selectors import open_state, own_seat_for


class ConsentMissing(NotAllowed):
    """A consent that a 重層的支援会議 or 支援調整会議 rests on is not there. A 支援会議 (社会福祉法106条の6) does without."""


@dataclass(frozen=True)
class MeetingDraft:
    """When and where, who leads, who writes, on which ordinance. ``held_at`` is aware."""

    label: str
    held_at: dt.datetime
    chair: str
    writer: Membership
    place: str = ""
    is_online: bool = False
    ordinance: Ordinance | None = None
    convener: str = ""

    def values(self) -> dict[str, Any]:
        return {
            "label": self.label.strip(), "held_at": self.held_at, "convener": self.convener.strip(), "chair": self.chair.strip(),
            "writer_id": self.writer.pk, "place": self.place.strip(), "is_online": self.is_online,
            "ordinance_id": self.ordinance.pk if self.ordinance else None,
        }  # fmt: skip


Point = Minutes | AnsweredRole  # of an earlier decision, and open: to be looked at again, or a role


@dataclass(frozen=True)
class AgendaDraft:
    """A case on the table: under which law, why, about whom (with how they are called there), before whom.

    ``whole``: memberships that see all, though they would see least. ``open_roles``: what was decided before and is told the members, as
    it is not done; ``reviews``: minutes whose decision is to be looked at again.
    """

    kind: str
    purpose: str
    purpose_text: str
    people: dict[uuid.UUID, str]
    members: tuple[Membership, ...] = ()
    whole: frozenset[int] = frozenset()
    open_roles: tuple[AnsweredRole, ...] = ()
    reviews: tuple[Minutes, ...] = ()

    @property
    def points(self) -> list[Point]:
        return [*self.reviews, *self.open_roles]


def _allow(by: Viewer) -> None:
    if not by.may("casework.share"):
        raise NotAllowed(_("会議を決める権限がありません。"))


def _refuse_place_of(meeting: Meeting, cases: Iterable[uuid.UUID]) -> None:
    """Raise PlaceWritten if what every member reads of a meeting tells where a concealed household of its agenda is."""
    for case_id in cases:
        digests = digests_of(case_id)
        if digests and any(
            holds_place(text, digests)
            for text in (meeting.label, meeting.place, meeting.convener, meeting.chair)
        ):
            raise PlaceWritten


def _lock(case_id: uuid.UUID) -> Case:
    """Putting on the table and taking a consent back wait for each other at the case's row."""
    return Case.objects.select_for_update(no_key=True).get(pk=case_id)


@transaction.atomic
def call_meeting(draft: MeetingDraft, *, by: Viewer, key: uuid.UUID | None = None) -> Meeting:
    """Set a meeting. The same ``key`` gives the same meeting again."""
    _allow(by)
    before: Meeting | None = made_before(Meeting, key)
    if before:
        return before
    _check_meeting(draft)
    meeting = Meeting(
        id=key or uuid.uuid4(), number=next_number("M"), made_by=by.membership, **draft.values()
    )
    meeting.save(force_insert=True)
    record(by, "meeting_called", meeting)
    return meeting


def _check_meeting(draft: MeetingDraft) -> None:
    if not draft.label.strip() or not draft.chair.strip():
        raise NotAllowed(_("会議の名前と議長を書いてください。"))
    if not draft.place.strip() and not draft.is_online:
        raise NotAllowed(_("場所を書くか、オンラインを選んでください。"))
    if not draft.writer.role_rights.sees_all_cases or not draft.writer.agency.is_center:
        raise NotAllowed(_("議事録を書く人は、センターの職員から選んでください。"))


@transaction.atomic
def change_meeting(meeting: Meeting, draft: MeetingDraft, *, seen: str, by: Viewer) -> Meeting:
    """Change a meeting; its members are told that something did. Raises ChangedMeanwhile if a colleague was quicker.

    Raises NotAllowed for the ordinance once papers of an item are open, and for all that members were told once minutes are fixed.
    Who writes may change for as long as an item has none. The database refuses as well.
    """
    _allow(by)
    _check_meeting(draft)
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if fingerprint(locked, MEETING_FIELDS) != seen:
        raise ChangedMeanwhile(locked)
    values = draft.values()
    stands = {name for name in what_stands(locked) if getattr(locked, name) != values[name]}
    if stands:
        raise NotAllowed(why_it_stands(stands))
    for name, value in values.items():
        setattr(locked, name, value)
    _refuse_place_of(locked, locked.items.values_list("case", flat=True).distinct())
    locked.save(update_fields=MEETING_FIELDS)
    record(by, "meeting_changed", locked)
    named = AgendaMember.objects.filter(agenda__meeting=locked, agenda__removal__isnull=True)
    notify(NotificationKind.MEETING, locked, to=named.values_list("membership", flat=True), by=by)
    return locked


@transaction.atomic
def put_on_agenda(
    meeting: Meeting, case: Case, draft: AgendaDraft, *, by: Viewer, key: uuid.UUID | None = None
) -> AgendaItem:
    """Put a case on the agenda of a meeting, under exactly one law. The same ``key`` gives the same item again.

    Its members may be named later: who is named then is asked for consent then (``name_members``), and papers open to nobody before.
    Raises ConsentMissing with every reason for a meeting ON_CONSENT where a person on the table has not agreed that an agency at
    the table is told (domain.md R-MTG-2), NotAllowed for whatever else is missing. Members are invited: number and day, nothing else.
    """
    _allow(by)
    before: AgendaItem | None = made_before(AgendaItem, key)
    if before:
        return before
    _lock(case.pk)
    refuse_ended(case)
    _refuse_place_of(meeting, [case.pk])
    people = _people(case, draft)
    _check_members(case, draft, people)
    wait_for(meeting.pk)
    item = AgendaItem(
        id=key or uuid.uuid4(), meeting=meeting, case=case, position=_next_position(meeting), kind=draft.kind,
        purpose=draft.purpose, purpose_text=draft.purpose_text.strip(), added_by=by.membership,
    )  # fmt: skip
    add_all(AgendaItem, [item])
    rows = [
        AgendaPerson(
            agenda=item, case=case, person=person, position=number, words=draft.people[person.pk].strip()
        )
        for number, person in enumerate(people)
    ]
    add_all(AgendaPerson, rows)
    kept = kept_back(draft)
    told = [point for point in draft.points if point not in kept]
    if told:
        _tell_follow_up(item, told, by)
    _name(item, draft.members, draft.whole, by)
    after = {
        "meeting": meeting.number, "kind": item.kind, "members": [seat.pk for seat in draft.members], "kept_back": len(kept),
    }  # fmt: skip
    record_event(by, "agenda_added", item, case_id=case.pk, item=Item.MEETING, after=after)
    notify(NotificationKind.MEETING, meeting, to=[seat.pk for seat in draft.members], by=by)
    return item


def kept_back(draft: AgendaDraft) -> list[Point]:
    """Return what the members of a new item are not told: it is 会議限り, and somebody was not where it was decided.

    As long as nobody is named, whoever will be may not have been there either.
    """
    marked = [(point, kept) for point in draft.points if (kept := _kept_to(point))]
    if not marked or draft.kind == MeetingKind.INTERNAL:
        return []
    if not draft.members:
        return [point for point, _kept in marked]
    strangers = not_there({kept for _point, kept in marked}, draft.members)
    return [point for point, kept in marked if strangers[kept]]


def _kept_to(point: Point) -> uuid.UUID | None:
    """Return the item of a 支援会議 where this was said, and to which it is kept; None: it is not."""
    if isinstance(point, Minutes):
        return point.agenda_id if point.agenda.kind == MeetingKind.SUPPORT else None
    decision = point.row.decision
    return decision.agenda_id if decision.is_meeting_only else None


def not_there(items: Iterable[Any], members: Iterable[Membership]) -> dict[Any, list[Membership]]:
    """Return {item: members from outside the center who did not sit there}."""
    outside = [seat for seat in members if not seat.agency.is_center]
    sat = set(AgendaMember.objects.filter(agenda__in=items).values_list("agenda", "membership"))
    return {key: [seat for seat in outside if (key, seat.pk) not in sat] for key in items}


def _tell_follow_up(item: AgendaItem, points: list[Point], by: Viewer) -> None:
    """Give the members a paper of what was decided and is open; it remembers whose 会議限り words it holds."""
    paper = AgendaPaper(
        agenda=item, case_id=item.case_id, kind=PaperKind.CURRENT, text=_follow_up(points), added_by=by.membership,
        kept_from=sorted({kept for point in points if (kept := _kept_to(point))}),
    )  # fmt: skip
    add_all(AgendaPaper, [paper])
    after = {"kind": paper.kind}
    record_event(by, "paper_added", paper, case_id=item.case_id, item=Item.MEETING, after=after)


def _refuse_who_wasnot_there(item: AgendaItem, members: tuple[Membership, ...]) -> None:
    """Raise NotAllowed for whom a paper of this item would tell the 会議限り words of a meeting they did not sit in."""
    papers = AgendaPaper.objects.filter(agenda=item).values_list("kept_from", flat=True)
    strangers = not_there({key for keys in papers for key in keys}, members)
    seat = next((seat for found in strangers.values() for seat in found), None)
    if seat is None:
        return
    text = _(
        "会議資料に、前の支援会議の会議限りの決定が入っています。その会議に出ていない%(name)sさん（%(agency)s）は加えられません。加えるときは、"
        "この議題を取り下げて、もう一度議題にしてください。"
    )
    raise NotAllowed(text % {"name": name_of(seat.user), "agency": seat.agency.name})


def _follow_up(points: Iterable[Point]) -> str:
    """Return a paper of what was decided and is still open, a line each. Members read it, whatever the label of a role is."""
    lines = [_line_of(point) for point in points]
    return "\n".join([_("前の決定から確かめること"), *lines])[:4000]


def _line_of(point: Point) -> str:
    if isinstance(point, Minutes):
        told = {"number": point.agenda.meeting.number, "day": point.review_on}
        return _("・%(number)sで決めたことの見直し（%(day)s）") % told
    return _("・%(agency)s：%(what)s（%(number)s %(state)s）") % {
        "agency": point.row.agency.name, "what": point.row.what, "number": point.row.decision.number,
        "state": open_state(point),
    }  # fmt: skip


def _next_position(meeting: Meeting) -> int:
    """Return the next place. An item of a case that is out of sight here has one, too, which the database knows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_next_position(%s)", [meeting.pk])
        found: int = cursor.fetchone()[0]
    return found


def _people(case: Case, draft: AgendaDraft) -> list[Person]:
    if not draft.people or not all(words.strip() for words in draft.people.values()):
        raise NotAllowed(_("だれの話をするかを選び、会議での呼び方を書いてください。"))
    people = list(
        Person.objects.filter(LivesHere("pk"), case=case, pk__in=draft.people).order_by("position", "pk")
    )
    if len(people) != len(draft.people):
        raise NotAllowed(_("この世帯にいない人が含まれています。"))
    for person in people:
        if person.name in draft.people[person.pk]:
            raise NotAllowed(
                _("会議での呼び方に、氏名は書けません。「本人」「長男」のように書いてください。")
            )
    return people


def _check_members(case: Case, draft: AgendaDraft, people: list[Person]) -> None:
    if draft.kind not in MeetingKind.values:
        raise NotAllowed(_("会議の種類を選んでください。"))
    if draft.kind == MeetingKind.SUPPORT and not draft.purpose_text.strip():
        raise NotAllowed(_("支援会議では、何のために話すかを書いてください。"))
    for text in _bad_seats(case, draft.kind, draft.members):
        raise NotAllowed(text)
    if draft.kind in ON_CONSENT:
        _check_consents(case, draft.kind, people, draft.members)


def _bad_seats(case: Case, kind: str, members: tuple[Membership, ...]) -> list[str]:
    keys = {seat.pk for seat in members}
    if seats().filter(pk__in=keys).count() != len(keys):
        return [_("いまは会議に出られない人が含まれています。選び直してください。")]
    if kind == MeetingKind.INTERNAL and any(not seat.agency.is_center for seat in members):
        return [_("所内の会議の構成員は、センターの職員だけです。")]
    if members and (alone := lacks_agencies(kind, members)):
        return alone
    return shut_out(case, members)


def _check_consents(case: Case, kind: str, people: list[Person], members: tuple[Membership, ...]) -> None:
    gaps = consent_gaps(case, people, members)
    if gaps:
        text = _("%(kind)sには、出席する機関すべてについて、一人ひとりの同意が要ります。") % {
            "kind": MeetingKind(kind).label
        }
        raise ConsentMissing(" ".join([text, *gaps]))


def _name(item: AgendaItem, members: tuple[Membership, ...], whole: frozenset[int], by: Viewer) -> None:
    AgendaMember.objects.bulk_create(
        AgendaMember(
            agenda=item, case_id=item.case_id, membership=seat, named_by=by.membership,
            is_whole=seat.pk in whole or not reads_least(seat.agency),
        )
        for seat in members
    )  # fmt: skip


@transaction.atomic
def name_members(
    item: AgendaItem, members: tuple[Membership, ...], *, whole: frozenset[int] = frozenset(), by: Viewer
) -> None:
    """Say who sits at the table, in place of who was named before; who is new is invited.

    Raises NotAllowed once the papers are open: from then on the members are fixed (domain.md R-MTG-3), and for whoever was not in a
    meeting whose 会議限り words a paper holds (R-MTG-6). Raises as put_on_agenda does.
    """
    _allow(by)
    case = _lock(item.case_id)
    if (
        AgendaRemoval.objects.filter(agenda=item).exists()
        or PaperRelease.objects.filter(agenda=item).exists()
    ):
        raise NotAllowed(_("資料を公開したあとは、構成員を変えられません。"))
    _refuse_fixed(item)
    people = [row.person for row in item.people.select_related("person")]
    for text in _bad_seats(case, item.kind, members):
        raise NotAllowed(text)
    if item.kind in ON_CONSENT:
        _check_consents(case, item.kind, people, members)
    _refuse_who_wasnot_there(item, members)
    before = set(item.members.values_list("membership", flat=True))
    item.members.all().delete()
    _name(item, members, whole, by)
    after = {"members": sorted(seat.pk for seat in members)}
    record_event(by, "members_named", item, case_id=case.pk, item=Item.MEETING, after=after)
    new = {seat.pk for seat in members} - before
    notify(NotificationKind.MEETING, item.meeting, to=new, by=by)


@transaction.atomic
def open_papers(item: AgendaItem, *, return_by: dt.datetime, by: Viewer) -> PaperRelease:
    """Open the papers of an item to its members, who are fixed from now on. ``return_by`` is aware: after it nobody but the center reads.

    Raises NotAllowed with everything that the law of the meeting still asks for. The database asks again.
    """
    _allow(by)
    case = _lock(item.case_id)
    standing = PaperRelease.objects.filter(agenda=item).first()
    if standing:
        return standing
    if AgendaRemoval.objects.filter(agenda=item).exists():
        raise NotAllowed(_("この議題は取り下げられています。"))
    _refuse_fixed(item)
    if return_by <= timezone.now():
        raise NotAllowed(_("資料を見られる期限が、過ぎた時刻になっています。"))
    people = [row.person for row in item.people.select_related("person")]
    members = [
        row.membership for row in item.members.select_related("membership__user", "membership__agency")
    ]
    for text in _bad_seats(case, item.kind, tuple(members)):
        raise NotAllowed(text)
    found = obstacles(by, case, item.meeting, kind=item.kind, people=people, members=members)
    if found:
        raise NotAllowed(" ".join(found))
    release = PaperRelease(agenda=item, case=case, return_by=return_by, released_by=by.membership)
    try:
        with transaction.atomic():
            release.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(
            _("会議の条件がそろっていないため、公開できません。画面を開き直して確かめてください。")
        ) from error
    after = {"return_by": return_by.isoformat(), "members": sorted(seat.pk for seat in members)}
    record_event(by, "papers_opened", release, case_id=case.pk, item=Item.MEETING, after=after)
    notify(NotificationKind.PAPERS, item.meeting, to=[seat.pk for seat in members], by=by)
    return release


@transaction.atomic
def take_off_agenda(item: AgendaItem, *, reason: str, by: Viewer) -> AgendaRemoval:
    """Take an item off the agenda: it is kept, and its members do not see it any more. Raises NotAllowed if it has left already."""
    _allow(by)
    if not reason.strip():
        raise NotAllowed(_("取り下げる理由を書いてください。"))
    _lock(item.case_id)
    if AgendaRemoval.objects.filter(agenda=item).exists():
        raise NotAllowed(_("この議題は、すでに取り下げられています。"))
    _refuse_fixed(item)
    removal = AgendaRemoval(
        agenda=item,
        case_id=item.case_id,
        cause=RemovalCause.DECIDED,
        reason=reason.strip(),
        removed_by=by.membership,
    )
    add_all(AgendaRemoval, [removal])
    tell_of_removal(removal, by=by)
    return removal


def _refuse_fixed(item: AgendaItem) -> None:
    """Refuse what would be added to an item whose minutes stand. The database does, too."""
    if Minutes.objects.filter(agenda=item).exists():
        raise NotAllowed(_("この議題の議事録は、すでに確定しています。"))


def tell_of_removal(removal: AgendaRemoval, *, by: Viewer) -> None:
    """Record that an item left, and tell its members that the meeting changed: not what, not why (domain.md R-CON-3)."""
    item = removal.agenda
    after = {"meeting": item.meeting.number, "cause": removal.cause}
    record_event(by, "agenda_removed", removal, case_id=removal.case_id, item=Item.MEETING, after=after)
    told = [*item.members.values_list("membership", flat=True), item.meeting.writer_id]
    notify(NotificationKind.AGENDA_LEFT, item.meeting, to=told, by=by)


@transaction.atomic
def add_paper(
    item: AgendaItem,
    *,
    kind: str,
    text: str,
    is_for_all: bool,
    plan_id: uuid.UUID | None = None,
    kept_from: Iterable[uuid.UUID] = (),
    by: Viewer,
    key: uuid.UUID | None = None,
) -> AgendaPaper:
    """Give the members something to read. The same ``key`` gives the same paper again. Raises PlaceWritten as every text of a case.

    ``plan_id``: the version that a paper of the kind PLAN tells of. ``kept_from``: the items whose 会議限り words it repeats; raises
    NotAllowed if a member was not there.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("会議資料を書く権限がありません。"))
    before: AgendaPaper | None = made_before(AgendaPaper, key)
    if before:
        return before
    if kind not in PaperKind.values or not text.strip():
        raise NotAllowed(_("資料の種類を選び、内容を書いてください。"))
    _lock(item.case_id)
    if AgendaRemoval.objects.filter(agenda=item).exists():
        raise NotAllowed(_("この議題は取り下げられています。"))
    _refuse_fixed(item)
    kept = sorted(set(kept_from))
    members = [row.membership for row in item.members.select_related("membership__agency")]
    if any(not_there(kept, members).values()):
        raise NotAllowed(
            _(
                "この資料には、前の支援会議の会議限りの決定が入っています。その会議に出ていない構成員がいます。"
            )
        )
    paper = AgendaPaper(
        id=key or uuid.uuid4(), agenda=item, case_id=item.case_id, kind=kind, text=text.strip(),
        plan_id=plan_id, is_for_all=is_for_all, kept_from=kept, added_by=by.membership,
    )  # fmt: skip
    add_all(AgendaPaper, [paper])
    record_event(by, "paper_added", paper, case_id=item.case_id, item=Item.MEETING, after={"kind": kind})
    return paper


@dataclass(frozen=True)
class PrepDraft:
    """What an agency says before the meeting."""

    knows: str = ""
    can_do: str = ""
    cannot_do: str = ""
    needs: str = ""


@transaction.atomic
def answer_prep(item: AgendaItem, draft: PrepDraft, *, answered: int, by: Viewer) -> PrepSheet:
    """Say before the meeting what one's agency knows, can do, cannot do and needs; a further sheet takes the earlier one's place.

    ``answered``: how many sheets of this agency the form knew; a colleague who was quicker makes it stale, which raises NotAllowed. So
    does a seat that is not there (any more). A member may not know the case, so the log keeps it and not the case's history.
    """
    if own_seat_for(by, item) is None:
        raise NotAllowed(_("この議題の資料は、いまは開かれていません。"))
    _refuse_fixed(item)
    texts = {name: getattr(draft, name).strip() for name in ("knows", "can_do", "cannot_do", "needs")}
    if not any(texts.values()):
        raise NotAllowed(_("どれか1つは書いてください。"))
    sheet = PrepSheet(
        agenda=item,
        case_id=item.case_id,
        agency=by.agency,
        sequence=answered + 1,
        answered_by=by.membership,
        **texts,
    )
    try:
        with transaction.atomic():
            add_all(PrepSheet, [sheet])
    except IntegrityError as error:
        raise NotAllowed(_("同じ機関のほかの人が先に答えました。いまの内容をご確認ください。")) from error
    record(by, "prep_answered", sheet, case=item.case_id, item=Item.MEETING)
    return sheet
