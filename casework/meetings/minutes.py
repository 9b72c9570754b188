"""Writing minutes, fixing them with what was decided, and handing them out."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.cases.models import Case
from casework.concealment.guard import add_all, refuse_places
from casework.dates import in_era
from casework.events import record_event
from casework.households.models import Person
from casework.households.words import in_words
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.once import made_before
from casework.ordinances.models import MeetingKind
from casework.plans.actions import NOTHING, DirectionDraft, InPlaceOf, RoleDraft, decide
from casework.plans.models import Decision
from casework.seen import ChangedMeanwhile
from casework.sharing.actions import Label
from casework.sharing.items import Item
from casework.tasks.actions import TaskDraft, add_task
from casework.tasks.selectors import may_own
from permissions.agencies.models import Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.people import name_of
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .models import (
    LONGEST_CIRCULATION,
    AgendaItem,
    AgendaRemoval,
    Meeting,
    Minutes,
    MinutesAttendee,
    MinutesCirculation,
    MinutesDraft,
    MinutesReceipt,
    PaperCopy,
    PaperRelease,
    PaperReturn,
    Questionnaire,
    ReceiptMedium,
)
from .rules import lacks_agencies, what_stands, who_may_read, why_it_stands, words_at_table
from .selectors import may_receive, minutes_for

TEXTS = ("facts", "points", "reservations", "handling")


@dataclass(frozen=True)
class MinutesText:
    """What the minutes say."""

    facts: str = ""
    points: str = ""
    reservations: str = ""
    handling: str = ""

    def values(self) -> dict[str, str]:
        return {name: getattr(self, name).strip() for name in TEXTS}


def _lock(item: AgendaItem) -> None:
    Case.objects.select_for_update(no_key=True).get(pk=item.case_id)


def _check_open(item: AgendaItem) -> None:
    """An item that left before the meeting was not talked about; one that left afterwards was, and its minutes are kept."""
    if Minutes.objects.filter(agenda=item).exists():
        raise NotAllowed(_("この議題の議事録は、すでに確定しています。"))
    if AgendaRemoval.objects.filter(agenda=item, removed_at__lt=item.meeting.held_at).exists():
        raise NotAllowed(_("この議題は、会議の前に取り下げられています。"))


@transaction.atomic
def take_writing(meeting: Meeting, *, by: Viewer) -> None:
    """Be the one who keeps the minutes from now on. Whoever did before keeps what they typed, and is told when they save."""
    if not by.may("casework.write_note") or not by.sees_all_cases:
        raise NotAllowed(_("議事録を書く権限がありません。"))
    locked = Meeting.objects.select_for_update().get(pk=meeting.pk)
    if locked.writer_id == by.membership.pk:
        return
    if "writer_id" in what_stands(locked):
        raise NotAllowed(why_it_stands({"writer_id"}))
    locked.writer = by.membership
    locked.save(update_fields=["writer"])
    record(by, "writing_taken", locked)


@transaction.atomic
def save_minutes(item: AgendaItem, text: MinutesText, *, seen: int, by: Viewer) -> MinutesDraft:
    """Save what is written so far. ``seen``: the version that the page showed, 0 for none.

    Raises ChangedMeanwhile with what stands if it was saved since, NotAllowed for anybody but the writer of the meeting and once
    the minutes are fixed. Nothing typed is lost by either: the page shows it again.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("議事録を書く権限がありません。"))
    _lock(item)
    meeting = Meeting.objects.select_for_update().select_related("writer__user").get(pk=item.meeting_id)
    _check_open(item)
    if meeting.writer_id != by.membership.pk:
        raise NotAllowed(
            _("いまは%(name)sさんが議事録を書いています。書いたものは、下に残っています。")
            % {"name": name_of(meeting.writer.user)}
        )
    now = MinutesDraft.objects.filter(agenda=item).first()
    if (now.version if now else 0) != seen:
        raise ChangedMeanwhile(now)
    row = now or MinutesDraft(agenda=item, case_id=item.case_id)
    for name, value in text.values().items():
        setattr(row, name, value)
    row.version, row.saved_by, row.saved_at = seen + 1, by.membership, timezone.now()
    refuse_places([row])
    row.save(force_insert=now is None)
    after = {"version": row.version}
    record_event(by, "minutes_saved", row, case_id=item.case_id, item=Item.MEETING, after=after)
    return row


