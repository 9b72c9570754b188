"""Screening (振り分け): what was known, what that suggested, what somebody chose and why."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.cases.states import Flow, Stage
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .rules import CHOICES, Fact, Suggestion, choice_label


class Screening(Walled):
    """One screening of a case. Never changed; a case that comes back is screened anew.

    ``facts`` are codes (rules.py), ``from_records`` those of them that the records told by themselves.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(_("分かっていること"), default=list)
    from_records = models.JSONField(default=list)
    suggested = models.CharField(_("提案"), max_length=8, choices=Flow.choices, blank=True)
    reasons = models.JSONField(_("提案の理由"), default=list)
    chosen = models.CharField(_("決めたこと"), max_length=16, choices=[(s.value, s.label) for s in CHOICES])
    why = models.CharField(_("そう決めた理由"), max_length=500, blank=True)
    second = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        verbose_name=_("一緒に確かめた職員"),
    )
    decided_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("振り分け")
        constraints = (
            models.CheckConstraint(
                name="screening_chosen_known", condition=Q(chosen__in=[s.value for s in CHOICES])
            ),
            models.CheckConstraint(
                name="screening_information_only_by_two",
                condition=~Q(chosen=Stage.CLOSED_INFO)
                | (Q(second__isnull=False) & ~Q(second=F("decided_by"))),
            ),
        )
        indexes = (models.Index("case", F("decided_at").desc(), name="screening_case"),)

    @property
    def chosen_label(self) -> str | Promise:
        return choice_label(self.chosen)

    @property
    def suggestion(self) -> Suggestion:
        return Suggestion(self.suggested, tuple(Fact(code) for code in self.reasons))
