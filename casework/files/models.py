"""Files of a case (資料): what they are, their bytes, and that one was taken away again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.uploads.pipeline import BY_CODE, Kind
from permissions.walls.clock import ClockNow


class _OfAnswer(Labelled):
    """Perhaps came with an answer: then it is read by whoever reads the answer."""

    class Meta:
        abstract = True

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        return (
            Q(answer__isnull=True) | Q(answer__role__is_meeting_only=False) | Q(answer__role__agency=agency)
        )


class CaseFile(_OfAnswer):
    """One file under a label, perhaps beside a note. Never changed; its bytes are a row of their own (FileContent).

    The center adds files. An agency adds one together with an answer to its role, with the answer's label.
    Whoever reads the label opens it. In a household that was concealed afterwards an agency does not, until somebody of the
    center has looked through it (FileCheck): a photograph tells where somebody lives.
    """

    MAY_BE_HIDDEN = True

    number = models.CharField(_("資料番号"), max_length=20, unique=True)
    title = models.CharField(_("資料の名前"), max_length=100)
    kind = models.CharField(_("種類"), max_length=8)
    size_bytes = models.PositiveIntegerField(_("大きさ"))
    digest = models.CharField(max_length=64)
    note = models.ForeignKey("casework.Note", on_delete=models.PROTECT, related_name="+", null=True)
    answer = models.OneToOneField(
        "casework.RoleAnswer", on_delete=models.PROTECT, related_name="+", null=True
    )
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("資料")
        constraints = (
            models.CheckConstraint(name="casefile_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="casefile_kind_known", condition=Q(kind__in=sorted(BY_CODE))),
            models.CheckConstraint(name="casefile_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="casefile_beside_one", condition=Q(note__isnull=True) | Q(answer__isnull=True)
            ),
        )
        indexes = (models.Index(fields=("case", "added_at"), name="casefile_case"),)

    def __str__(self) -> str:
        return self.number

    @property
    def of_kind(self) -> Kind:
        return BY_CODE[self.kind]

    @property
    def download_name(self) -> str:
        """Return what the file is called on somebody's computer: a number. Downloads lie about on shared machines."""
        return f"{self.number}.{self.of_kind.kept_as}"


class FileContent(_OfAnswer):
    """The bytes of a file; an agency sees a file where it sees these. They go when it is removed, and never change."""

    file = models.OneToOneField(CaseFile, on_delete=models.PROTECT, related_name="content")
    # The file's: the policy of these bytes may not look at the file (walls.py), so it looks at the answer.
    answer = models.ForeignKey("casework.RoleAnswer", on_delete=models.PROTECT, related_name="+", null=True)
    content = models.BinaryField()
    added_at = models.DateTimeField(default=ClockNow)  # the file's, for the policy

    class Meta:
        verbose_name = _("資料の中身")
        constraints = (
            models.CheckConstraint(name="filecontent_item_known", condition=Q(item__in=Item.values)),
        )


class FileRemoval(Labelled):
    """That a file was taken away and why, for the center: it was somebody else's, say. Its bytes are gone from then on."""

    file = models.OneToOneField(CaseFile, on_delete=models.PROTECT, related_name="removal")
    reason = models.CharField(_("取り除く理由"), max_length=300)
    removed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("資料の取り除き")
        constraints = (
            models.CheckConstraint(name="fileremoval_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="fileremoval_has_reason", condition=~Q(reason="")),
        )


class FileCheck(Labelled):
    """That somebody of the center looked through a file and found no place in it that the household hides."""

    file = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="checks")
    checked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("資料の確かめ")
        constraints = (
            models.CheckConstraint(name="filecheck_item_known", condition=Q(item__in=Item.values)),
        )
