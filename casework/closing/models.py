"""How a case was closed (終結シート): why, who goes on, and what would bring the household back."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow

from .retention import Keeping, keeping_from


class Closure(Labelled):
    """The sheet with which a case is closed; one at most, never edited (domain.md 1.8). A case that comes back is a new one.

    Labelled with the household's plan: an agency that is told the plan is told how it ended. How long it is kept is counted
    from ``closed_at`` (retention.py).
    """

    MAY_BE_HIDDEN = True

    kind = CodeField(_("終結の区分"), list_code="close_kind")
    decision = models.ForeignKey(
        "casework.Decision", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    # In the other flows the item of a meeting, as of an internal one; or words, where no list has the meeting or the chief decided.
    agenda = models.ForeignKey(
        "casework.AgendaItem", on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("どの会議で決めたか"),
    )  # fmt: skip
    decided_by_words = models.CharField(_("どこで決めたか"), max_length=100, blank=True)
    lead = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    lead_words = models.CharField(_("終わったあとの窓口（くわしく）"), max_length=200, blank=True)
    watch = models.CharField(_("見守り"), max_length=200, blank=True)
    watch_until = models.DateField(_("見守りの終わり"), null=True, blank=True)
    signs = models.CharField(_("また相談してほしいとき（サイン）"), max_length=300, blank=True)
    follow_up_on = models.DateField(_("終わったあとの確認の日"), null=True, blank=True)
    told = models.CharField(_("本人に伝えたこと"), max_length=500)
    closed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("終結シート")
        constraints = (
            models.UniqueConstraint(fields=("case",), name="closure_one_each"),
            models.CheckConstraint(
                name="closure_of_the_households_plan", condition=Q(item=Item.PLAN, person__isnull=True)
            ),
            models.CheckConstraint(
                name="closure_says_who_goes_on", condition=Q(lead__isnull=False) | ~Q(lead_words="")
            ),
            models.CheckConstraint(
                name="closure_watch_has_an_end", condition=Q(watch_until__isnull=True) | ~Q(watch="")
            ),
            models.CheckConstraint(name="closure_says_what_was_told", condition=~Q(told="")),
        )

    @property
    def closed_on(self) -> dt.date:
        """The day in Japan on which it was closed."""
        return timezone.localdate(self.closed_at)

    @property
    def keeping(self) -> Keeping:
        """How long the record is kept by the setting of today."""
        return keeping_from(self.closed_on)