@dataclass(frozen=True)
class Outcome:
    """What was decided about an item; nothing of it: it was talked about only."""

    directions: Sequence[DirectionDraft] = ()
    roles: Sequence[RoleDraft] = ()
    in_place_of: InPlaceOf = NOTHING


@dataclass(frozen=True)
class AlsoThere:
    """Somebody beside the members who was there: of the household, or somebody else by name and capacity."""

    words: str
    person_id: uuid.UUID | None = None
    capacity: str = ""


@transaction.atomic
def fix_item(
    item: AgendaItem,
    outcome: Outcome,
    *,
    seen: int,
    present: Iterable[int],
    also_there: Sequence[AlsoThere] = (),
    review_on: dt.date | None = None,
    circulate_until: dt.datetime | None = None,
    by: Viewer,
) -> tuple[Minutes, Decision | None]:
    """Fix the minutes of an item and record what was decided, together. From then on nobody changes anything of it.

    ``circulate_until``: the minutes are passed round in the same act (``circulate_minutes``). Members are told if they can read.
    ``also_there``: of the household and others, beside the members (``present``). ``review_on``: what was decided is looked at
    again then, a task of whoever works on the case.

    ``seen``: the version of the draft that was looked at. Raises ChangedMeanwhile if it was saved since, NotAllowed for what
    ``decide`` refuses, for an outcome about somebody who is not on the table (AT-3), for somebody without words or capacity or called
    by their name, for a day of review that has gone by, before the day of the meeting, without a draft, where a meeting of agencies
    never opened its papers (so that its members were not fixed) or has no other agency, and if somebody else was quicker.
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("決定を記録する権限がありません。"))
    _lock(item)
    _check_open(item)
    draft, held_on = _draft_to_fix(item, seen)
    if review_on and review_on < timezone.localdate():
        raise NotAllowed(_("見直しの日が、過ぎた日になっています。"))
    if missing := _not_on_the_table(item, outcome):
        raise NotAllowed(missing)
    decision = _decide(item, outcome, held_on, by)
    minutes = Minutes(
        agenda=item, case_id=item.case_id, version=draft.version, present=sorted(set(present)), review_on=review_on,
        written_by_id=draft.saved_by_id, fixed_by=by.membership, decided=_told_to_members(item, outcome),
        **{name: getattr(draft, name) for name in TEXTS},
    )  # fmt: skip
    draft.delete()
    try:
        with transaction.atomic():
            add_all(Minutes, [minutes])
    except IntegrityError as error:
        raise NotAllowed(
            _("資料を公開していない議題は確定できません。構成員が固定されていないためです。")
        ) from error
    _write_attendees(item, also_there)
    after = {"version": minutes.version, "decision": decision.number if decision else ""}
    record_event(by, "minutes_fixed", minutes, case_id=item.case_id, item=Item.MEETING, after=after)
    if review_on:
        _ask_for_review(item, minutes, review_on, by)
    if circulate_until:
        circulate_minutes(item, until=circulate_until, by=by)
    elif _papers_are_open(item):
        _tell_readers(item, by)
    return minutes, decision


def _papers_are_open(item: AgendaItem) -> bool:
    open_now = PaperRelease.objects.filter(return_by__gt=ClockNow(), agenda__removal__isnull=True)
    return bool(open_now.filter(agenda=item).exists())


def _not_on_the_table(item: AgendaItem, outcome: Outcome) -> str:
    """Say about whom something would be decided without them on the table; empty if nobody. The center decides inside about anybody."""
    if item.kind == MeetingKind.INTERNAL:
        return ""
    labels = [*(each.label for each in outcome.directions), *(each.label for each in outcome.roles)]
    on_table = set(item.people.values_list("person_id", flat=True))
    missing = {label.person_id for label in labels if label.person_id} - on_table
    names = [person.name for person in Person.objects.filter(pk__in=missing).order_by("position", "pk")]
    if not names:
        return ""
    return _(
        "%(names)sさんは、この議題の人に入っていません。その人の支援方針と役割を外すか、その人も入れた議題を立て直してください。"
    ) % {"names": _("・").join(names)}


def _told_to_members(item: AgendaItem, outcome: Outcome) -> str:
    """Return what was decided as members of a 支援会議 read it with the minutes: people by their words at the table, names nowhere.

    Nothing at a meeting that rests on consent: a role of it may be about what a member's agency is not agreed to be shown, and by
    its own label each reads there what it may.
    """
    if item.kind != MeetingKind.SUPPORT:
        return ""
    everybody = list(Person.objects.filter(case=item.case_id))
    with translation.override("ja"):  # kept as the minutes are, whoever fixes them in which language
        words = words_at_table(item.people.all(), everybody)
        called: dict[uuid.UUID | None, str] = {None: _("世帯全体")}
        called |= {person.pk: word for person, (_name, word) in zip(everybody, words, strict=True)}
        lines = [
            _("支援方針（%(who)s）：%(text)s") % {"who": called[draft.label.person_id], "text": draft.text}
            for draft in outcome.directions
        ]
        for role in outcome.roles:
            until = _("%(day)sまで") % {"day": in_era(role.until_on)} if role.until_on else ""
            does = pgettext("between names", "、").join(filter(None, (role.what, role.frequency, until)))
            told = {"who": called[role.label.person_id], "agency": role.agency.name, "does": does}
            lines.append(_("役割（%(who)s）：%(agency)s　%(does)s") % told)
    return in_words("\n".join(lines), words)


def _write_attendees(item: AgendaItem, also_there: Sequence[AlsoThere]) -> None:
    names = dict(Person.objects.filter(case=item.case_id).values_list("pk", "name"))
    for each in also_there:
        if each.person_id and each.person_id not in names:
            raise NotAllowed(_("この世帯にいない人が含まれています。"))
        if each.person_id and names[each.person_id] in each.words:
            raise NotAllowed(
                _("会議での呼び方に、氏名は書けません。「本人」「長男」のように書いてください。")
            )
        if not each.words.strip() or not (each.person_id or each.capacity.strip()):
            raise NotAllowed(_("出席した人の、呼び方か、氏名と立場を書いてください。"))
    rows = [
        MinutesAttendee(
            agenda=item, case_id=item.case_id, person_id=each.person_id, position=position, words=each.words.strip(),
            capacity="" if each.person_id else each.capacity.strip(),
        )
        for position, each in enumerate(also_there)
    ]  # fmt: skip
    add_all(MinutesAttendee, rows)


def _ask_for_review(item: AgendaItem, minutes: Minutes, review_on: dt.date, by: Viewer) -> None:
    """Write down that somebody looks again. A task is read by its label: of a 支援会議 it names nothing."""
    case = Case.objects.select_related("worker").get(pk=item.case_id)
    what = _("%(number)sで決めたことを見直す") % {"number": item.meeting.number}
    if item.kind == MeetingKind.SUPPORT:
        what = _("決めたことを見直す")
    owner = case.worker if case.worker and may_own(case.worker) else by.membership
    draft = TaskDraft(Label(None, Item.MEETING), what, review_on, owner)
    add_task(case, draft, by=by, key=minutes.review_key)


def _draft_to_fix(item: AgendaItem, seen: int) -> tuple[MinutesDraft, dt.date]:
    """Return what is fixed and the day of the meeting, which nobody moves from here on. Raises as fix_item does."""
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=item.meeting_id)
    held_on = timezone.localdate(meeting.held_at)
    if held_on > timezone.localdate():
        raise NotAllowed(_("会議の日が来る前に、議事録は確定できません。"))
    draft = MinutesDraft.objects.filter(agenda=item).first()
    if draft is None or not (draft.facts or draft.points):
        raise NotAllowed(_("先に議事録を書いてください。"))
    if draft.version != seen:
        raise ChangedMeanwhile(draft)
    members = [row.membership for row in item.members.select_related("membership__agency")]
    for text in lacks_agencies(item.kind, members):
        raise NotAllowed(text)
    return draft, held_on


def _tell_readers(item: AgendaItem, by: Viewer) -> list[int]:
    told = sorted(seat.pk for seat in who_may_read(item))
    notify(NotificationKind.PAPERS, item.meeting, to=told, by=by)
    return told


@transaction.atomic
def circulate_minutes(
    item: AgendaItem, *, until: dt.datetime, by: Viewer, key: uuid.UUID | None = None
) -> MinutesCirculation:
    """Pass the fixed minutes round to the members, who read them, and nothing else of the item, until then. ``until`` is aware.

    May be done again; what was done stands. The same ``key`` gives the same row again. Raises NotAllowed before the minutes are fixed, for
    an item that left, and for a moment that has gone by or lies more than LONGEST_CIRCULATION ahead. Only who can read is told.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("会議を決める権限がありません。"))
    before: MinutesCirculation | None = made_before(MinutesCirculation, key)
    if before:
        return before
    _lock(item)
    if AgendaRemoval.objects.filter(agenda=item).exists():
        raise NotAllowed(_("取り下げた議題の議事録は、回覧できません。"))
    if not Minutes.objects.filter(agenda=item).exists():
        raise NotAllowed(_("議事録を確定してから、回覧してください。"))
    now = timezone.now()
    if until <= now:
        raise NotAllowed(_("議事録を読める期限が、過ぎた時刻になっています。"))
    if until > now + LONGEST_CIRCULATION:
        raise NotAllowed(
            _("議事録を読める期限は、いまから%(days)d日以内にしてください。")
            % {"days": LONGEST_CIRCULATION.days}
        )
    row = MinutesCirculation(
        id=key or uuid.uuid4(), agenda=item, case_id=item.case_id, until=until, circulated_by=by.membership
    )
    row.save(force_insert=True)
    after = {"until": until.isoformat(), "members": _tell_readers(item, by)}
    record_event(by, "minutes_circulated", row, case_id=item.case_id, item=Item.MEETING, after=after)
    return row


