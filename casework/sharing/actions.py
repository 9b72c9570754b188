"""The only writer of shares, lines and guardian's rows."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from casework.events import record_event
from casework.notifications.actions import notify
from casework.notifications.kinds import NotificationKind
from casework.notifications.recipients import members_of
from permissions.agencies.models import Agency, Membership
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer
from permissions.walls.clock import ClockNow

from .bases import Basis, bases
from .consents import Support, support_for, unwanted_labels
from .items import Item, case_codename, person_codename
from .models import (
    Block,
    CaseGrant,
    Disposal,
    EndCause,
    LineEnd,
    PersonGrant,
    Recall,
    RecallAnswer,
    Share,
    ShareLine,
)

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True, order=True)
class Label:
    """What is shared: one item of one person, or of the household (no person)."""

    person_id: uuid.UUID | None
    item: str


@dataclass(frozen=True)
class Ground:
    """Why and how long: legal basis, its evidence, for temporary bases who approved. ``until`` is UTC-aware.

    With the basis consent the standing consents are looked up when the line is written, and end it with their last day.
    ``despite``: why something is shown that the person asked not to show to this agency.
    """

    basis: str
    evidence: str
    approver: Membership | None = None
    until: dt.datetime | None = None
    starts_at: dt.datetime | None = None
    despite: str = ""


@transaction.atomic
def share_items(
    case: Case, *, agency: Agency, labels: Iterable[Label], ground: Ground, by: Viewer
) -> list[ShareLine]:
    """Let an agency see labels of a case. Returns the lines that were added, in the order of the labels.

    A label that the agency sees already on the same basis and evidence is left as it is, so a double click adds
    nothing. Raises NotAllowed for a closed, blocked or center agency, a basis without what it needs, a person
    of another case. Records one event per line.
    """
    wanted = sorted(set(labels), key=lambda label: (str(label.person_id or ""), label.item))
    _check(case, agency=agency, labels=wanted, ground=ground, by=by)
    share = _open_share(case, agency)
    lines = [line for label in wanted if (line := _add_line(share, label, ground, by))]
    if any(_shows_more(line) for line in lines):
        notify(NotificationKind.SHARE, case, to=members_of(agency.pk, permission="casework.view_case"))
    return lines


def _shows_more(line: ShareLine) -> bool:
    """Return whether the agency sees something by this line now that it did not see: else it is told of nothing.

    Of a packet it is told as of a referral.
    """
    if line.item == Item.REFERRAL or not ShareLine.objects.live().filter(pk=line.pk).exists():
        return False
    same = ShareLine.objects.live().filter(share=line.share_id, person=line.person_id, item=line.item)
    return not same.exclude(pk=line.pk).exists()


def _check(case: Case, *, agency: Agency, labels: list[Label], ground: Ground, by: Viewer) -> None:
    if not by.may("casework.share"):
        raise NotAllowed(_("共有を決める権限がありません。"))
    _check_receiver(case, agency)
    _check_labels(case, labels)
    _check_ground(ground, giver=by.agency, receiver=agency)
    if not ground.despite.strip() and not unwanted_labels(case, agency=agency).isdisjoint(
        (label.person_id, label.item) for label in labels
    ):
        raise NotAllowed(
            _(
                "本人が、この機関に見せないでほしいと言った項目が入っています。それでも見せる理由を書いてください。"
            )
        )


def _check_receiver(case: Case, agency: Agency) -> None:
    if agency.is_center or not Agency.objects.open().filter(pk=agency.pk).exists():
        raise NotAllowed(_("この機関には共有できません。機関が閉じているか、センターです。"))
    if _is_shut_out(case, agency):
        raise NotAllowed(_("この機関には、このケースの閲覧を禁止しています。"))


def _check_labels(case: Case, labels: list[Label]) -> None:
    if not labels:
        raise NotAllowed(_("共有する項目を1つ以上選んでください。"))
    if any(label.item not in Item.values for label in labels):
        raise NotAllowed(_("知らない項目が含まれています。"))
    people = {label.person_id for label in labels if label.person_id}
    if apps.get_model("casework", "Person").objects.filter(case=case, pk__in=people).count() != len(people):
        raise NotAllowed(_("この世帯にいない人が含まれています。"))


def _check_ground(ground: Ground, *, giver: Agency, receiver: Agency) -> None:
    if not ground.evidence.strip():
        raise NotAllowed(_("根拠の内容を書いてください。"))
    if ground.until is not None and ground.until <= (ground.starts_at or timezone.now()):
        raise NotAllowed(_("終わりの日が、始まりより前になっています。"))
    rule = bases().get(ground.basis)
    if rule is None or not rule.is_offered:
        raise NotAllowed(_("この法的根拠は使えません。"))
    if not rule.fits(giver=giver.legal_type, receiver=receiver.legal_type):
        raise NotAllowed(
            _("「%(basis)s」は、%(giver)sから%(receiver)sへ見せる根拠になりません。")
            % {
                "basis": rule.label,
                "giver": giver.get_legal_type_display(),
                "receiver": receiver.get_legal_type_display(),
            }
        )
    if rule.needs_approval and (ground.approver is None or ground.until is None):
        raise NotAllowed(_("この根拠は臨時のものです。承認者と終わりの日を決めてください。"))


def _open_share(case: Case, agency: Agency) -> Share:
    """Return the one open envelope, locked: nobody closes it before the line is in it."""
    # Two first shares at the same moment: the case row makes them queue.
    apps.get_model("casework", "Case").objects.select_for_update(no_key=True).get(pk=case.pk)
    found = Share.objects.select_for_update().filter(case=case, agency=agency, closed_at__isnull=True).first()
    if found:
        return found
    share = Share(case=case, agency=agency)
    share.save()
    return share


def _is_shut_out(case: Case, agency: Agency) -> bool:
    """Return whether the agency is blocked, or must not learn of a concealed household: by what wall_blocked() asks, too."""
    threat = apps.get_model("casework", "ConcealmentThreat")
    return (
        Block.objects.filter(case=case, agency=agency, lifted_at__isnull=True).exists()
        or threat.objects.filter(case=case, agency=agency, concealment__lift__isnull=True).exists()
    )


def _add_line(share: Share, label: Label, ground: Ground, by: Viewer) -> ShareLine | None:
    support = _support(share, label, ground)
    until = min(filter(None, (ground.until, support.until)), default=None)
    if until is not None and until <= (ground.starts_at or timezone.now()):
        raise NotAllowed(_("同意の期限が、共有の始まりより前になっています。"))
    same = ShareLine.objects.live().filter(
        share=share,
        person=label.person_id,
        item=label.item,
        basis=ground.basis,
        evidence=ground.evidence,
        until=until,
    )
    if same.exists():
        return None
    starts = {"starts_at": ground.starts_at} if ground.starts_at else {}
    line = ShareLine(
        share=share,
        case_id=share.case_id,
        agency_id=share.agency_id,
        person_id=label.person_id,
        item=label.item,
        basis=ground.basis,
        evidence=ground.evidence,
        approver=ground.approver,
        until=until,
        added_by=by.membership,
        **starts,
    )
    _rest_on(support, line)
    line.save()
    _write_grant(line)
    _record(
        by,
        "share_line_added",
        line,
        after=_terms(line) | ({"despite": ground.despite} if ground.despite else {}),
    )
    return line


def _support(share: Share, label: Label, ground: Ground) -> Support:
    if ground.basis != Basis.CONSENT:
        return Support()
    return support_for(share.case, agency=share.agency, person_id=label.person_id, item=label.item)


def _rest_on(support: Support, line: ShareLine) -> None:
    """Say which consents a line rests on, before the line: its trigger looks for them."""
    model = apps.get_model("casework", "LineConsent")
    model.objects.bulk_create(
        model(line_id=line.pk, case_id=line.case_id, consent=consent) for consent in support.consents
    )


def _write_grant(line: ShareLine) -> None:
    """Write guardian's row for a line. The line explains it; it goes when the line ends."""
    model: Any = PersonGrant if line.person_id else CaseGrant
    codename = person_codename(line.item) if line.person_id else case_codename(line.item)
    permission = Permission.objects.get(content_type__app_label="casework", codename=codename)
    model(
        group_id=line.agency.group_id,
        permission=permission,
        content_object_id=line.person_id or line.case_id,
        line=line,
    ).save()


