"""Referrals (つなぎ): what was handed over to whom, what the agency answered, and the way back (つなぎ戻し)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.intake.models import Urgency
from casework.sharing.bases import ADDED_PREFIX, Basis
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .states import NEEDS_WORDS, Medium, ReferralAnswerKind


class Referral(Labelled):
    """One hand-over to one agency: the packet it may read before it accepts. Frozen; a new one takes it further.

    Its label has an item of its own (つなぎ票), so that the packet does not bring the person's history along. Who receives it
    sees it while a line with that label stands; who else has such a line does not.
    """

    number = models.CharField(_("つなぎ番号"), max_length=20, unique=True)
    sender = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("つなぎ元"))
    receiver = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("つなぎ先")
    )
    sent_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=ClockNow)
    urgency = models.CharField(_("緊急度"), max_length=1, choices=Urgency.choices, default=Urgency.D)
    heard = models.TextField(_("聞き取ったこと"), max_length=4000)
    issues = models.TextField(_("課題"), max_length=2000)
    wishes = models.TextField(_("本人の望み"), max_length=1000, blank=True)
    explained = models.TextField(_("本人に説明したこと"), max_length=1000, blank=True)
    promised = models.TextField(_("本人に約束したこと"), max_length=1000, blank=True)
    we_keep = models.TextField(_("つなぎ元が続けること"), max_length=1000)
    accompanied_by = models.CharField(_("同行する人と日時"), max_length=200, blank=True)
    answer_by = models.DateField(_("返事がほしい日"))
    basis = models.CharField(_("法的根拠"), max_length=16)
    evidence = models.CharField(_("根拠の内容"), max_length=300)
    until = models.DateTimeField(_("いつまで"), null=True)
    approver = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, verbose_name=_("前のつなぎ")
    )

    class Meta:
        verbose_name = _("つなぎ")
        constraints = (
            models.CheckConstraint(name="referral_label", condition=Q(item=Item.REFERRAL)),
            models.CheckConstraint(name="referral_keeps_something", condition=~Q(we_keep="")),
            models.CheckConstraint(name="referral_not_to_oneself", condition=~Q(sender=models.F("receiver"))),
            models.CheckConstraint(
                name="referral_basis_known",
                condition=Q(basis__in=Basis.values) | Q(basis__startswith=ADDED_PREFIX),
            ),
        )
        indexes = (
            models.Index(fields=("case", "sent_at"), name="referral_case"),
            models.Index(fields=("receiver", "sent_at"), name="referral_receiver"),
        )

    def __str__(self) -> str:
        return self.number


class ReferralItem(Walled):
    """One more item the agency will see when it accepts; agreed when the referral was sent."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="agreed")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+", null=True)
    item = models.CharField(max_length=12, choices=Item.choices)

    class Meta:
        verbose_name = _("受入のあとに見える項目")
        constraints = (
            models.CheckConstraint(name="referralitem_item_known", condition=Q(item__in=Item.values)),
        )


class ReferralLine(Walled):
    """A line of the ledger that a referral brought about; it ends with the referral."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="lines")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    line = models.OneToOneField("casework.ShareLine", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("つなぎによる共有")


class ReferralAnswer(Labelled):
    """What the agency answered, in order; by itself, or recorded by the center with the medium and who said it."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="answers")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    kind = models.CharField(_("返事"), max_length=16, choices=ReferralAnswerKind.choices)
    words = models.TextField(_("内容"), max_length=1000, blank=True)
    reason = CodeField(_("つなぎ戻しの理由"), list_code="return_reason", blank=True)
    contact_person = models.CharField(_("機関の担当者"), max_length=60, blank=True)
    medium = models.CharField(_("返事の方法"), max_length=12, choices=Medium.choices, default=Medium.ACCOUNT)
    said_at = models.DateTimeField(_("返事があった日時"), default=ClockNow)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("つなぎへの返事")
        constraints = (
            models.UniqueConstraint(fields=("referral", "sequence"), name="referralanswer_one_each"),
            models.CheckConstraint(
                name="referralanswer_kind_known", condition=Q(kind__in=ReferralAnswerKind.values)
            ),
            models.CheckConstraint(
                name="referralanswer_return_has_reason",
                condition=Q(kind=ReferralAnswerKind.RETURNED) & ~Q(reason="")
                | ~Q(kind=ReferralAnswerKind.RETURNED) & Q(reason=""),
            ),
            models.CheckConstraint(
                name="referralanswer_needs_words",
                condition=~Q(kind__in=sorted(NEEDS_WORDS)) | ~Q(words=""),
            ),
            models.CheckConstraint(
                name="referralanswer_told_by_somebody",
                condition=Q(medium=Medium.ACCOUNT) | ~Q(contact_person=""),
            ),
        )


class ReferralRevocation(Walled):
    """A referral taken back by the center. Why stands in the event, for the center."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="revocation")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("取り消す理由"), max_length=300)
    revoked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("つなぎの取り消し")
        constraints = (models.CheckConstraint(name="referralrevocation_has_reason", condition=~Q(reason="")),)


class AnswerLink(Walled):
    """A link by which an agency without an account answers once. It dies with the state it was made for.

    Of the secret its hash is kept. ``answered`` is the number of answers that stood; whoever made it answers for it, as
    for what the telephone tells.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="links")
    secret_hash = models.CharField(max_length=64, unique=True)
    answered = models.PositiveSmallIntegerField()
    until = models.DateTimeField()
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("返事のリンク")


class ReferralReminder(Walled):
    """One reminder of an answer that is late: which clock, the how-manieth. Written by the worker."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="reminders")
    clock = models.CharField(max_length=12)
    sequence = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("つなぎの催促")
        constraints = (
            models.UniqueConstraint(fields=("referral", "clock", "sequence"), name="referralreminder_once"),
        )