def _decide(item: AgendaItem, outcome: Outcome, held_on: dt.date, by: Viewer) -> Decision | None:
    if not outcome.directions and not outcome.roles:
        return None
    return decide(
        item.case, decided_on=held_on, directions=outcome.directions, roles=outcome.roles,
        in_place_of=outcome.in_place_of, agenda=item, by=by,
    )  # fmt: skip


@transaction.atomic
def receive_minutes(minutes: Minutes, *, by: Viewer) -> MinutesReceipt:
    """Say that one has received the fixed minutes; a second time changes nothing. Raises NotAllowed when they are not open (any more)."""
    found = MinutesReceipt.objects.filter(agenda=minutes.agenda_id, membership=by.membership).first()
    if found:
        return found
    row = MinutesReceipt(agenda_id=minutes.agenda_id, case_id=minutes.case_id, membership=by.membership)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # a double click
        return MinutesReceipt.objects.get(agenda=minutes.agenda_id, membership=by.membership)
    except DatabaseError as error:
        if minutes_for(by).filter(pk=minutes.pk).exists() and not by.sees_all_cases:
            raise
        raise NotAllowed(_("受け取るのは、構成員です。")) from error
    record(by, "minutes_received", row, case=minutes.case_id, item=Item.MEETING)
    return row