@transaction.atomic
def end_line(line: ShareLine, *, by: Viewer, reason: str) -> None:
    """End one line at once. Another line for the same thing stays. Raises NotAllowed if it has ended already.

    The agency is told that it ended (Recall), not why.
    """
    if not by.may("casework.share"):
        raise NotAllowed(_("共有を決める権限がありません。"))
    if not reason.strip():
        raise NotAllowed(_("終わりの理由を書いてください。"))
    if not end_lines([line], cause=EndCause.DECIDED, reason=reason, by=by):
        raise NotAllowed(_("この共有は、すでに終わっています。"))


@transaction.atomic
def end_lines(lines: Iterable[ShareLine], *, cause: EndCause, reason: str, by: Viewer) -> list[ShareLine]:
    """End these lines of one case that have not ended, and tell their agencies. Returns those that were ended."""
    wanted = {line.pk for line in lines}
    # Locked in one order, so that two who end the same things at once wait instead of failing.
    standing = ShareLine.objects.select_for_update(no_key=True, of=("self",)).select_related("agency", "case")
    ended = list(standing.filter(pk__in=wanted, ended_at__isnull=True).order_by("pk"))
    keys = [line.pk for line in ended]
    were_live = set(ShareLine.objects.live().filter(pk__in=keys).values_list("pk", flat=True))
    ShareLine.objects.filter(pk__in=keys).update(ended_at=ClockNow(), ended_by=by.membership)
    LineEnd.objects.bulk_create(
        LineEnd(line=line, case_id=line.case_id, cause=cause, reason=reason) for line in ended
    )
    _remove_grants(Q(line__in=keys))
    _close_empty(Q(pk__in={line.share_id for line in ended}))
    for line in ended:
        _record(
            by, "share_line_ended", line, before=_terms(line), after={"cause": cause.value, "reason": reason}
        )
    _recall([line for line in ended if line.pk in were_live])
    return ended


