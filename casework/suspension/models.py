"""A case that rests (中断): why, who decided it, and the day on which somebody looks at it again."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Stage
from casework.cases.words import stage_label
from casework.codes.fields import CodeField
from casework.tasks.models import Task
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Suspension(Walled):
    """That a case rests until it is reviewed. Frozen; one that goes on resting gets a row more. The newest counts.

    The center's alone: agencies see the stage, and why somebody is not reached is no business of all of them. Not a kind of closing
    (domain.md 1.8): the case goes back to ``stage_before``, or its end is talked about.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    stage_before = models.CharField(_("前の段階"), max_length=16, choices=Stage.choices)
    reason = CodeField(_("中断の理由"), list_code="suspend_reason")
    words = models.CharField(_("くわしいこと"), max_length=500, blank=True)
    review_on = models.DateField(_("見直しの日"))
    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="+")
    is_chiefs = models.BooleanField(_("センター長が決めた"))
    agenda = models.ForeignKey(
        "casework.AgendaItem", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("どの会議で決めたか"),
    )  # fmt: skip
    decided_in = models.CharField(_("一覧にない会議"), max_length=100, blank=True)
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("中断")
        constraints = (
            models.CheckConstraint(name="suspension_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="suspension_by_chief_or_meeting",
                condition=Q(is_chiefs=True) | ~Q(decided_in="") | Q(agenda__isnull=False),
            ),
            models.CheckConstraint(
                name="suspension_stage_known",
                condition=Q(stage_before__in=Stage.values) & ~Q(stage_before=Stage.SUSPENDED),
            ),
        )
        indexes = (models.Index("case", F("decided_at").desc(), name="suspension_case"),)

    def get_stage_before_display(self) -> str:  # type: ignore[no-redef] # Django leaves what a model says itself
        """Return the stage in the city's words (codes/)."""
        return stage_label(self.stage_before)


class SuspensionEnd(Walled):
    """That a case goes on, or that its end is talked about, and why."""

    suspension = models.OneToOneField(Suspension, on_delete=models.PROTECT, related_name="end")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(_("つぎの段階"), max_length=16, choices=Stage.choices)
    words = models.CharField(_("理由"), max_length=500)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("中断の終わり")
        constraints = (models.CheckConstraint(name="suspensionend_says_why", condition=~Q(words="")),)