@dataclass(frozen=True)
class QuestionnaireDraft:
    """What a member says of the meeting: of their agency's role, of the talk, and in their own words."""

    role_clear: str
    could_talk: str
    noticed: str = ""


@transaction.atomic
def answer_questionnaire(item: AgendaItem, draft: QuestionnaireDraft, *, by: Viewer) -> Questionnaire:
    """Say what one thinks of the meeting, once. Raises NotAllowed the second time, and for whoever does not read the minutes now."""
    if not may_receive(by, item):
        raise NotAllowed(_("アンケートに答えるのは、確定した議事録を読める構成員です。"))
    row = Questionnaire(
        agenda=item, case_id=item.case_id, membership=by.membership, role_clear=draft.role_clear,
        could_talk=draft.could_talk, noticed=draft.noticed.strip(),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("このアンケートには、もう答えています。")) from error
    record(by, "questionnaire_answered", row, case=item.case_id, item=Item.MEETING)
    return row


@transaction.atomic
def record_paper_receipts(item: AgendaItem, members: Iterable[Membership], *, by: Viewer) -> int:
    """Record that these members have the fixed minutes on paper; return how many had not received them before.

    Raises NotAllowed before they are fixed, for an item that left, and for whoever may not read them: no member, or with the smallest view.
    """
    if not by.may("casework.write_note") or not by.sees_all_cases:
        raise NotAllowed(_("会議資料を書く権限がありません。"))
    wanted = {seat.pk for seat in members}
    whole = set(item.members.filter(is_whole=True).values_list("membership", flat=True))
    if not wanted or not wanted <= whole:
        raise NotAllowed(_("紙で議事録を渡した構成員を選んでください。"))
    _lock(item)
    if not Minutes.objects.filter(agenda=item).exists() or AgendaRemoval.objects.filter(agenda=item).exists():
        raise NotAllowed(_("議事録を渡せるのは、議事録を確定した議題だけです。"))
    had = set(MinutesReceipt.objects.filter(agenda=item).values_list("membership", flat=True))
    rows = [
        MinutesReceipt(
            agenda=item, case_id=item.case_id, membership_id=key, medium=ReceiptMedium.PAPER, recorded_by=by.membership
        )
        for key in sorted(wanted - had)
    ]  # fmt: skip
    if not rows:
        return 0
    MinutesReceipt.objects.bulk_create(rows, ignore_conflicts=True)
    after = {"members": [row.membership_id for row in rows]}
    record_event(by, "minutes_handed_over", item, case_id=item.case_id, item=Item.MEETING, after=after)
    return len(rows)


