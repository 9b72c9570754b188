"""Reading meetings and what is on their tables. A meeting has a door of its own: no line of the ledger opens it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, Func, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.plans.models import AnswerKind
from casework.plans.selectors import AnsweredRole, answered_roles_for
from casework.rounds import Steps, in_rounds
from casework.sharing.models import NotBlocked, NotHidden
from casework.tasks.selectors import open_tasks_for
from permissions.agencies.models import Agency
from permissions.audit.actions import Ground, Read, record_reads
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import (
    AgendaItem,
    AgendaMember,
    AgendaPaper,
    AgendaPerson,
    AgendaRemoval,
    AloneDeclaration,
    Meeting,
    Minutes,
    MinutesAttendee,
    MinutesCirculation,
    MinutesDraft,
    MinutesReceipt,
    PaperCopy,
    PaperRelease,
    PrepSheet,
    Questionnaire,
)

if TYPE_CHECKING:
    from casework.cases.models import Case

DUTY, MEMBER = Ground("duty"), Ground("member")


class OpenToMe(Func):
    """Whoever asks was named for this item, and may read now (sql.py, ``wall_agenda``)."""

    template = "(%(expressions)s = ANY ((SELECT wall_agenda())::uuid[]))"
    output_field: Any = BooleanField()


class WholeToMe(OpenToMe):
    """... and reads everything of it."""

    template = "(%(expressions)s = ANY ((SELECT wall_agenda_whole())::uuid[]))"


class MinutesToMe(OpenToMe):
    """Whoever asks was named for this item, and its fixed minutes are passed round to them now (``wall_minutes``)."""

    template = "(%(expressions)s = ANY ((SELECT wall_minutes())::uuid[]))"


class MeetsMe(OpenToMe):
    """Whoever asks was named for an item of this meeting."""

    template = "(%(expressions)s = ANY ((SELECT wall_meetings())::uuid[]))"


_READ_BY_ME = Q(OpenToMe("agenda")) | Q(MinutesToMe("agenda"))
_MINUTES_TO_ME = Q(WholeToMe("agenda")) | Q(MinutesToMe("agenda"))


def meetings_for(viewer: Viewer) -> QuerySet[Meeting]:
    """Return the meetings this viewer may know of, unordered: all for the center's duty, else those they were named for."""
    rows = Meeting.objects.all()
    if not viewer.membership.role_rights.reads_cases:
        return rows.none()
    return rows if viewer.sees_all_cases else rows.filter(MeetsMe("pk"))


def coming_meetings_for(viewer: Viewer, *, limit: int) -> list[Meeting]:
    """Return the next meetings this viewer may know of, the nearest first; one that began today is still there."""
    since = Func(ClockNow(), template="(%(expressions)s - interval '12 hours')")
    rows = meetings_for(viewer).filter(held_at__gte=since)
    return list(rows.order_by("held_at", "number")[:limit])


def agendas_for(viewer: Viewer) -> QuerySet[AgendaItem]:
    """Return the items this viewer may read now, unordered."""
    rows = AgendaItem.objects.filter(NotBlocked("case"), NotHidden("pk"))
    if not viewer.membership.role_rights.reads_cases:
        return rows.none()
    return rows if viewer.sees_all_cases else rows.filter(Q(OpenToMe("pk")) | Q(MinutesToMe("pk")))


def _of_agenda_for(viewer: Viewer, model: type[Any], *, whole: Q | None = None) -> QuerySet[Any]:
    """Return rows that belong to items: the center's, and those of items open to the viewer (``whole``: seen by whom)."""
    rows = model.objects.filter(NotBlocked("case"))
    if not viewer.membership.role_rights.reads_cases:
        return rows.none()
    if viewer.sees_all_cases:
        return rows
    return rows.filter(whole if whole is not None else Q(OpenToMe("agenda")))


def papers_for(viewer: Viewer) -> QuerySet[AgendaPaper]:
    """Return the papers this viewer may read now, in the order in which they came."""
    seen = Q(WholeToMe("agenda")) | Q(OpenToMe("agenda"), is_for_all=True)
    rows: QuerySet[AgendaPaper] = _of_agenda_for(viewer, AgendaPaper, whole=seen).filter(NotHidden("pk"))
    return rows.order_by("added_at", "pk")


def prep_sheets_for(viewer: Viewer) -> QuerySet[PrepSheet]:
    """Return the prep sheets this viewer may read now, each agency's newest last."""
    seen = Q(WholeToMe("agenda")) | Q(OpenToMe("agenda"), agency=viewer.agency)
    rows: QuerySet[PrepSheet] = _of_agenda_for(viewer, PrepSheet, whole=seen).filter(NotHidden("pk"))
    return rows.select_related("agency", "answered_by__user").order_by("agency__name", "sequence")


