"""The case, its numbers and its history."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item, case_codename
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .states import Flow, Stage
from .words import flow_label, stage_label


class NumberSeries(models.Model):
    """The last number given out, per series and year. Numbers say nothing about a case."""

    name = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "year"), name="numberseries_one_per_year"),)

    def __str__(self) -> str:
        return f"{self.name}-{self.year}"


class Case(Walled):
    """A support case (支援ケース) about one household. Exactly one agency holds it at every moment.

    What stands here is seen by every agency with any live line: number, holder, stage, flow, worker. All
    else carries a label and lives in tables of its own.
    """

    number = models.CharField(_("ケース番号"), max_length=20, unique=True)
    holder = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("担当する機関")
    )
    worker = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("担当者"),
    )
    stage = models.CharField(_("段階"), max_length=16, choices=Stage.choices, default=Stage.RECEIVED)
    flow = models.CharField(_("流れ"), max_length=8, choices=Flow.choices, blank=True)
    opened_at = models.DateTimeField(_("受け付けた日時"), default=ClockNow)

    class Meta:
        verbose_name = _("支援ケース")
        verbose_name_plural = _("支援ケース")
        permissions = tuple(
            (case_codename(item), f"Can view {item} of the household") for item in Item.values
        )
        constraints = (
            models.CheckConstraint(name="case_stage_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="case_flow_known", condition=Q(flow__in=[*Flow.values, ""])),
        )

    def __str__(self) -> str:
        return self.number

    def get_stage_display(self) -> str:  # type: ignore[no-redef] # Django leaves what a model says itself
        """Return the stage in the city's words (codes/)."""
        return stage_label(self.stage)

    def get_flow_display(self) -> str:  # type: ignore[no-redef]
        """Return the flow in the city's words; empty while there is none."""
        return flow_label(self.flow)


class CaseActivity(models.Model):
    """When anything of a case last changed: the center's sort key, seen by the center only."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    changed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        indexes = (models.Index(F("changed_at").desc(), F("case").desc(), name="caseactivity_walk"),)

    def __str__(self) -> str:
        return f"activity {self.pk}"


class CaseEvent(Walled):
    """One act on a case: who, what, before, after. Added in the transaction of the act; never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+", null=True)
    item = models.CharField(max_length=12, choices=Item.choices, blank=True)
    verb = models.CharField(max_length=40)
    actor = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField(default=ClockNow)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("ケースの記録")
        indexes = (
            models.Index(fields=("case", "at"), name="caseevent_case_at"),
            models.Index(fields=("at",), condition=Q(verb="stage_changed"), name="caseevent_stages"),
        )
