"""Issues (課題) of one person: what weighs on them, how much, and who says so."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow

from .labels import ITEM_OF, OTHERWISE, SEALED


class Severity(models.TextChoices):
    """How much an issue weighs. Source: domain.md 1.3.7."""

    LOW = "1", _("1（軽い）")
    MIDDLE = "2", _("2（中くらい）")
    HIGH = "3", _("3（重い）")
    UNKNOWN = "unknown", _("まだ分からない")


class Teller(models.TextChoices):
    """Who says so. Source: domain.md 1.3.7."""

    SELF = "self", _("本人")
    FAMILY = "family", _("家族")
    AGENCY = "agency", _("機関")
    STAFF = "staff", _("職員の見立て")


def _label_of_code() -> Q:
    """The item follows the code: an issue that was written down is never labelled by hand."""
    label = Q(item=OTHERWISE) & ~Q(code__in=sorted(ITEM_OF))
    for item in sorted(set(ITEM_OF.values())):
        label |= Q(item=item, code__in=sorted(code for code, its in ITEM_OF.items() if its == item))
    return label


class Issue(Labelled):
    """What is known of one issue of one person from a moment on. Never edited and never deleted.

    What is known later is a row that ``follows`` it; one with ``closed_on`` says that the issue is over.
    """

    MAY_BE_HIDDEN = True
    code = CodeField(_("課題"), list_code="issue")
    is_sealed = models.BooleanField(default=False, editable=False)
    severity = models.CharField(_("重さ"), max_length=8, choices=Severity.choices, default=Severity.UNKNOWN)
    said_by = models.CharField(_("だれが言っているか"), max_length=8, choices=Teller.choices)
    since = models.CharField(_("いつから"), max_length=60, blank=True)
    existing = models.CharField(_("いまかかわっている機関"), max_length=100, blank=True)
    words = models.TextField(_("くわしいこと"), max_length=1000, blank=True)
    closed_on = models.DateField(_("終わった日"), null=True, blank=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    noted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("課題")
        constraints = (
            models.CheckConstraint(name="issue_of_person", condition=Q(person__isnull=False)),
            models.CheckConstraint(name="issue_label_of_code", condition=_label_of_code()),
            models.CheckConstraint(
                name="issue_sealed_by_code",
                condition=Q(is_sealed=True, code__in=sorted(SEALED))
                | Q(is_sealed=False) & ~Q(code__in=sorted(SEALED)),
            ),
            models.CheckConstraint(name="issue_has_code", condition=~Q(code="")),
            models.CheckConstraint(name="issue_severity_known", condition=Q(severity__in=Severity.values)),
            models.CheckConstraint(name="issue_teller_known", condition=Q(said_by__in=Teller.values)),
            models.UniqueConstraint(name="issue_one_follower", fields=("follows",)),
        )
        indexes = (models.Index(fields=("case", "person"), name="issue_person"),)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None

    @property
    def told(self) -> list[tuple[str, str]]:
        """Return what is known of it: what was asked, and the answer in words; what nobody answered is left out."""
        answers = {
            "severity": self.get_severity_display(),
            "said_by": self.get_said_by_display(),
            "since": self.since,
            "existing": self.existing,
            "words": self.words,
            "closed_on": self.closed_on.isoformat() if self.closed_on else "",
        }
        asked: Any = self._meta
        return [
            (str(asked.get_field(name).verbose_name), str(words)) for name, words in answers.items() if words
        ]
