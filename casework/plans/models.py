"""What was decided: the direction, who does what, and what each agency answered. Nothing here is edited."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.referrals.states import Medium
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Decision(Walled):
    """A coordination decision of the center (決定). Numbered over all cases, so that a gap tells nothing.

    It carries no content: the directions and role rows do, each with its own label. A reader sees the
    decision when they see one of these.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("決定番号"), max_length=20, unique=True)
    decided_on = models.DateField(_("決定した日"))
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)
    # The item of a meeting with whose minutes it was fixed; none of decisions from outside a meeting.
    agenda = models.ForeignKey(
        "casework.AgendaItem", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # What a 支援会議 decided (申合せ): whoever took on a role knows it from there, and an agency takes no copy away (domain.md R-MTG-6).
    is_meeting_only = models.BooleanField(_("会議限り"), default=False, editable=False)

    class Meta:
        verbose_name = _("決定")
        indexes = (models.Index(fields=("case", "recorded_at"), name="decision_case"),)

    def __str__(self) -> str:
        return self.number


class DecisionEnd(Walled):
    """That a decision stands no more: a later ``decision`` took its place. One may take the place of several."""

    ended = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="end")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("決定の置き換え")
        indexes = (models.Index(fields=("decision",), name="decisionend_decision"),)


class Direction(Labelled):
    """One paragraph of direction (支援方針) of a decision. What a 支援会議 gave is the center's."""

    MAY_BE_HIDDEN = True

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    is_meeting_only = models.BooleanField(default=False, editable=False)  # as the decision
    position = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("支援方針"), max_length=2000)

    class Meta:
        verbose_name = _("支援方針")
        indexes = (models.Index(fields=("decision", "position"), name="direction_decision"),)
        constraints = (
            models.CheckConstraint(name="direction_item_known", condition=Q(item__in=Item.values)),
        )

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        return Q(is_meeting_only=False)


class Seat(models.TextChoices):
    """Seats that somebody has to take (domain.md 1.6)."""

    LEAD = "lead", _("主担当")
    CONTACT = "contact", _("本人との連絡窓口")
    EMERGENCY = "emergency", _("緊急時の窓口")
    PROGRESS = "progress", _("進捗確認")


class Commitment(Labelled):
    """What is asked of one agency (役割, domain.md 1.6): proposed in a plan, a role once it is decided."""

    MAY_BE_HIDDEN = True

    position = models.PositiveSmallIntegerField(default=0)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("機関"))
    seat = models.CharField(_("席"), max_length=12, choices=Seat.choices, blank=True)
    issue = models.CharField(_("課題"), max_length=100)
    what = models.CharField(_("すること"), max_length=300)
    service = CodeField(_("使うサービス・事業"), list_code="service", blank=True)
    frequency = models.CharField(_("回数"), max_length=60, blank=True)
    starts_on = models.DateField(_("いつから"), null=True, blank=True)
    until_on = models.DateField(_("いつまで"), null=True, blank=True)
    # Who does it at the agency, as far as it was known at the table; afterwards the agency says (RoleAnswer).
    worker = models.CharField(_("担当者"), max_length=60, blank=True)
    deputy = models.CharField(_("副担当"), max_length=60, blank=True)
    needs = models.CharField(_("この機関に要る情報"), max_length=300, blank=True)
    reports = models.CharField(_("この機関が知らせること"), max_length=300, blank=True)

    class Meta:
        abstract = True


# What a commitment says, by the name it has in a plan, in a decision and in a draft.
TERMS = (
    *("agency", "worker", "deputy", "seat", "issue", "what", "service", "frequency", "starts_on", "until_on"),
    *("needs", "reports"),
)


ENDS_BEFORE = _("役割の終わりの日が、始まりの日より前になっています。")


def in_order(name: str) -> models.CheckConstraint:
    """Return the rule that nobody has to be done before they begin."""
    begun = Q(starts_on__isnull=True) | Q(until_on__isnull=True) | Q(until_on__gte=F("starts_on"))
    return models.CheckConstraint(name=name, condition=begun)


class RoleRow(Commitment):
    """One commitment of one agency (役割): what, for which issue, until when.

    One that a 支援会議 gave is read by the center and by the agency that took it on, by nobody else (domain.md R-MTG-4).
    """

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    is_meeting_only = models.BooleanField(default=False, editable=False)  # as the decision

    class Meta:
        verbose_name = _("役割")
        indexes = (
            models.Index(fields=("decision", "position"), name="rolerow_decision"),
            models.Index(fields=("agency", "case"), name="rolerow_agency"),
        )
        constraints = (
            models.CheckConstraint(name="rolerow_item_known", condition=Q(item__in=Item.values)),
            in_order("rolerow_in_order"),
        )

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        return Q(is_meeting_only=False) | Q(agency=agency)