@transaction.atomic
def hand_out(item: AgendaItem, members: Iterable[Membership], *, by: Viewer) -> list[PaperCopy]:
    """Number a copy on paper for each of these members. Raises NotAllowed for who is none, and unless the papers were opened to them.

    Paper is shown under the same law as a screen.
    """
    if not by.may("casework.write_note"):
        raise NotAllowed(_("会議資料を書く権限がありません。"))
    wanted = {seat.pk for seat in members}
    if not wanted or set(item.members.values_list("membership", flat=True)) & wanted != wanted:
        raise NotAllowed(_("紙の資料を渡す構成員を選んでください。"))
    _lock(item)
    if (
        not PaperRelease.objects.filter(agenda=item).exists()
        or AgendaRemoval.objects.filter(agenda=item).exists()
    ):
        raise NotAllowed(_("紙の資料を渡せるのは、資料を公開した議題だけです。"))
    last = PaperCopy.objects.filter(agenda=item).aggregate(last=Max("number"))["last"] or 0
    rows = [
        PaperCopy(
            agenda=item, case_id=item.case_id, number=number, membership_id=key, handed_by=by.membership
        )
        for number, key in enumerate(sorted(wanted), start=last + 1)
    ]
    PaperCopy.objects.bulk_create(rows)
    after = {"numbers": [row.number for row in rows]}
    record_event(by, "copies_handed_out", item, case_id=item.case_id, item=Item.MEETING, after=after)
    return rows


@transaction.atomic
def tick_returned(copies: Iterable[PaperCopy], *, by: Viewer) -> int:
    """Tick off copies that came back; return how many had not been."""
    if not by.may("casework.write_note"):
        raise NotAllowed(_("会議資料を書く権限がありません。"))
    missing = [copy for copy in copies if not PaperReturn.objects.filter(copy=copy).exists()]
    rows = [
        PaperReturn(id=uuid.uuid4(), copy=copy, case_id=copy.case_id, ticked_by=by.membership)
        for copy in missing
    ]
    PaperReturn.objects.bulk_create(rows, ignore_conflicts=True)
    for copy in missing:
        after = {"number": copy.number}
        record_event(by, "copy_returned", copy, case_id=copy.case_id, item=Item.MEETING, after=after)
    return len(missing)
