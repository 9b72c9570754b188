"""What a decision led to (評価): goal by goal, issue by issue, role by role, and what the person says of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Stage
from casework.codes.fields import CodeField
from casework.issues.models import Issue
from casework.planning.models import PlanPart
from casework.plans.models import Decision, Direction, OfRole, RoleRow
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Outcome(models.TextChoices):
    """What follows from an evaluation. Suspending is not a kind of closing (domain.md 1.8)."""

    CLOSE = "close", _("終結")
    REPLAN = "replan", _("再プラン")
    SUSPEND = "suspend", _("中断")


STAGE_OF_OUTCOME = {
    Outcome.CLOSE: Stage.CLOSING,
    Outcome.REPLAN: Stage.REPLANNING,
    Outcome.SUSPEND: Stage.SUSPENDED,
}


class Evaluation(Walled):
    """The evaluation of one decision (domain.md 1.7). Frozen; another one may follow.

    The center's alone: what of it concerns a goal, an issue or a role stands in a row with the label of that.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    evaluated_on = models.DateField(_("評価した日"))
    own_words = models.TextField(_("本人のことば"), max_length=2000)
    remaining = models.TextField(_("残っている課題"), max_length=2000, blank=True)
    cooperation = models.TextField(_("連携についてのふり返り"), max_length=2000, blank=True)
    outcome = models.CharField(_("これからのこと"), max_length=12, choices=Outcome.choices)
    agenda = models.ForeignKey(
        "casework.AgendaItem", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("どの会議で評価したか"),
    )  # fmt: skip
    meeting = models.CharField(_("一覧にない会議"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("評価")
        constraints = (
            models.CheckConstraint(name="evaluation_outcome_known", condition=Q(outcome__in=Outcome.values)),
            models.CheckConstraint(name="evaluation_person_was_asked", condition=~Q(own_words="")),
        )
        indexes = (models.Index(fields=("case", "recorded_at"), name="evaluation_case"),)


class Result(models.TextChoices):
    """What became of a goal or an issue."""

    MET = "met", _("達成")
    PARTLY = "partly", _("一部達成")
    UNMET = "unmet", _("未達成")
    CHANGED = "changed", _("目標変更")


class EvaluationResult(Labelled):
    """What became of one goal or one issue, with its label; of a sealed issue sealed as well.

    A goal is an entry of the plan that the decision decided; of a decision that decided none its directions are evaluated.
    """

    MAY_BE_HIDDEN = True

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    direction = models.ForeignKey(Direction, on_delete=models.PROTECT, related_name="+", null=True)
    part = models.ForeignKey(PlanPart, on_delete=models.PROTECT, related_name="+", null=True)
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="+", null=True)
    is_sealed = models.BooleanField(default=False, editable=False)
    evaluated_on = models.DateField(_("評価した日"))
    result = models.CharField(_("達成の状況"), max_length=12, choices=Result.choices)
    words = models.CharField(_("くわしいこと"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("目標・課題の評価")
        constraints = (
            models.CheckConstraint(
                name="evaluationresult_of_one",
                condition=Q(direction__isnull=True, part__isnull=True, issue__isnull=False)
                | Q(direction__isnull=True, part__isnull=False, issue__isnull=True, is_sealed=False)
                | Q(direction__isnull=False, part__isnull=True, issue__isnull=True, is_sealed=False),
            ),
            models.UniqueConstraint(
                fields=("evaluation", "direction"), name="evaluationresult_one_direction"
            ),
            models.UniqueConstraint(fields=("evaluation", "part"), name="evaluationresult_one_part"),
            models.UniqueConstraint(fields=("evaluation", "issue"), name="evaluationresult_one_issue"),
            models.CheckConstraint(name="evaluationresult_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="evaluationresult_known", condition=Q(result__in=Result.values)),
            models.CheckConstraint(
                name="evaluationresult_says_why", condition=Q(result=Result.MET) | ~Q(words="")
            ),
        )

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        return Q(direction__isnull=True) | Q(direction__is_meeting_only=False)

    @property
    def aim(self) -> PlanPart | Direction | None:
        """The goal or the direction; None of an issue, and of what its reader does not see."""
        return self.part or self.direction


class Happened(models.TextChoices):
    """Whether what an agency took on was done."""

    YES = "yes", _("できた")
    PARTLY = "partly", _("一部できた")
    NO = "no", _("できなかった")


class EvaluationRole(OfRole):
    """Whether one role was done and what was in the way, with the label of its row."""

    MAY_BE_HIDDEN = True

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(RoleRow, on_delete=models.PROTECT, related_name="+")
    evaluated_on = models.DateField(_("評価した日"))
    happened = models.CharField(_("役割はできたか"), max_length=12, choices=Happened.choices)
    hindered = models.CharField(_("妨げになったこと"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("役割の評価")
        constraints = (
            models.UniqueConstraint(fields=("evaluation", "role"), name="evaluationrole_one_each"),
            models.CheckConstraint(name="evaluationrole_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="evaluationrole_known", condition=Q(happened__in=Happened.values)),
            models.CheckConstraint(
                name="evaluationrole_says_what_hindered", condition=~Q(happened=Happened.NO) | ~Q(hindered="")
            ),
        )


class EvaluationChange(Walled):
    """One change that was seen. The center's alone: one of them is safety from violence."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="+")
    code = CodeField(_("見られた変化"), list_code="change")

    class Meta:
        verbose_name = _("見られた変化")
        constraints = (
            models.UniqueConstraint(fields=("evaluation", "code"), name="evaluationchange_one_each"),
            models.CheckConstraint(name="evaluationchange_has_code", condition=~Q(code="")),
        )