class OfRole(Labelled):
    """What is said of a role, with its label: read by whoever reads the role."""

    class Meta:
        abstract = True

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        return Q(role__is_meeting_only=False) | Q(role__agency=agency)


class RoleEnd(OfRole):
    """That a role stands no more, with its label: a later ``decision`` took its place, or that of its whole decision.

    Whoever reads the role reads that it ended, also where nothing of the later decision reaches them: nobody goes on doing what was
    taken from them.
    """

    role = models.OneToOneField(RoleRow, on_delete=models.PROTECT, related_name="end")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("役割の終わり")
        indexes = (models.Index(fields=("decision",), name="roleend_decision"),)
        constraints = (models.CheckConstraint(name="roleend_item_known", condition=Q(item__in=Item.values)),)


class InCharge(NamedTuple):
    """Who does it at an agency, and who stands in (担当者・副担当)."""

    worker: str = ""
    deputy: str = ""


NOBODY = InCharge()


class AnswerKind(models.TextChoices):
    """What an agency answered. No row at all is 未回答: silence is never agreement."""

    ACCEPTED = "accepted", _("引き受けます")
    CONDITIONAL = "conditional", _("条件付きで引き受けます")
    DECLINED = "declined", _("引き受けられません")
    ON_TRACK = "on_track", _("予定どおりです")
    LATE = "late", _("遅れています")
    PROGRESS = "progress", _("途中の報告")
    RESULT = "result", _("結果の報告")


NEEDS_TEXT = frozenset({AnswerKind.CONDITIONAL, AnswerKind.DECLINED, AnswerKind.PROGRESS, AnswerKind.RESULT})
# What is said with one touch on the page of promises: no words are needed, and a report never takes a promise back.
TOUCHES = (AnswerKind.ACCEPTED, AnswerKind.ON_TRACK, AnswerKind.LATE)
_REPORTS = (AnswerKind.ON_TRACK, AnswerKind.LATE, AnswerKind.PROGRESS, AnswerKind.RESULT)

# What may be answered after what; "" is 未回答.
NEXT_ANSWERS: dict[str, tuple[str, ...]] = {
    "": (AnswerKind.ACCEPTED, AnswerKind.CONDITIONAL, AnswerKind.DECLINED),
    AnswerKind.ACCEPTED: (*_REPORTS, AnswerKind.DECLINED),
    AnswerKind.CONDITIONAL: (AnswerKind.ACCEPTED, *_REPORTS, AnswerKind.DECLINED),
    AnswerKind.DECLINED: (AnswerKind.ACCEPTED, AnswerKind.CONDITIONAL),
    AnswerKind.ON_TRACK: (*_REPORTS, AnswerKind.DECLINED),
    AnswerKind.LATE: (*_REPORTS, AnswerKind.DECLINED),
    AnswerKind.PROGRESS: (*_REPORTS, AnswerKind.DECLINED),
    AnswerKind.RESULT: (AnswerKind.RESULT,),
}


class RoleAnswer(OfRole):
    """What an agency answers to its role, with the label of the row; by itself, or recorded by the center with the medium (AT-6).

    ``worker``, ``deputy``: who does it there from now on, if it says so. ``contact_person``: from whom the center heard it; in
    answers given here before there was ``worker``, who does it.
    """

    MAY_BE_HIDDEN = True

    role = models.ForeignKey(RoleRow, on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(_("回答"), max_length=12, choices=AnswerKind.choices)
    text = models.CharField(_("内容"), max_length=1000, blank=True)
    worker = models.CharField(_("担当者"), max_length=60, blank=True)
    deputy = models.CharField(_("副担当"), max_length=60, blank=True)
    contact_person = models.CharField(_("だれから聞いたか"), max_length=60, blank=True)
    medium = models.CharField(_("返事の方法"), max_length=12, choices=Medium.choices, default=Medium.ACCOUNT)
    said_at = models.DateTimeField(_("返事があった日時"), default=ClockNow)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("役割への回答")
        constraints = (
            models.UniqueConstraint(fields=("role", "sequence"), name="roleanswer_in_sequence"),
            models.CheckConstraint(
                name="roleanswer_reason", condition=~Q(kind__in=sorted(NEEDS_TEXT)) | ~Q(text="")
            ),
            models.CheckConstraint(
                name="roleanswer_told_by_somebody", condition=Q(medium=Medium.ACCOUNT) | ~Q(contact_person="")
            ),
        )

    @property
    def is_told(self) -> bool:
        """Whether the center wrote down what it heard."""
        return self.medium != Medium.ACCOUNT