def minutes_for(viewer: Viewer) -> QuerySet[Minutes]:
    """Return the fixed minutes this viewer may read now."""
    rows: QuerySet[Minutes] = _of_agenda_for(viewer, Minutes, whole=_MINUTES_TO_ME).filter(NotHidden("pk"))
    return rows.select_related("fixed_by__user", "fixed_by__agency", "written_by__user", "written_by__agency")


def attendees_for(viewer: Viewer) -> QuerySet[MinutesAttendee]:
    """Return who was there beside the members, for whoever reads the minutes now."""
    rows: QuerySet[MinutesAttendee] = _of_agenda_for(viewer, MinutesAttendee, whole=_MINUTES_TO_ME)
    return rows.filter(NotHidden("pk")).order_by("position")


def circulations_for(viewer: Viewer) -> QuerySet[MinutesCirculation]:
    """Return when fixed minutes were passed round and until when, each with ``is_running``, the latest first."""
    rows: QuerySet[MinutesCirculation] = _of_agenda_for(
        viewer, MinutesCirculation, whole=Q(MinutesToMe("agenda"))
    )
    running = ExpressionWrapper(Q(until__gt=ClockNow()), output_field=BooleanField())
    return rows.annotate(is_running=running).select_related("circulated_by__user").order_by("-until", "pk")


def may_receive(viewer: Viewer, item: AgendaItem) -> bool:
    """Return whether the viewer sits at this item and reads its fixed minutes now."""
    seat = AgendaMember.objects.filter(_MINUTES_TO_ME, agenda=item, membership=viewer.membership)
    return seat.exists() and minutes_for(viewer).filter(agenda=item).exists()


def draft_of(viewer: Viewer, item: AgendaItem) -> MinutesDraft | None:
    """Return the minutes as far as they are written; for the center's duty."""
    if not viewer.sees_all_cases:
        return None
    return (
        MinutesDraft.objects.filter(NotBlocked("case"), agenda=item).select_related("saved_by__user").first()
    )


def mark_of(draft: MinutesDraft | None) -> str:
    """Return what tells one state of minutes that are being written from the next, for a page that follows them."""
    return str(draft.version if draft else 0)


def copies_for(viewer: Viewer, item: AgendaItem) -> list[Any]:
    """Return the numbered copies of an item, each with ``returned_at``; for the center's duty."""
    if not viewer.sees_all_cases:
        return []
    rows = PaperCopy.objects.filter(NotBlocked("case"), agenda=item).annotate(
        returned_at=F("back__ticked_at")
    )
    return list(rows.select_related("membership__user", "membership__agency").order_by("number"))


def receipts_for(viewer: Viewer, item: AgendaItem) -> dict[int, MinutesReceipt]:
    """Return who has received the minutes, by membership; a member's own for everybody else."""
    rows: QuerySet[MinutesReceipt] = _of_agenda_for(
        viewer, MinutesReceipt, whole=_READ_BY_ME & Q(membership=viewer.membership)
    ).select_related("recorded_by__user")
    return {row.membership_id: row for row in rows.filter(agenda=item)}


def questionnaires_for(viewer: Viewer, item: AgendaItem) -> QuerySet[Questionnaire]:
    """Return what the members said of the meeting afterwards, by agency; a member's own for everybody else."""
    rows: QuerySet[Questionnaire] = _of_agenda_for(
        viewer, Questionnaire, whole=_READ_BY_ME & Q(membership=viewer.membership)
    ).filter(NotHidden("pk"), agenda=item)
    return rows.select_related("membership__user", "membership__agency").order_by(
        "membership__agency__name", "pk"
    )


def declarations_for(viewer: Viewer) -> QuerySet[AloneDeclaration]:
    """Return who of the members said that they are alone in a closed room; a member's own for everybody else."""
    rows: QuerySet[AloneDeclaration] = _of_agenda_for(
        viewer, AloneDeclaration, whole=Q(OpenToMe("agenda"), membership=viewer.membership)
    )
    return rows


def members_for(viewer: Viewer) -> QuerySet[AgendaMember]:
    """Return who sits at the table, by agency."""
    rows: QuerySet[AgendaMember] = _of_agenda_for(viewer, AgendaMember, whole=_READ_BY_ME)
    return rows.select_related("membership__user", "membership__agency").order_by(
        "-membership__agency__is_center", "membership__agency__name", "pk"
    )


