"""The support plan (支援プラン): drafts that follow one another, and the one that a meeting decided. Nothing is edited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from casework.codes.fields import CodeField
from casework.codes.selectors import label_of, plain_label_of
from casework.consent.models import ConsentMethod, Giver
from casework.plans.models import Commitment, in_order
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Plan(Walled):
    """One version of the plan of a case (domain.md 1.5). Every saving is a new one that ``follows`` the last.

    A version carries no content: its parts and roles do, each with its own label. The center sees every version; an agency the
    decided ones of which a part reaches it. ``version`` counts within the case.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("プラン番号"), max_length=20)
    version = models.PositiveSmallIntegerField(_("版"))
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True
    )
    period_from = models.DateField(_("期間の始まり"))
    period_to = models.DateField(_("期間の終わり"))
    monitor_on = models.DateField(_("次のモニタリングの日"))
    assessment = models.ForeignKey(
        "casework.Assessment",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("もとにしたアセスメント"),
    )
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("支援プラン")
        constraints = (
            models.UniqueConstraint(fields=("case", "version"), name="plan_version_once"),
            models.CheckConstraint(name="plan_period_in_order", condition=Q(period_to__gte=F("period_from"))),
            models.CheckConstraint(
                name="plan_monitored_within",
                condition=Q(monitor_on__gte=F("period_from"), monitor_on__lte=F("period_to")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.number}-{self.version}"

    @property
    def made_on(self) -> dt.date:
        """The day in Japan."""
        return timezone.localdate(self.made_at)


class Section(models.TextChoices):
    """The blocks of the sheet, in its order (domain.md 1.5). The role table stands beside them."""

    WISH = "wish", _("本人・世帯の意向")
    ISSUE = "issue", _("解決すべき課題")
    AIM = "aim", _("目指す姿")
    GOAL = "goal", _("このプランの目標")
    DIRECTION = "direction", _("支援方針")
    SERVICE = "service", _("利用するサービス・事業")
    SELF = "self", _("本人が行うこと")
    MONITORING = "monitoring", _("モニタリングの方法")
    EXIT = "exit", _("終結の目安")


# The same headings for the person's own paper.
PLAIN_LABELS: dict[str, Any] = {
    Section.WISH: _("あなたの 気持ち"),
    Section.ISSUE: _("こまっていること"),
    Section.AIM: _("こんなふうに くらしたい"),
    Section.GOAL: _("まず やってみること"),
    Section.DIRECTION: _("みんなで 決めたこと"),
    Section.SERVICE: _("使うもの"),
    Section.SELF: _("あなたが すること"),
    Section.MONITORING: _("どうやって たしかめるか"),
    Section.EXIT: _("どうなったら おわりか"),
}


class PlanPart(Labelled):
    """One entry of one block. A wish stands in the person's own words; ``plain`` is the same in easy Japanese.

    Of the services one may be chosen (``service``), which is counted; the text says more of it, or what is in no list.
    """

    MAY_BE_HIDDEN = True

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    section = models.CharField(_("欄"), max_length=12, choices=Section.choices)
    position = models.PositiveSmallIntegerField(default=0)
    service = CodeField(_("サービス・事業"), list_code="service", blank=True)
    text = models.TextField(_("内容"), max_length=1000, blank=True)
    plain = models.TextField(_("やさしい日本語"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("プランの内容")
        indexes = (models.Index(fields=("plan", "section", "position"), name="planpart_plan"),)
        constraints = (
            models.CheckConstraint(name="planpart_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="planpart_section_known", condition=Q(section__in=Section.values)),
            models.CheckConstraint(name="planpart_says_something", condition=~Q(text="") | ~Q(service="")),
            models.CheckConstraint(
                name="planpart_service_in_its_block", condition=Q(service="") | Q(section=Section.SERVICE)
            ),
        )

    @property
    def words(self) -> str:
        """The service that was chosen, and what was written of it."""
        return self._with_text(label_of("service", self.service) if self.service else "")

    @property
    def plain_words(self) -> str:
        """The same for the person: in easy Japanese as far as there is any."""
        return self.plain or self._with_text(plain_label_of("service", self.service) if self.service else "")

    def _with_text(self, chosen: str) -> str:
        return pgettext("after a name", "：").join(filter(None, (chosen, self.text)))

    @property
    def is_quoted(self) -> bool:
        """Whether these are somebody's own words. What stands in brackets is the writer's: why a wish could not be heard, say."""
        return self.section == Section.WISH and not self.text.startswith(("（", "("))


class PlanRole(Commitment):
    """A commitment that the plan proposes to an agency; it becomes a role when the plan is decided.

    ``plain`` is the same in easy Japanese, for the person's own paper.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    plain = models.TextField(_("やさしい日本語"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("プランの役割")
        indexes = (models.Index(fields=("plan", "position"), name="planrole_plan"),)
        constraints = (
            models.CheckConstraint(name="planrole_item_known", condition=Q(item__in=Item.values)),
            in_order("planrole_in_order"),
        )


class PlanDecision(Walled):
    """The decision by which a version became the plan. One each; from then on the version is the plan that holds."""

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="decided")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField("casework.Decision", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("プランの決定")

    @property
    def days_waiting(self) -> int:
        """Days of Japan since it was decided: for as long as the city has said nothing to it."""
        return (timezone.localdate() - self.decision.decided_on).days


class ConfirmationOutcome(models.TextChoices):
    """What the city did with a decided plan."""

    CONFIRMED = "confirmed", _("支援決定した")
    RETURNED = "returned", _("差し戻した")


class PlanConfirmation(Walled):
    """What the city said to a decided plan (支援決定, domain.md 1.5): that it confirms it, or returns it and why. One each.

    It carries no text that an agency could read: a reason is of a return alone, which only the center sees. A plan that is returned
    stands until another decision takes its place.
    """

    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="confirmation")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("市の決定"), max_length=12, choices=ConfirmationOutcome.choices)
    confirmed_on = models.DateField(_("支援決定または差戻しの日"))
    document_number = models.CharField(_("文書番号"), max_length=60, blank=True)
    reason = models.TextField(_("差し戻す理由"), max_length=1000, blank=True)
    confirmed_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("支援決定した人")
    )
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("支援決定")
        constraints = (
            models.CheckConstraint(
                name="planconfirmation_outcome_known", condition=Q(outcome__in=ConfirmationOutcome.values)
            ),
            models.CheckConstraint(
                name="planconfirmation_return_says_why",
                condition=Q(outcome=ConfirmationOutcome.RETURNED) & ~Q(reason="")
                | Q(outcome=ConfirmationOutcome.CONFIRMED, reason=""),
            ),
        )

    @property
    def is_returned(self) -> bool:
        return self.outcome == ConfirmationOutcome.RETURNED


class AgreementAnswer(models.TextChoices):
    """What the person said when the plan was explained."""

    AGREED = "agreed", _("同意し、利用を申し込む")
    PARTLY = "partly", _("一部に同意する")
    PENDING = "pending", _("説明を聞き、まだ決めていない")
    REFUSED = "refused", _("同意しない")


SAYING_YES = (AgreementAnswer.AGREED.value, AgreementAnswer.PARTLY.value)


class PlanAgreement(Walled):
    """That a version of the plan was explained to a person, and what they said (プラン兼利用申込書, domain.md 1.5). For the center's duty.

    Not a consent to sharing: that is the ledger's (consent/models.py). Who changes their mind says so in a new row.
    """

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("返事"), max_length=8, choices=AgreementAnswer.choices)
    explained_on = models.DateField(_("説明した日"))
    explained_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("説明した人")
    )
    method = models.CharField(_("方法"), max_length=12, choices=ConsentMethod.choices)
    giver = models.CharField(_("だれが答えたか"), max_length=12, choices=Giver.choices, default=Giver.SELF)
    giver_name = models.CharField(_("答えた人の氏名と続柄"), max_length=100, blank=True)
    witness = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("立ち会った職員")
    )
    own_view = models.TextField(_("本人のことば"), max_length=1000, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("プランへの同意")
        indexes = (models.Index(fields=("case", "recorded_at"), name="planagreement_case"),)
        constraints = (
            models.CheckConstraint(
                name="planagreement_answer_known", condition=Q(answer__in=AgreementAnswer.values)
            ),
            models.CheckConstraint(
                name="planagreement_other_giver_named", condition=Q(giver=Giver.SELF) | ~Q(giver_name="")
            ),
            models.CheckConstraint(
                name="planagreement_oral_has_witness",
                condition=~Q(method=ConsentMethod.ORAL, answer__in=SAYING_YES)
                | Q(witness__isnull=False) & ~Q(witness=F("explained_by")),
            ),
        )