def _recall(lines: list[ShareLine]) -> None:
    """Tell each agency what it no longer sees; nothing where another line still shows the same."""
    lost: dict[Agency, list[ShareLine]] = {}
    for line in lines:
        same = ShareLine.objects.live().filter(share=line.share_id, person=line.person_id, item=line.item)
        if not same.exists():
            lost.setdefault(line.agency, []).append(line)
    recalls = [
        Recall(
            case_id=those[0].case_id,
            agency=agency,
            case_number=those[0].case.number,
            labels=sorted(
                {(str(line.person_id) if line.person_id else None, line.item) for line in those}, key=str
            ),
        )
        for agency, those in lost.items()
    ]
    Recall.objects.bulk_create(recalls)
    for recall in recalls:
        readers = members_of(recall.agency_id, permission="casework.view_case")
        notify(NotificationKind.RECALL, recall, to=readers)


@transaction.atomic
def answer_recall(recall: Recall, *, kind: str, law: str, by: Viewer) -> RecallAnswer:
    """Confirm for the acting agency that nothing is left of what it no longer sees, or which law makes it keep it.

    Raises NotAllowed for another agency's notice, a second answer, and a law that is not named.
    """
    if recall.agency_id != by.agency.pk or not by.membership.role_rights.reads_cases:
        raise NotAllowed(_("このお知らせに答えられるのは、受け取った機関だけです。"))
    if kind == Disposal.KEPT_BY_LAW and not law.strip():
        raise NotAllowed(_("法令の名前と、いつまで保存するかを書いてください。"))
    answer = RecallAnswer(
        recall=recall, case_id=recall.case_id, agency=by.agency, kind=kind, law=law.strip(),
        answered_by=by.membership,
    )  # fmt: skip
    try:
        with transaction.atomic():
            answer.save(force_insert=True)
    except IntegrityError as error:
        raise NotAllowed(_("このお知らせには、同じ機関のほかの人がすでに答えました。")) from error
    # No event of the case: the agency may no longer know of it. The log keeps who confirmed what.
    record(by, "recall_answered", recall, case=recall.case_id, detail={"kind": kind})
    return answer


