"""Concealment (秘匿): where somebody lives must not be known. What says so, and the vault the places go to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class ConcealmentKind(models.TextChoices):
    """On what it rests now."""

    PROVISIONAL = "provisional", _("本人の申し出（仮）")
    MEASURE = "measure", _("住民票などのDV等支援措置")
    OTHER = "other", _("裁判所の保護命令など、ほかの根拠")


class PlaceKind(models.TextChoices):
    """What tells where somebody is (domain.md R-DV-8)."""

    ADDRESS = "address", _("住所")
    WORK = "work", _("仕事・学校")
    CLINIC = "clinic", _("かかりつけ")


class Concealment(Walled):
    """One concealment: that it stands, and nothing else. Whoever sees anything of the case knows it.

    It is set for one person and covers the household. Only a Lift ends it, never a date (domain.md R-DV-5).
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    set_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("秘匿")
        indexes = (models.Index(fields=("case",), name="concealment_case"),)

    def __str__(self) -> str:
        return f"concealment {self.pk}"


class ConcealmentGround(Walled):
    """On what a concealment rests, and until when that was granted. A new row says what is so from then on."""

    concealment = models.ForeignKey(Concealment, on_delete=models.PROTECT, related_name="grounds")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("根拠"), max_length=12, choices=ConcealmentKind.choices)
    words = models.CharField(_("根拠の内容"), max_length=300)
    ends_on = models.DateField(_("措置の終わりの日"), null=True, blank=True)
    sequence = models.PositiveSmallIntegerField()
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("秘匿の根拠")
        constraints = (
            models.UniqueConstraint(fields=("concealment", "sequence"), name="concealment_ground_order"),
            models.CheckConstraint(
                name="concealment_kind_known", condition=Q(kind__in=ConcealmentKind.values)
            ),
            models.CheckConstraint(
                name="concealment_measure_ends", condition=~Q(kind="measure") | Q(ends_on__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"ground {self.pk}"


class ConcealmentThreat(Walled):
    """Who must not learn it: in words, and, where it is an agency or a person with an account, blocked by the walls."""

    concealment = models.ForeignKey(Concealment, on_delete=models.PROTECT, related_name="threats")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("知らせてはいけない人"), max_length=100)
    relation = models.CharField(_("本人との関係"), max_length=100, blank=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    user_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("知らせてはいけない相手")

    def __str__(self) -> str:
        return f"threat {self.pk}"


class LiftRequest(Walled):
    """Somebody asks to lift a concealment; somebody else has to confirm within a day.

    ``grounds`` is how many there were: one more since, and the record is not the one that was asked about.
    """

    concealment = models.ForeignKey(Concealment, on_delete=models.PROTECT, related_name="lift_requests")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("秘匿を終える理由"), max_length=300)
    grounds = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("秘匿を終える申し出")

    def __str__(self) -> str:
        return f"lift request {self.pk}"


class Lift(Walled):
    """The end of a concealment, by a second person on the live record. Once."""

    concealment = models.OneToOneField(Concealment, on_delete=models.PROTECT, related_name="lift")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(LiftRequest, on_delete=models.PROTECT, related_name="lift")
    confirmed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("秘匿の終わり")

    def __str__(self) -> str:
        return f"lift {self.pk}"


class SecretPlace(Walled):
    """That something in the vault tells where a person is; not what. The last of a kind counts.

    The digests are keyed: they recognize the place in what somebody writes, and tell nothing (places.py). The core of an
    address is its town and numbers.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("場所の種類"), max_length=8, choices=PlaceKind.choices)
    sequence = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    digest_length = models.PositiveSmallIntegerField()
    core_digest = models.CharField(max_length=64, blank=True, default="")
    core_digest_length = models.PositiveSmallIntegerField(default=0)
    put_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    put_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("秘匿している場所")
        constraints = (
            models.UniqueConstraint(fields=("person", "kind", "sequence"), name="secretplace_order"),
            models.CheckConstraint(name="secretplace_kind_known", condition=Q(kind__in=PlaceKind.values)),
        )
        indexes = (models.Index(fields=("case",), name="secretplace_case"),)

    def __str__(self) -> str:
        return f"place {self.pk}"


class FoundPlace(models.Model):
    """A row that nobody may change any more and that writes out a place: it is seen by nobody while the place is concealed.

    ``row_id`` is the key of a note, a paragraph, a direction, a role row or an answer to one (found.py).
    """

    row_id = models.UUIDField(primary_key=True)
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    table = models.CharField(max_length=40)
    found_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("場所が書かれている記録")

    def __str__(self) -> str:
        return f"found {self.pk}"


class SecretText(models.Model):
    """The place itself, encrypted. Nobody reads it but whoever it is open for, for ten minutes (PlaceOpening)."""

    place = models.OneToOneField(SecretPlace, on_delete=models.PROTECT, primary_key=True, related_name="+")
    locked = models.TextField()

    class Meta:
        verbose_name = _("秘匿している場所の中身")

    def __str__(self) -> str:
        return f"secret {self.pk}"


class PlaceRequest(Walled):
    """Somebody needs to see one place of one person, and says why."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=PlaceKind.choices)
    reason = models.CharField(_("見る理由"), max_length=300)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("場所を見る申し出")
        constraints = (
            models.CheckConstraint(name="placerequest_kind_known", condition=Q(kind__in=PlaceKind.values)),
        )

    def __str__(self) -> str:
        return f"request {self.pk}"


class PlaceOpening(Walled):
    """The place is open to whoever asked, until ten minutes from now; the database sets both times.

    An address needs a second person (architecture.md 4); the rest is opened by whoever asks, with a reason (R-DV-2).
    """

    request = models.OneToOneField(PlaceRequest, on_delete=models.PROTECT, related_name="opening")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=ClockNow)
    until = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("場所を開いた記録")

    def __str__(self) -> str:
        return f"opening {self.pk}"
