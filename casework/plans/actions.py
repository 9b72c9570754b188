"""Writing decisions and the agencies' answers."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from casework.cases.actions import next_number
from casework.cases.guards import refuse_ended
from casework.cases.models import Case
from casework.concealment.guard import add_all
from casework.events import record_event
from casework.files.actions import add_file_of_answer
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import members_of, workers_of
from casework.once import made_before, wait_for
from casework.ordinances.models import MeetingKind
from casework.referrals.states import TOLD_BY
from casework.sharing.actions import Label
from casework.sharing.bases import Basis
from casework.sharing.selectors import labelled_for, lines_to
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed
from permissions.uploads.pipeline import Taken
from permissions.viewer import Viewer

from .models import (
    ENDS_BEFORE,
    NEEDS_TEXT,
    NEXT_ANSWERS,
    NOBODY,
    TERMS,
    Commitment,
    Decision,
    DecisionEnd,
    Direction,
    InCharge,
    RoleAnswer,
    RoleEnd,
    RoleRow,
)

if TYPE_CHECKING:
    from casework.meetings.models import AgendaItem


@dataclass(frozen=True)
class DirectionDraft:
    """A paragraph of direction and whom it is about."""

    label: Label
    text: str


@dataclass(frozen=True)
class InPlaceOf:
    """What a decision takes the place of: decisions as wholes, and single roles, whose decisions stand otherwise and keep their answers."""

    decisions: Sequence[Decision] = ()
    roles: Sequence[RoleRow] = ()


NOTHING = InPlaceOf()


@dataclass(frozen=True)
class Enclosed:
    """A file that comes with an answer; ``has_no_place``: see ``add_file_of_answer``."""

    taken: Taken
    title: str = ""
    has_no_place: bool = False


@dataclass(frozen=True)
class Told:
    """How the center was told what an agency answers, when, and by whom."""

    medium: str
    said_at: dt.datetime
    contact_person: str


class SharingEnded(NotAllowed):
    """The sharing ended between page and button: nothing of it may be shown again, not even what was typed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "共有が終わったため、回答は記録されませんでした。送ったファイルも残していません。センターにお問い合わせください。"
            )
        )


@dataclass(frozen=True)
class RoleDraft:
    """A commitment that a decision gives to an agency (Commitment). ``plain``: the same in easy Japanese, which a plan keeps."""

    label: Label
    agency: Agency
    issue: str
    what: str
    seat: str = ""
    frequency: str = ""
    until_on: dt.date | None = None
    plain: str = ""
    service: str = ""
    starts_on: dt.date | None = None
    worker: str = ""
    deputy: str = ""
    needs: str = ""
    reports: str = ""

    @classmethod
    def of(cls, row: Commitment) -> RoleDraft:
        """Return what stands in a row, as a draft."""
        terms = {name: getattr(row, name) for name in TERMS}
        return cls(Label(row.person_id, row.item), **terms, plain=getattr(row, "plain", ""))

    @property
    def columns(self) -> dict[str, Any]:
        """The label and the terms, for a row."""
        terms = {name: getattr(self, name) for name in TERMS}
        return {"person_id": self.label.person_id, "item": self.label.item, **terms}


@transaction.atomic
def decide(
    case: Case,
    *,
    decided_on: dt.date,
    directions: Sequence[DirectionDraft],
    roles: Sequence[RoleDraft],
    in_place_of: InPlaceOf = NOTHING,
    agenda: AgendaItem | None = None,
    by: Viewer,
    key: uuid.UUID | None = None,
) -> Decision:
    """Record a decision with its directions and roles. It is frozen from then on.

    It ends what it is made ``in_place_of``. Raises NotAllowed in a case that has ended, for an empty decision, one that ends what has ended already or is of
    another case, and for a role whose agency may not be asked (``_check_role``). The same ``key`` gives the
    same decision again. Whoever answers a role that ends at this moment either was first, and the answer stays with
    it, or is told that there is a new one. ``agenda``: of the meeting with whose minutes it is fixed (meetings/minutes.py).
    """
    if not by.may("casework.decide"):
        raise NotAllowed(_("決定を記録する権限がありません。"))
    before: Decision | None = made_before(Decision, key)
    if before:
        return before
    # A consent that is taken back, a closing and an answer come before or after as wholes.
    refuse_ended(Case.objects.select_for_update(no_key=True).get(pk=case.pk))
    wait_for(case.pk)
    if not directions and not roles:
        raise NotAllowed(_("支援方針か役割を、1つ以上書いてください。"))
    is_meeting_only = agenda is not None and agenda.kind == MeetingKind.SUPPORT
    for draft in roles:
        _check_role(case, draft, is_meeting_only=is_meeting_only)
    _check_ended(case, in_place_of)
    decision = Decision(
        id=key or uuid.uuid4(),
        case=case,
        number=next_number("D"),
        decided_on=decided_on,
        decided_by=by.membership,
        agenda=agenda,
        is_meeting_only=is_meeting_only,
    )
    decision.save(force_insert=True)
    _add_directions(decision, directions)
    rows = _add_roles(decision, roles)
    ended = _end(decision, in_place_of)
    after = {"number": decision.number, **({"ends": len(ended)} if ended else {})}
    record_event(by, "decided", decision, case_id=case.pk, after=after)
    for kind, row in (
        *((NotificationKind.ROLE, row) for row in rows),
        *((NotificationKind.ROLE_ENDED, row) for row in ended),
    ):
        notify(kind, row, to=members_of(row.agency_id, permission="casework.answer_role"), by=by)
    return decision


