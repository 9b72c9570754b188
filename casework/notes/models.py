"""Progress notes (支援経過記録): a note, its paragraphs, each with its kind and where it comes from, and who else was there."""

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


class OathMedium(models.TextChoices):
    """How somebody promised to keep what they hear to themselves."""

    WRITTEN = "written", _("書面")
    ORAL = "oral", _("口頭")


class SpokenWith(models.TextChoices):
    """With whom somebody talked: how long nobody has seen a household is told by it (accompanying/)."""

    HOUSEHOLD = "household", _("本人か世帯の人")
    OTHERS = "others", _("世帯の外の人や機関")
    NOBODY = "nobody", _("だれとも話していない・会えなかった")


class Note(Labelled):
    """One entry of the support record. Never edited; a correction is a new note that names the old one and says why.

    One note has one correction at most: who finds another mistake corrects the correction.
    """

    MAY_BE_HIDDEN = True

    occurred_at = models.DateTimeField(_("あった日時"))
    method = CodeField(_("方法"), list_code="method")
    title = models.CharField(_("見出し"), max_length=100)
    spoken_with = models.CharField(_("だれと話したか"), max_length=12, choices=SpokenWith.choices, blank=True)
    author = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    correction_reason = models.CharField(_("訂正の理由"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("支援経過記録")
        constraints = (
            models.CheckConstraint(name="note_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(
                name="note_spoken_with_known", condition=Q(spoken_with__in=[*SpokenWith.values, ""])
            ),
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


# A friend or a relative comes along as they are. A lawyer is bound by law (弁護士法23条). Everybody else promises, also in
# what roles the city adds.
ROLES_WITHOUT_OATH = frozenset({"companion", "lawyer"})


class Attendee(Labelled):
    """Somebody from outside who was there (同席した人), with the note's own label. Comes with its note, as a paragraph does.

    Nothing opens for them: no account, no share. The oath holds for what this note tells of, and for nothing else.
    """

    MAY_BE_HIDDEN = True

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="attendees")
    position = models.PositiveSmallIntegerField()
    role = CodeField(_("立場"), list_code="attendee_role")
    name = models.CharField(_("氏名"), max_length=60)
    organization = models.CharField(_("所属"), max_length=100, blank=True)
    relation = models.CharField(_("本人との関係"), max_length=100, blank=True)
    oath_on = models.DateField(_("守秘の誓約の日"), null=True, blank=True)
    oath_medium = models.CharField(
        _("守秘の誓約の方法"), max_length=8, choices=OathMedium.choices, blank=True
    )

    class Meta:
        verbose_name = _("同席した人")
        constraints = (
            models.UniqueConstraint(name="attendee_in_order", fields=("note", "position")),
            models.CheckConstraint(name="attendee_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="attendee_has_role_and_name", condition=~Q(role="") & ~Q(name="")),
            models.CheckConstraint(
                name="attendee_oath_whole",
                condition=Q(oath_on__isnull=True, oath_medium="")
                | Q(oath_on__isnull=False, oath_medium__in=OathMedium.values),
            ),
        )

    @property
    def lacks_oath(self) -> bool:
        """Whether somebody who had to promise secrecy did not, as far as is written down."""
        return self.oath_on is None and self.role not in ROLES_WITHOUT_OATH
