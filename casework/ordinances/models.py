"""What a meeting stands on: the ordinance that sets it up (設置要綱), and the oath of who sits in it (誓約)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class MeetingKind(models.TextChoices):
    """What the law knows a meeting as. One for each case on the table, never two (domain.md R-MTG-1)."""

    SUPPORT = "shien_kaigi", _("支援会議（社会福祉法106条の6）")
    LAYERED = "jusou", _("重層的支援会議")
    ADJUSTING = "chosei", _("支援調整会議（生活困窮者自立支援）")
    INTERNAL = "internal", _("所内の会議")


# Meetings of agencies that no law binds to secrecy: everybody on the table agrees, for each agency. The 支援調整会議 belongs to 自立相談支援
# (生活困窮者自立支援法3条2項); the secrecy of its 9条 is that of another meeting, the 支援会議 of that law.
ON_CONSENT = (MeetingKind.LAYERED, MeetingKind.ADJUSTING)


class Ordinance(Walled):
    """One version of the text that sets a meeting up (社会福祉法106条の6第6項). Frozen: who changes it writes the next one.

    It holds from its first day until its last, or until the day on which the version after it begins.
    """

    title = models.CharField(_("名前"), max_length=100)
    text = models.TextField(_("本文"), max_length=20_000)
    kinds = ArrayField(
        models.CharField(max_length=12, choices=MeetingKind.choices), verbose_name=_("対象の会議")
    )
    valid_from = models.DateField(_("施行の日"))
    valid_until = models.DateField(_("効力の終わり"), null=True, blank=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="superseded_by", null=True, blank=True
    )
    made_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("設置要綱")
        constraints = (
            models.CheckConstraint(name="ordinance_has_text", condition=~Q(title="") & ~Q(text="")),
            models.CheckConstraint(
                name="ordinance_kinds_known",
                condition=Q(kinds__len__gte=1) & Q(kinds__contained_by=MeetingKind.values),
            ),
            models.CheckConstraint(
                name="ordinance_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            ),
        )

    @property
    def kind_labels(self) -> list[str]:
        return [str(MeetingKind(kind).label) for kind in self.kinds]


class OathMedium(models.TextChoices):
    """How an oath was given."""

    SCREEN = "screen", _("画面で")
    PAPER = "paper", _("書面で")


class Oath(Walled):
    """That one person in one agency keeps secret what they hear in meetings, for one fiscal year (domain.md R-MTG-3).

    ``year``: the one in which it began, in April. Added, never changed.
    """

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("誓約した人")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    medium = models.CharField(_("方法"), max_length=8, choices=OathMedium.choices)
    signed_on = models.DateField(_("誓約した日"))
    kept_at = models.CharField(_("書面の保管場所"), max_length=100, blank=True)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("守秘の誓約")
        constraints = (
            models.UniqueConstraint(fields=("membership", "year"), name="oath_once_a_year"),
            models.CheckConstraint(name="oath_medium_known", condition=Q(medium__in=OathMedium.values)),
            models.CheckConstraint(
                name="oath_paper_is_kept", condition=Q(medium=OathMedium.SCREEN) | ~Q(kept_at="")
            ),
        )