def own_seat_for(viewer: Viewer, agenda: AgendaItem) -> AgendaMember | None:
    """Return the viewer's own seat at this item, as far as its papers are open to them now."""
    return AgendaMember.objects.filter(
        Q(OpenToMe("agenda")), agenda=agenda, membership=viewer.membership
    ).first()


@dataclass
class Asked:
    """One agency that sits at the table, and the newest of what it said before; None: nothing yet."""

    agency: Agency
    sheet: PrepSheet | None = None


@dataclass
class AgendaView:
    """One item as one viewer sees it. What does not reach them is empty."""

    item: AgendaItem
    people: list[AgendaPerson] = field(default_factory=list)
    members: list[AgendaMember] = field(default_factory=list)
    release: PaperRelease | None = None
    removal: AgendaRemoval | None = None
    papers: list[AgendaPaper] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    minutes: Minutes | None = None
    attendees: list[MinutesAttendee] = field(default_factory=list)
    circulations: list[Any] = field(default_factory=list)
    is_minutes_only: bool = False  # a member whom the minutes are passed round to, and nothing else is open

    @property
    def passed_until(self) -> Any:
        """Until when the members read the minutes that are passed round; None: they do not."""
        return next((each.until for each in self.circulations if each.is_running), None)

    @property
    def is_gone(self) -> bool:
        return self.removal is not None

    @property
    def is_over(self) -> bool:
        """Whether nothing is added any more."""
        return self.is_gone or self.minutes is not None

    @property
    def shows_prep(self) -> bool:
        """Whether there are prep sheets to read, or to come."""
        return not self.is_minutes_only and (not self.is_over or any(each.sheet for each in self.asked))

    @property
    def unanswered(self) -> list[Agency]:
        return [each.agency for each in self.asked if each.sheet is None]

    @property
    def who(self) -> str:
        """Who is talked about, as they are called at the table."""
        return "・".join(person.words for person in self.people)


def agenda_views_for(viewer: Viewer, items: Iterable[AgendaItem]) -> list[AgendaView]:
    """Return items of ``agendas_for`` with everything of them that reaches the viewer, in their order."""
    views = {item.pk: AgendaView(item) for item in items}
    keys = list(views)
    people = _of_agenda_for(viewer, AgendaPerson, whole=_READ_BY_ME)
    for person in people.filter(agenda__in=keys).order_by("position"):
        views[person.agenda_id].people.append(person)
    for member in members_for(viewer).filter(agenda__in=keys):
        views[member.agenda_id].members.append(member)
    for declaration in declarations_for(viewer).filter(agenda__in=keys):
        for member in views[declaration.agenda_id].members:
            if member.membership_id == declaration.membership_id:
                member.word = declaration
    for release in _of_agenda_for(viewer, PaperRelease).filter(agenda__in=keys):
        views[release.agenda_id].release = release
    if viewer.sees_all_cases:
        removals = AgendaRemoval.objects.filter(NotBlocked("case"), agenda__in=keys)
        for removal in removals.select_related("removed_by__user"):
            views[removal.agenda_id].removal = removal
    for paper in papers_for(viewer).filter(agenda__in=keys):
        views[paper.agenda_id].papers.append(paper)
    for minutes in minutes_for(viewer).filter(agenda__in=keys):
        views[minutes.agenda_id].minutes = minutes
    for attendee in attendees_for(viewer).filter(agenda__in=keys):
        views[attendee.agenda_id].attendees.append(attendee)
    for circulation in circulations_for(viewer).filter(agenda__in=keys):
        views[circulation.agenda_id].circulations.append(circulation)
    _ask(viewer, views)
    return list(views.values())


def _ask(viewer: Viewer, views: dict[uuid.UUID, AgendaView]) -> None:
    """Put to each item which agencies were asked, and what they said. Nobody whom only the minutes reach is told."""
    for view in views.values():
        view.is_minutes_only = not viewer.sees_all_cases and view.release is None
    said = {
        (sheet.agenda_id, sheet.agency_id): sheet
        for sheet in prep_sheets_for(viewer).filter(agenda__in=views)
    }
    for view in views.values():
        if view.is_minutes_only:
            continue
        agencies = {member.membership.agency_id: member.membership.agency for member in view.members}
        view.asked = [Asked(agency, said.get((view.item.pk, key))) for key, agency in agencies.items()]


def agendas_of_meeting_for(viewer: Viewer, meeting: Meeting) -> list[AgendaView]:
    """Return the items of a meeting that reach the viewer, in their order."""
    return agenda_views_for(viewer, agendas_for(viewer).filter(meeting=meeting).order_by("position"))


