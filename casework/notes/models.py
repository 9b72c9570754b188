"""Progress notes (支援経過記録): a note, and its paragraphs, each with its kind and where it comes from."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow


class ParagraphKind(models.TextChoices):
    """What a paragraph is. Fixed: the disclosure of a record rests on it. Source: domain.md 1.4."""

    FACT = "fact", _("事実")
    STATEMENT = "statement", _("発言")
    ASSESSMENT = "assessment", _("所見・見立て")
    NEXT = "next", _("次の対応")
    TRANSCRIPT = "transcript", _("逐語")
    UNSORTED = "unsorted", _("区分なし")  # written before paragraphs had kinds


class ParagraphSource(models.TextChoices):
    """From whom a paragraph comes: what may have to be hidden when a person asks for their record (R-DIS-1)."""

    SELF = "self", _("本人から")
    FAMILY = "family", _("家族から")
    THIRD_PARTY = "third_party", _("第三者から")
    AGENCY = "agency", _("機関から")
    DOCUMENT = "document", _("書類から")
    OBSERVED = "observed", _("職員の観察")
    JUDGED = "judged", _("職員の判断")
    UNKNOWN = "unknown", _("出どころの記録なし")  # written before sources were asked for


# A judgment stands in a box of its own (R-DIS-3): no fact and nobody's words are the staff's judgment.
OPINIONS = (ParagraphKind.ASSESSMENT, ParagraphKind.NEXT)


class Note(Labelled):
    """One entry of the support record. Never edited; a correction is a new note that names the old one and says why.

    One note has one correction at most: who finds another mistake corrects the correction.
    """

    MAY_BE_HIDDEN = True

    occurred_at = models.DateTimeField(_("あった日時"))
    method = CodeField(_("方法"), list_code="method")
    title = models.CharField(_("見出し"), max_length=100)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    correction_reason = models.CharField(_("訂正の理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("支援経過記録")
        constraints = (
            models.CheckConstraint(name="note_item_known", condition=Q(item__in=Item.values)),
            models.UniqueConstraint(name="note_one_correction", fields=("corrects",)),
            models.CheckConstraint(
                name="note_correction_says_why",
                condition=Q(corrects__isnull=True, correction_reason="")
                | Q(corrects__isnull=False) & ~Q(correction_reason=""),
            ),
        )
        indexes = (models.Index("case", F("occurred_at").desc(), F("id").desc(), name="note_case_walk"),)

    @property
    def is_late(self) -> bool:
        """Whether it was written down on a later day than it happened: both times are shown then (domain.md 1.4)."""
        return (self.written_at - self.occurred_at).days >= 1


class NoteParagraph(Labelled):
    """One paragraph of a note, with the note's own label. Comes with its note: the database takes none later."""

    MAY_BE_HIDDEN = True

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="paragraphs")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(_("区分"), max_length=12, choices=ParagraphKind.choices)
    source = models.CharField(_("出どころ"), max_length=12, choices=ParagraphSource.choices)
    text = models.TextField(_("内容"), max_length=40_000)

    class Meta:
        verbose_name = _("支援経過記録の段落")
        constraints = (
            models.UniqueConstraint(name="noteparagraph_in_order", fields=("note", "position")),
            models.CheckConstraint(name="noteparagraph_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(
                name="noteparagraph_kind_known", condition=Q(kind__in=ParagraphKind.values)
            ),
            models.CheckConstraint(
                name="noteparagraph_source_known", condition=Q(source__in=ParagraphSource.values)
            ),
            models.CheckConstraint(name="noteparagraph_has_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="noteparagraph_judgment_apart",
                condition=~Q(source=ParagraphSource.JUDGED) | Q(kind__in=OPINIONS),
            ),
        )