def sweep_lapsed() -> int:
    """Remove guardian's rows of lapsed lines and close empty envelopes; return the number of rows removed.

    Rights do not wait for it: "until" is part of the door, of ``viewer.can`` and of every policy. Runs in
    ``clock("sweep_lapsed_lines")``.
    """
    lapsed = Q(line__until__lte=ClockNow()) | Q(line__ended_at__isnull=False)
    removed = _remove_grants(lapsed)
    _close_empty(Q())
    return removed


def _remove_grants(which: Q) -> int:
    models: tuple[Any, ...] = (CaseGrant, PersonGrant)
    return sum(model.objects.filter(which).delete()[0] for model in models)


def _close_empty(which: Q) -> None:
    """Close the open envelopes without a line that holds now or will."""
    standing = ShareLine.objects.filter(
        Q(until__isnull=True) | Q(until__gt=ClockNow()), share=OuterRef("pk"), ended_at__isnull=True
    )
    empty = Share.objects.filter(which, ~Exists(standing), closed_at__isnull=True)
    # Locked, and then looked at again: somebody was perhaps adding a line.
    locked = [share.pk for share in empty.select_for_update()]
    empty.filter(pk__in=locked).update(closed_at=ClockNow())


@transaction.atomic
def block(case: Case, *, agency: Agency | None, user_id: int | None, reason: str, by: Viewer) -> Block:
    """Hide a case from an agency or one person, whatever is shared. Lines stay, and are seen again when it is lifted."""
    if not by.may("casework.block"):
        raise NotAllowed(_("閲覧を禁止できるのはセンター長です。"))
    if not reason.strip():
        raise NotAllowed(_("理由を書いてください。"))
    row = Block(case=case, agency=agency, user_id=user_id, reason=reason, set_by=by.membership)
    target = {"agency": agency.pk if agency else None, "user": user_id}
    # First the event: whoever blocks themselves may write nothing about the case afterwards.
    record_event(by, "block_set", row, case_id=case.pk, after=target)
    row.save()
    return row


@transaction.atomic
def lift_block(row: Block, *, by: Viewer) -> None:
    """Lift a block. Lines that still hold are seen again. Raises NotAllowed if it is lifted already."""
    if not by.may("casework.block"):
        raise NotAllowed(_("閲覧の禁止を解けるのはセンター長です。"))
    if not Block.objects.filter(pk=row.pk, lifted_at__isnull=True).update(lifted_at=ClockNow()):
        raise NotAllowed(_("この禁止は、すでに解かれています。"))
    record_event(by, "block_lifted", row, case_id=row.case_id)


def _terms(line: ShareLine) -> dict[str, Any]:
    return {
        "agency": line.agency_id,
        "basis": line.basis,
        "evidence": line.evidence,
        "until": line.until.isoformat() if line.until else None,
    }


def _record(
    by: Viewer, verb: str, line: ShareLine, *, before: dict[str, Any] | None = None, after: dict[str, Any]
) -> None:
    record_event(
        by,
        verb,
        line,
        case_id=line.case_id,
        person_id=line.person_id,
        item=line.item,
        before=before,
        after=after,
    )