def _check_ended(case: Case, before: InPlaceOf) -> None:
    """Raise NotAllowed for what has ended or is of another case."""
    cases = {each.case_id for each in before.decisions} | {role.case_id for role in before.roles}
    if not cases <= {case.pk}:
        raise NotAllowed(_("ほかのケースの決定は、置き換えられません。"))
    if DecisionEnd.objects.filter(ended__in=before.decisions).exists():
        raise NotAllowed(_("この決定は、すでに新しい決定に置き換えられています。"))
    if RoleEnd.objects.filter(role__in=before.roles).exists():
        raise NotAllowed(_("終わりにする役割の中に、すでに新しい決定に置き換えられたものがあります。"))


def _end(decision: Decision, before: InPlaceOf) -> list[RoleRow]:
    """End decisions with all their roles, and single roles with the decision of which nothing else stands. Return the roles."""
    standing = RoleRow.objects.filter(case=decision.case_id, end__isnull=True)
    over = standing.filter(Q(decision__in=before.decisions) | Q(pk__in=[role.pk for role in before.roles]))
    rows = list(over.select_related("decision").order_by("decision__recorded_at", "position"))
    for row in rows:
        label = {"case_id": row.case_id, "person_id": row.person_id, "item": row.item}
        RoleEnd(role=row, decision=decision, **label).save(force_insert=True)
    whole = {each.pk: each for each in before.decisions}
    for each in {row.decision_id: row.decision for row in rows}.values():
        if _nothing_stands(each):
            whole.setdefault(each.pk, each)
    for each in whole.values():
        DecisionEnd(ended=each, case_id=decision.case_id, decision=decision).save(force_insert=True)
    return rows


