"""The family chronology (家族年表): what happened to whom in which year, as several agencies know it (domain.md 7.4)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item
from casework.sharing.models import Labelled
from forms_app.fields.era import PartialDate, date_ja
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow

FIRST_YEAR, LAST_YEAR = 1868, 2199
# What an entry may be about; it decides who sees it.
ITEMS = (Item.HISTORY, Item.ASSESSMENT, Item.HEALTH, Item.MONEY)


class ChronologyEntry(Labelled):
    """One turning point in the life of a person, or of the household and around it. Never edited and never deleted.

    What was wrong is corrected by a row that names it; one with ``is_void`` takes it back. ``source`` is who knows it.
    """

    MAY_BE_HIDDEN = True

    year = models.PositiveSmallIntegerField(_("年"))
    month = models.PositiveSmallIntegerField(_("月"), null=True, blank=True)
    text = models.CharField(_("できごと"), max_length=200)
    source = models.ForeignKey(
        Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("知っている機関")
    )
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    is_void = models.BooleanField(default=False)
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("年表のできごと")
        indexes = (models.Index(fields=("case", "year"), name="chronologyentry_case"),)
        constraints = (
            models.CheckConstraint(
                name="chronologyentry_item_offered", condition=Q(item__in=[item.value for item in ITEMS])
            ),
            models.CheckConstraint(
                name="chronologyentry_year_in_bounds", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)
            ),
            models.CheckConstraint(
                name="chronologyentry_month_in_bounds",
                condition=Q(month__isnull=True) | Q(month__gte=1, month__lte=12),
            ),
            models.CheckConstraint(name="chronologyentry_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="chronologyentry_void_corrects", condition=Q(is_void=False) | Q(corrects__isnull=False)
            ),
        )

    @property
    def when(self) -> str:
        """When it was, as people write it: 平成13年4月（2001年）."""
        return date_ja(PartialDate(self.year, self.month))
