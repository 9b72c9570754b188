"""Handing over, answering, taking back. Nobody is dropped: at every moment exactly one agency holds the case."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.cases.actions import hand_over_case, move_to_stage, next_number
from casework.cases.guards import refuse_ended
from casework.cases.models import Case
from casework.cases.states import Stage, next_stages
from casework.codes.selectors import choices_of
from casework.codes.settings import count_of
from casework.events import record_event
from casework.intake.models import Urgency
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import chiefs, members_of, workers_of
from casework.once import made_before, wait_for
from casework.sharing.actions import Ground, Label, end_lines, share_items
from casework.sharing.consents import support_for
from casework.sharing.items import Item
from casework.sharing.models import EndCause, ShareLine
from forms_app.status.promise import working_day_after
from permissions.agencies.models import Agency, Membership
from permissions.agencies.selectors import viewer_for_membership
from permissions.errors import NotAllowed
from permissions.roles import ROLES
from permissions.viewer import Viewer
from permissions.walls.context import acting_for

from .models import (
    Referral,
    ReferralAnswer,
    ReferralItem,
    ReferralLine,
    ReferralReminder,
    ReferralRevocation,
)
from .selectors import open_views_without_access_check
from .states import (
    NEEDS_WORDS,
    NEXT_KINDS,
    OVER,
    Medium,
    ReferralAnswerKind,
)

K = ReferralAnswerKind


@dataclass(frozen=True)
class ReferralDraft:
    """What is handed over. ``agreed``: what the agency will see besides the packet once it accepts."""

    receiver: Agency
    person_id: uuid.UUID | None
    heard: str
    issues: str
    we_keep: str
    ground: Ground
    answer_by: dt.date
    agreed: tuple[Label, ...] = ()
    wishes: str = ""
    explained: str = ""
    promised: str = ""
    accompanied_by: str = ""
    urgency: str = Urgency.D


@transaction.atomic
def send_referral(
    case: Case,
    draft: ReferralDraft,
    *,
    by: Viewer,
    follows: Referral | None = None,
    key: uuid.UUID | None = None,
) -> Referral:
    """Hand a case over to an agency: it may read the packet from now on, and the agreed items once it accepts.

    The center goes on holding the case until the agency reports that it met the person. The same ``key`` gives the same
    referral again. Raises NotAllowed in a case that has ended, as share_items does, for a packet that says nothing, and when nothing is kept: a referral is
    no throwing over the fence (domain.md 2.5).
    """
    before: Referral | None = made_before(Referral, key)
    if before:
        return before
    refuse_ended(case)
    _check_draft(case, draft, by)
    referral = _packet_of(case, draft, by, key=key, follows=follows)
    packet = Label(draft.person_id, Item.REFERRAL)
    lines = share_items(
        case, agency=draft.receiver, labels=[packet], ground=_ground(referral, draft.ground), by=by
    )
    try:
        with transaction.atomic():
            referral.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("このつなぎには、すでにつぎのつなぎがあります。")) from error
    ReferralItem.objects.bulk_create(
        ReferralItem(referral=referral, case=case, person_id=label.person_id, item=label.item)
        for label in sorted(set(draft.agreed), key=str)
    )
    _keep_lines(referral, lines)
    after = {"number": referral.number, "receiver": draft.receiver.pk}
    record_event(
        by,
        "referral_sent",
        referral,
        case_id=case.pk,
        person_id=draft.person_id,
        item=Item.REFERRAL,
        after=after,
    )
    _move(case, Stage.REFERRING, by)
    answerers = members_of(draft.receiver.pk, permission="casework.answer_role")
    notify(NotificationKind.REFERRAL, referral, to=answerers, by=by)
    return referral


def _packet_of(
    case: Case, draft: ReferralDraft, by: Viewer, *, key: uuid.UUID | None, follows: Referral | None
) -> Referral:
    """Return the packet with its number, not yet saved: its line comes first."""
    return Referral(
        id=key or uuid.uuid4(),
        case=case,
        person_id=draft.person_id,
        item=Item.REFERRAL,
        number=next_number("T"),
        sender=by.agency,
        receiver=draft.receiver,
        sent_by=by.membership,
        urgency=draft.urgency,
        heard=draft.heard.strip(),
        issues=draft.issues.strip(),
        wishes=draft.wishes.strip(),
        explained=draft.explained.strip(),
        promised=draft.promised.strip(),
        we_keep=draft.we_keep.strip(),
        accompanied_by=draft.accompanied_by.strip(),
        answer_by=draft.answer_by,
        basis=draft.ground.basis,
        evidence=draft.ground.evidence,
        until=draft.ground.until,
        approver=draft.ground.approver,
        follows=follows,
    )


def _check_draft(case: Case, draft: ReferralDraft, by: Viewer) -> None:
    if not by.may("casework.share"):
        raise NotAllowed(_("つなぎを送る権限がありません。"))
    if not (draft.heard.strip() and draft.issues.strip()):
        raise NotAllowed(_("聞き取ったことと課題を書いてください。概要のないつなぎは送れません。"))
    if not draft.ground.evidence.strip():
        raise NotAllowed(_("根拠の内容を書いてください。"))
    if not draft.we_keep.strip():
        raise NotAllowed(_("つなぎ元が続けることを書いてください。"))
    if draft.answer_by < timezone.localdate():
        raise NotAllowed(_("返事がほしい日が、過ぎた日になっています。"))
    if any(label.item == Item.REFERRAL for label in draft.agreed):
        raise NotAllowed(_("知らない項目が含まれています。"))
    # Found out now, not when the agency accepts.
    if draft.ground.basis == "consent":
        for label in draft.agreed:
            support_for(case, agency=draft.receiver, person_id=label.person_id, item=label.item)


def _ground(referral: Referral, ground: Ground) -> Ground:
    """Every referral has lines of its own, which end with it: its number is in their evidence."""
    evidence = f"{ground.evidence}（{referral.number}）"
    return Ground(ground.basis, evidence, ground.approver, ground.until, ground.starts_at, ground.despite)


def _keep_lines(referral: Referral, lines: list[ShareLine]) -> None:
    ReferralLine.objects.bulk_create(
        ReferralLine(referral=referral, case_id=referral.case_id, line=line) for line in lines
    )


def _move(case: Case, stage: str, by: Viewer) -> None:
    """Move the case where the table of stages allows it; a referral in another stage leaves the stage alone."""
    case.refresh_from_db(fields=["stage"])
    if stage in next_stages(case.stage):
        move_to_stage(case, stage=stage, by=by)


# --- answers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AnswerDraft:
    """What the agency says; ``medium`` and ``said_at`` where the center writes down what it was told."""

    kind: str
    words: str = ""
    reason: str = ""
    contact_person: str = ""
    medium: str = Medium.ACCOUNT
    said_at: dt.datetime | None = None


@transaction.atomic
def answer_referral(referral: Referral, draft: AnswerDraft, *, answered: int, by: Viewer) -> ReferralAnswer:
    """Record what the receiving agency says, by itself or told to the center, and what follows from it.

    Accepted: the agreed items are shared, as the center decided when it sent the referral. First contact: the agency holds the
    case. Declined and returned: the center holds it, and the agency sees nothing of it any more. ``answered`` is the number of
    answers the form showed; a double click, a colleague who was quicker and a revocation in the same moment raise NotAllowed.
    """
    _check_answerer(referral, draft, by)
    wait_for(referral.pk)
    if draft.kind in EFFECTS:
        # Whoever shares or takes a consent back locks the case first; what is written below locks the agency's envelope.
        _in_the_senders_name(referral, _lock_case)
    answers = list(ReferralAnswer.objects.filter(referral=referral).order_by("sequence"))
    _check_answer(referral, draft, answers, answered)
    answer = ReferralAnswer(
        referral=referral,
        case_id=referral.case_id,
        person_id=referral.person_id,
        item=referral.item,
        agency_id=referral.receiver_id,
        sequence=answered + 1,
        kind=draft.kind,
        words=draft.words.strip(),
        reason=draft.reason,
        contact_person=draft.contact_person.strip(),
        medium=draft.medium,
        answered_by=by.membership,
        **({"said_at": draft.said_at} if draft.said_at else {}),
    )
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_already()) from error
    record_event(
        by,
        "referral_answered",
        answer,
        case_id=referral.case_id,
        person_id=referral.person_id,
        item=referral.item,
        after={"kind": draft.kind, "sequence": answer.sequence, "medium": draft.medium},
    )
    # Before what follows from it: the agency may see nothing of the referral afterwards.
    told = workers_of(referral.case, besides=[referral.sent_by_id])
    notify(NotificationKind.REFERRAL_ANSWER, referral, to=told, by=by)
    if act := EFFECTS.get(draft.kind):
        _in_the_senders_name(referral, act)
    return answer


def _already() -> str:
    return _("同じつなぎに、ほかの人が先に答えました。いまの返事をご確認ください。")


def _check_answerer(referral: Referral, draft: AnswerDraft, by: Viewer) -> None:
    if draft.medium == Medium.ACCOUNT:
        if referral.receiver_id != by.agency.pk or not by.may("casework.answer_role"):
            raise NotAllowed(_("このつなぎに答えられるのは、受け取った機関だけです。"))
        return
    if not (by.sees_all_cases and by.may("casework.share")):
        raise NotAllowed(_("機関から聞いた返事を記録できるのは、センターだけです。"))
    if not draft.contact_person.strip():
        raise NotAllowed(_("だれから聞いたかを書いてください。"))


def _check_answer(
    referral: Referral, draft: AnswerDraft, answers: list[ReferralAnswer], answered: int
) -> None:
    # Asked anew: whoever waited here may have lost sight of it. An agency is not told whether it was revoked.
    if not Referral.objects.filter(pk=referral.pk).exists():
        raise NotAllowed(_("このつなぎは、もう終わっています。"))
    if ReferralRevocation.objects.filter(referral=referral).exists():
        raise NotAllowed(_("このつなぎは、センターが取り消しました。"))
    if len(answers) != answered:
        raise NotAllowed(_already())
    if draft.kind not in NEXT_KINDS[answers[-1].kind if answers else ""]:
        raise NotAllowed(_("この返事は、いまの状態では選べません。"))
    if draft.kind in NEEDS_WORDS and not draft.words.strip():
        raise NotAllowed(_("内容（条件・理由・報告）を書いてください。"))
    reasons = {code for code, _label in choices_of("return_reason")}
    if (draft.reason in reasons) if draft.kind != K.RETURNED else (draft.reason not in reasons):
        raise NotAllowed(_("つなぎ戻しの理由を選んでください。"))


def _in_the_senders_name(referral: Referral, act: Callable[[Referral, Viewer], None]) -> None:
    """Do what the center decided when it sent the referral, as whoever sent it, or a colleague who may.

    An agency may neither share nor hold a case by its own act. Nobody there any more: the answer stands, and the case waits
    for somebody of the center, who sees it on every list.
    """
    viewer = who_may_share(referral.sent_by_id, referral_id=referral.pk)
    if viewer is not None:
        with acting_for(viewer):
            act(referral, viewer)


def who_may_share(membership_id: int, *, referral_id: uuid.UUID) -> Viewer | None:
    """Return this member of the center, or a colleague of the same agency, who may share and sees the referral.

    None if nobody is left: a seal or a block may have shut out whoever began it.
    """
    able = [code for code, role in ROLES.items() if "casework.share" in role.permissions]
    agency = Membership.objects.filter(pk=membership_id).values("agency")
    seats = Membership.objects.live().filter(agency__in=agency, role__in=able).values_list("pk", flat=True)
    for pk in sorted(seats, key=lambda pk: (pk != membership_id, pk)):
        viewer = viewer_for_membership(pk)
        if viewer is not None:
            with acting_for(viewer):
                if Referral.objects.filter(pk=referral_id).exists():
                    return viewer
    return None


def _lock_case(referral: Referral, by: Viewer) -> None:
    Case.objects.select_for_update(no_key=True).get(pk=referral.case_id)


def _share_what_was_agreed(referral: Referral, by: Viewer) -> None:
    agreed = [Label(row.person_id, row.item) for row in ReferralItem.objects.filter(referral=referral)]
    if not agreed:
        return
    ground = Ground(referral.basis, referral.evidence, referral.approver, referral.until)
    try:
        with transaction.atomic():
            lines = share_items(
                referral.case,
                agency=referral.receiver,
                labels=agreed,
                ground=_ground(referral, ground),
                by=by,
            )
            _keep_lines(referral, lines)
    except NotAllowed as refusal:
        # The consent was withdrawn meanwhile, say. The acceptance stands; the center sees why nothing more is shown.
        record_event(
            by, "referral_items_not_shared", referral, case_id=referral.case_id, after={"why": str(refusal)}
        )


def _hold_by_receiver(referral: Referral, by: Viewer) -> None:
    hand_over_case(referral.case, to=referral.receiver, worker=None, by=by)
    _move(referral.case, Stage.REFERRED, by)


def _take_back(referral: Referral, by: Viewer) -> None:
    if referral.case.holder_id == referral.receiver_id:
        hand_over_case(referral.case, to=referral.sender, worker=by.membership, by=by)
    _end_lines(referral, by=by)


def _return(referral: Referral, by: Viewer) -> None:
    _take_back(referral, by)
    _move(referral.case, Stage.RETURNED, by)


EFFECTS: dict[str, Callable[[Referral, Viewer], None]] = {
    K.ACCEPTED: _share_what_was_agreed,
    K.FIRST_CONTACT: _hold_by_receiver,
    K.DECLINED: _take_back,
    K.RETURNED: _return,
}


def _end_lines(referral: Referral, *, by: Viewer) -> None:
    kept = ReferralLine.objects.filter(referral=referral).values("line")
    reason = _("つなぎ %(number)s の終わり") % {"number": referral.number}
    end_lines(ShareLine.objects.filter(pk__in=kept), cause=EndCause.DECIDED, reason=reason, by=by)


@transaction.atomic
def revoke_referral(referral: Referral, *, reason: str, by: Viewer) -> ReferralRevocation:
    """Take a referral back: what it showed ends at once. Raises NotAllowed when it is over, or was revoked before."""
    if not by.may("casework.share"):
        raise NotAllowed(_("つなぎを取り消す権限がありません。"))
    if not reason.strip():
        raise NotAllowed(_("取り消す理由を書いてください。"))
    wait_for(referral.pk)
    last = ReferralAnswer.objects.filter(referral=referral).order_by("-sequence").first()
    if last and last.kind in OVER:
        raise NotAllowed(_("このつなぎは、もう終わっています。"))
    revocation = ReferralRevocation(
        referral=referral, case_id=referral.case_id, reason=reason.strip(), revoked_by=by.membership
    )
    try:
        with transaction.atomic():
            revocation.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("このつなぎは、すでに取り消されています。")) from error
    record_event(
        by, "referral_revoked", revocation, case_id=referral.case_id, after={"number": referral.number}
    )
    _take_back(referral, by)
    return revocation


# --- reminders -------------------------------------------------------------------------------------------


def remind_late() -> int:
    """Write a reminder for every answer that is late and was not reminded of in the last working days; return how many.

    Runs in ``clock("remind_referrals")``. The receiving agency's staff and whoever sent it are
    told; after two, the chiefs, too.
    """
    today = timezone.localdate()
    count = 0
    for view in open_views_without_access_check():
        for due in view.late:
            earlier = ReferralReminder.objects.filter(referral=view.row, clock=due.clock.code)
            last = earlier.order_by("-sequence").first()
            since = timezone.localtime(last.sent_at).date() if last else due.on
            if last and working_day_after(since, days=count_of("referral_reminder")) > today:
                continue
            reminder = ReferralReminder(
                referral=view.row, clock=due.clock.code, sequence=last.sequence + 1 if last else 1
            )
            reminder.save(force_insert=True)
            notify(NotificationKind.REFERRAL_LATE, view.row, to=_reminded(view.row, reminder.sequence))
            count += 1
    return count


def _reminded(referral: Referral, sequence: int) -> list[int]:
    told = [*members_of(referral.receiver_id, permission="casework.answer_role"), referral.sent_by_id]
    if sequence > count_of("referral_chief"):
        told += chiefs()
    return told