def _nothing_stands(decision: Decision) -> bool:
    """Whether neither a direction nor a role of it stands, what is hidden from everybody included."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_nothing_stands(%s)", [decision.pk])
        return bool(cursor.fetchone()[0])


def check_days(draft: RoleDraft) -> None:
    """Raise NotAllowed for a role that ends before it begins."""
    if draft.starts_on and draft.until_on and draft.until_on < draft.starts_on:
        raise NotAllowed(ENDS_BEFORE)


def _check_role(case: Case, draft: RoleDraft, *, is_meeting_only: bool) -> None:
    """The center needs no line; everybody else must be shown what they are asked to do, and by a right that carries it.

    What an agency is shown because a 支援会議 may speak without consent is decided there (domain.md 3.2), not around it.
    """
    check_days(draft)
    if draft.agency.is_center:
        return
    label = draft.label
    words = {"agency": draft.agency.name}
    lines = lines_to(draft.agency, case_id=case.pk, person_id=label.person_id, item=label.item)
    if not lines.exists():
        raise NotAllowed(
            _("%(agency)sには、この人の「役割分担」がまだ共有されていません。先に共有してください。") % words
        )
    if not is_meeting_only and not lines.exclude(basis=Basis.SUPPORT_MEETING).exists():
        raise NotAllowed(
            _(
                "%(agency)sには、この人のことを支援会議（社会福祉法106条の6）を根拠に見せています。頼むことは支援会議の議題で決めて、議事録といっしょに"
                "確定してください。本人の同意があれば、同意を根拠に共有してから、ここで決められます。"
            )
            % words
        )


def _add_directions(decision: Decision, drafts: Sequence[DirectionDraft]) -> None:
    rows = (
        Direction(
            decision=decision,
            case_id=decision.case_id,
            person_id=draft.label.person_id,
            item=draft.label.item,
            is_meeting_only=decision.is_meeting_only,
            position=position,
            text=draft.text,
        )
        for position, draft in enumerate(drafts)
    )
    add_all(Direction, rows)


def _add_roles(decision: Decision, drafts: Sequence[RoleDraft]) -> list[RoleRow]:
    rows = [
        RoleRow(
            decision=decision,
            case_id=decision.case_id,
            is_meeting_only=decision.is_meeting_only,
            position=position,
            **draft.columns,
        )
        for position, draft in enumerate(drafts)
    ]
    add_all(RoleRow, rows)
    return rows


@transaction.atomic
def answer_role(
    role: RoleRow,
    *,
    kind: str,
    text: str,
    answered: int,
    by: Viewer,
    in_charge: InCharge = NOBODY,
    enclosed: Enclosed | None = None,
    told: Told | None = None,
) -> RoleAnswer:
    """Record an agency's answer to its role: its own, with the file it sends along, or what it ``told`` the center (AT-6).

    ``in_charge``: who does it there from now on; nobody leaves it as it was. ``answered`` is the number of answers the form showed; a double click or a colleague who was quicker makes
    it stale, which raises NotAllowed and records nothing. So does an answer that may not follow the last one, a
    role of another agency and one that has ended. Raises SharingEnded if the role is no longer shared.
    """
    _check_answerer(role, told, by)
    wait_for(role.case_id)
    if not _is_shared(role, by):
        raise SharingEnded
    if RoleEnd.objects.filter(role=role).exists():
        raise NotAllowed(
            _("この役割は、新しい決定で終わりました。新しい役割があるときは、そちらにお答えください。")
        )
    answers = list(RoleAnswer.objects.filter(role=role).order_by("sequence"))
    last = answers[-1].kind if answers else ""
    if len(answers) != answered:
        raise NotAllowed(_("同じ機関のほかの人が先に答えました。いまの回答をご確認ください。"))
    if kind not in NEXT_ANSWERS[last]:
        raise NotAllowed(_("この回答は、いまの状態では選べません。"))
    if kind in NEEDS_TEXT and not text.strip():
        raise NotAllowed(_("内容（条件・理由・報告）を書いてください。"))
    with _while_shared(role, by):
        answer = _save_answer(
            role, kind=kind, text=text, in_charge=in_charge, told=told, sequence=answered + 1, by=by
        )
        if enclosed:
            add_file_of_answer(
                answer, enclosed.taken, title=enclosed.title, has_no_place=enclosed.has_no_place, by=by
            )
    readers = workers_of(role.case, besides=[role.decision.decided_by_id])
    if told:  # whoever is said to have answered can object
        readers += members_of(role.agency_id, permission="casework.answer_role")
    notify(NotificationKind.ROLE_ANSWER, role, to=readers, by=by)
    return answer


def _check_answerer(role: RoleRow, told: Told | None, by: Viewer) -> None:
    if told is None:
        if not by.may("casework.answer_role") or role.agency_id != by.agency.pk:
            raise NotAllowed(_("この役割に答えられるのは、引き受ける機関だけです。"))
        return
    if not (by.sees_all_cases and by.may("casework.share")):
        raise NotAllowed(_("機関から聞いた返事を記録できるのは、センターだけです。"))
    if told.medium not in TOLD_BY:
        raise NotAllowed(_("返事の方法を選んでください。"))
    if not told.contact_person.strip():
        raise NotAllowed(_("だれから聞いたかを書いてください。"))


@contextmanager
def _while_shared(role: RoleRow, by: Viewer) -> Iterator[None]:
    """Undo an answer, and what came with it, that the database refuses because the line ended meanwhile."""
    try:
        with transaction.atomic():
            yield
    except ProgrammingError as error:
        if _is_shared(role, by):
            raise
        raise SharingEnded from error


def _is_shared(role: RoleRow, by: Viewer) -> bool:
    return labelled_for(by, RoleRow).filter(pk=role.pk).exists()


def _save_answer(
    role: RoleRow,
    *,
    kind: str,
    text: str,
    in_charge: InCharge,
    told: Told | None,
    sequence: int,
    by: Viewer,
) -> RoleAnswer:
    answer = RoleAnswer(
        role=role,
        case_id=role.case_id,
        person_id=role.person_id,
        item=role.item,
        agency_id=role.agency_id,
        sequence=sequence,
        kind=kind,
        text=text.strip(),
        worker=in_charge.worker.strip(),
        deputy=in_charge.deputy.strip(),
        answered_by=by.membership,
        **(asdict(told) if told else {}),
    )
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("同じ機関のほかの人が先に答えました。いまの回答をご確認ください。")) from error
    record_event(
        by,
        "role_answered",
        answer,
        case_id=role.case_id,
        person_id=role.person_id,
        item=role.item,
        after={"kind": kind, "sequence": sequence, "medium": answer.medium},
    )
    return answer