def agenda_for(viewer: Viewer, meeting: Meeting, agenda_id: uuid.UUID) -> AgendaView | None:
    """Return one item, or None if it does not reach the viewer now."""
    found = agendas_for(viewer).filter(meeting=meeting, pk=agenda_id)
    return next(iter(agenda_views_for(viewer, found)), None)


def unanswered_preps_for(viewer: Viewer, *, limit: int) -> list[tuple[AgendaItem, Agency]]:
    """Return which agencies have not said anything yet about which open items, the nearest meeting first; one's own for a member."""
    rows = agendas_for(viewer).filter(
        release__return_by__gt=ClockNow(), removal__isnull=True, minutes__isnull=True
    )  # fmt: skip
    # A member may not know the case, and a join would take the row away.
    rows = rows.select_related("meeting", *(["case__holder"] if viewer.sees_all_cases else []))
    views = agenda_views_for(viewer, rows.order_by("meeting__held_at", "position")[:limit])
    return [
        (view.item, agency)
        for view in views
        for agency in view.unanswered
        if viewer.sees_all_cases or agency.pk == viewer.agency.pk
    ]


def open_roles_for(viewer: Viewer, case: Case) -> list[AnsweredRole]:
    """Return the standing roles of a case that the next meeting has to look at: unanswered, declined, or late without a result.

    In the order of the decisions; for the center's duty.
    """
    if not viewer.sees_all_cases:
        return []
    return [role for role in answered_roles_for(viewer, Q(case=case)) if role.is_current and open_state(role)]


def reviews_for(viewer: Viewer, case: Case) -> list[Minutes]:
    """Return the fixed minutes whose decision is to be looked at again and was not yet, by that day; for the center's duty."""
    if not viewer.sees_all_cases:
        return []
    rows = minutes_for(viewer).filter(case=case, review_on__isnull=False).select_related("agenda__meeting")
    waiting = set(open_tasks_for(viewer).filter(case=case).values_list("pk", flat=True))
    return [row for row in rows.order_by("review_on", "pk") if row.review_key in waiting]


def open_state(role: AnsweredRole) -> str:
    """Say in words why a role is open; empty if it is not."""
    if role.is_unanswered:
        return _("未回答")
    last = role.last.kind if role.last else ""
    if last == AnswerKind.DECLINED:
        return str(AnswerKind.DECLINED.label)
    is_late = role.row.until_on is not None and role.row.until_on < timezone.localdate()
    return _("期限が過ぎています") if is_late and last != AnswerKind.RESULT else ""


def left_before() -> Exists:
    """Return the condition that an item was taken off before its meeting began: nobody talked about it there.

    What leaves afterwards, with a consent that is withdrawn, is closed to its members and took place all the same.
    """
    removals = AgendaRemoval.objects.filter(agenda=OuterRef("pk"))
    return Exists(removals.filter(removed_at__lt=OuterRef("meeting__held_at")))


def next_agenda_for(viewer: Viewer, item: AgendaItem, meeting: Meeting) -> AgendaItem | None:
    """Return the item with which the case is on the agenda of a later meeting, the nearest; for the center's duty."""
    if not viewer.sees_all_cases:
        return None
    later = agendas_for(viewer).filter(
        case=item.case_id, removal__isnull=True, meeting__held_at__gt=meeting.held_at
    )
    return later.select_related("meeting").order_by("meeting__held_at", "position").first()


@in_rounds
def case_agendas_for(viewer: Viewer, case: Case) -> Steps[list[AgendaItem]]:
    """Return the items about a case, the latest meeting first; for the center's duty.

    Each with ``is_gone``, with ``has_left_before`` (``left_before``) and with ``there``: who was there beside the members.
    """
    if not viewer.sees_all_cases:
        return []
    gone = AgendaRemoval.objects.filter(agenda=OuterRef("pk"))
    rows, there = yield [
        agendas_for(viewer)
        .filter(case=case)
        .annotate(is_gone=Exists(gone), has_left_before=left_before())
        .select_related("meeting")
        .order_by("-meeting__held_at", "position"),
        attendees_for(viewer).filter(case=case),
    ]
    for row in rows:
        row.there = [each for each in there if each.agenda_id == row.pk]
    found: list[AgendaItem] = rows
    return found


def record_agendas_read(viewer: Viewer, views: Iterable[AgendaView]) -> None:
    """Log which items were shown, and about whom: the center by its duty, everybody else as a named member."""
    reads: list[Read] = []
    for view in views:
        people: list[uuid.UUID | None] = [person.person_id for person in view.people]
        reads += [(view.item, view.item.case_id, person, "meeting") for person in people or [None]]
    ground = DUTY if viewer.sees_all_cases else MEMBER
    record_reads(viewer, reads, grounds={read[1:]: ground for read in reads})
