"""The ledger of sharing: who may see which item of whom, on which legal basis, from when to when."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled, WalledGrant

from .bases import ADDED_PREFIX, NEEDS_APPROVAL, Basis, bases
from .items import Item


class SamePerson(Func):
    """``a IS NOT DISTINCT FROM b``: two labels about the same person, or both about the whole household."""

    arg_joiner = " IS NOT DISTINCT FROM "
    template = "(%(expressions)s)"
    output_field: Any = models.BooleanField()


class NotBlocked(Func):
    """The case is not blocked for whoever is asking (the database knows who)."""

    template = "NOT (%(expressions)s = ANY ((SELECT wall_blocked())::uuid[]))"
    output_field: Any = models.BooleanField()


class NotHidden(Func):
    """The row does not write out a place that is concealed now (concealment/found.py)."""

    template = "NOT (%(expressions)s = ANY ((SELECT wall_hidden())::uuid[]))"
    output_field: Any = models.BooleanField()


class LivesHere(Func):
    """The person belongs to the household now, as far as whoever asks may know (households/sql.py)."""

    function = "casework_lives_here"
    output_field: Any = models.BooleanField()


class Labelled(Walled):
    """A row with case content. The label: the case, the person (empty: the household), one item.

    ``MAY_BE_HIDDEN``: a place that somebody wrote into it cannot be taken out again, so the row is hidden with it.
    """

    MAY_BE_HIDDEN: ClassVar[bool] = False

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        "casework.Person", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    item = models.CharField(_("項目"), max_length=12, choices=Item.choices)

    class Meta:
        abstract = True

    @classmethod
    def open_to(cls, agency: Agency) -> Q:
        """Return what has to hold beside the label for people of an agency to see a row; a model narrows it as its policy does."""
        return Q()


class Share(Walled):
    """The envelope of one agency and one case (共有): one open row, holding the agency's sort key.

    ``last_visible_change_at`` is moved by a database trigger, only for changes that this agency may see:
    otherwise order and dates would tell it that something hidden happened.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=ClockNow)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_visible_change_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("共有")
        constraints = (
            models.UniqueConstraint(
                fields=("case", "agency"),
                condition=Q(closed_at__isnull=True),
                name="share_one_open_per_agency",
            ),
        )
        indexes = (
            models.Index(
                "agency",
                F("last_visible_change_at").desc(),
                F("case").desc(),
                condition=Q(closed_at__isnull=True),
                name="share_walk",
            ),
        )


class AddedBasis(models.Model):
    """A legal basis that a city added (settings.MARUGOTO_BASES), for the database to know its rule.

    Written after each migrate by the owner of the tables; the application reads it. Rows stay for as long as lines
    name them.
    """

    code = models.CharField(primary_key=True, max_length=16)
    needs_approval = models.BooleanField()

    class Meta:
        verbose_name = _("加えた法的根拠")

    def __str__(self) -> str:
        return self.code


class ShareLineQuerySet(models.QuerySet["ShareLine"]):
    def live(self) -> ShareLineQuerySet:
        """Return the lines that hold now, by the database's clock. No worker is needed for an end."""
        return self.filter(LIVE)


class ShareLine(Labelled):
    """One right to see (共有明細): this agency, this item of this person, on this basis, until then.

    Added and ended, never edited: the database refuses it. Two bases for one thing are two lines. The agency reads
    its own lines, so why one ended stands elsewhere (LineEnd).
    """

    share = models.ForeignKey(Share, on_delete=models.PROTECT, related_name="lines")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(_("法的根拠"), max_length=16, choices=Basis.choices)
    evidence = models.CharField(_("根拠の内容"), max_length=300)
    approver = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("承認者"),
    )
    starts_at = models.DateTimeField(_("始まり"), default=ClockNow)
    until = models.DateTimeField(_("終わり"), null=True, blank=True)
    added_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=ClockNow)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    objects = ShareLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("共有明細")
        constraints = (
            models.CheckConstraint(
                name="shareline_basis_known",
                condition=Q(basis__in=Basis.values) | Q(basis__startswith=ADDED_PREFIX),
            ),
            models.CheckConstraint(name="shareline_item_known", condition=Q(item__in=Item.values)),
            models.CheckConstraint(name="shareline_has_evidence", condition=~Q(evidence="")),
            models.CheckConstraint(
                name="shareline_temporary_needs_approval",
                condition=~Q(basis__in=sorted(NEEDS_APPROVAL))
                | Q(approver__isnull=False, until__isnull=False),
            ),
            models.CheckConstraint(
                name="shareline_emergency_ends",
                condition=~Q(basis=Basis.EMERGENCY)
                | Q(until__isnull=False, until__lte=F("starts_at") + dt.timedelta(hours=1)),
            ),
            models.CheckConstraint(
                name="shareline_in_order", condition=Q(until__isnull=True) | Q(until__gt=F("starts_at"))
            ),
        )
        indexes = (
            models.Index(
                fields=("case", "agency", "item", "person", "until"),
                condition=Q(ended_at__isnull=True),
                name="shareline_open",
            ),
            models.Index(fields=("until",), condition=Q(ended_at__isnull=True), name="shareline_until"),
        )

    @property
    def basis_label(self) -> Any:
        """Return the basis in words; the code of one that the settings do not name any more."""
        known = bases().get(self.basis)
        return known.label if known else self.basis


class EndCause(models.TextChoices):
    """What a line ended by."""

    DECIDED = "decided", _("センターが終わりにした")
    WITHDRAWN = "withdrawn", _("同意の撤回")


class LineEnd(Walled):
    """Why a line ended: for the center alone. The agency is told that it ended, not why (domain.md R-CON-3)."""

    line = models.OneToOneField(ShareLine, on_delete=models.PROTECT, related_name="end")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=12, choices=EndCause.choices)
    reason = models.CharField(_("終わりの理由"), max_length=300)

    class Meta:
        verbose_name = _("共有の終わり")
        constraints = (
            models.CheckConstraint(name="lineend_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="lineend_cause_known", condition=Q(cause__in=EndCause.values)),
        )


class Recall(Walled):
    """What an agency is told when something it was shown is taken back (共有の終わりのお知らせ): no reason.

    ``labels``: [[person or null, item]] that it no longer sees on any ground. It can no longer see the case, so the number it
    knows stands here.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    case_number = models.CharField(_("ケース番号"), max_length=20)
    labels = models.JSONField()
    told_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("共有の終わりのお知らせ")
        indexes = (models.Index(fields=("agency", "told_at"), name="recall_agency"),)

    @property
    def item_names(self) -> list[str]:
        """Return the names of the items that are no longer seen, each once, in their order."""
        told = {item for _person, item in self.labels}
        return [str(item.label) for item in Item if item in told]


class Disposal(models.TextChoices):
    """What an agency did with what it had kept of things it no longer sees."""

    DESTROYED = "destroyed", _("紙もデータも廃棄した")
    NOTHING_KEPT = "nothing_kept", _("手元に残していない")
    KEPT_BY_LAW = "kept_by_law", _("法令で決められた記録として保存する")


class RecallAnswer(Walled):
    """The agency's confirmation that nothing is left, or which law makes it keep what. Never changed."""

    recall = models.OneToOneField(Recall, on_delete=models.PROTECT, related_name="answer")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("どうしましたか"), max_length=16, choices=Disposal.choices)
    law = models.CharField(_("法令の名前と保存の期限"), max_length=200, blank=True)
    answered_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("廃棄の確認")
        constraints = (
            models.CheckConstraint(name="recallanswer_kind_known", condition=Q(kind__in=Disposal.values)),
            models.CheckConstraint(
                name="recallanswer_law_named", condition=~Q(kind=Disposal.KEPT_BY_LAW) | ~Q(law="")
            ),
        )


LIVE = Q(ended_at__isnull=True, starts_at__lte=ClockNow()) & (Q(until__isnull=True) | Q(until__gt=ClockNow()))


class HasLiveLine(Func):
    """The envelope has a line that holds now: LIVE, written as SQL.

    For the case list only. Django needs longer to put the same together from parts than PostgreSQL to answer it
    (docs/benchmarks.md).
    """

    template = (
        "EXISTS (SELECT 1 FROM casework_shareline l WHERE l.share_id = %(expressions)s AND l.ended_at IS NULL"
        " AND l.starts_at <= clock_now() AND (l.until IS NULL OR l.until > clock_now()))"
    )
    output_field: Any = models.BooleanField()


def live_through(path: str) -> Q:
    """Return the condition that the line at ``path`` holds now."""
    return Q(**{f"{path}__ended_at__isnull": True, f"{path}__starts_at__lte": ClockNow()}) & (
        Q(**{f"{path}__until__isnull": True}) | Q(**{f"{path}__until__gt": ClockNow()})
    )


class LineGrant(WalledGrant):
    """A guardian row that one line explains; written and removed with the line by sharing/actions.py."""

    line = models.ForeignKey(ShareLine, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def live_now(cls) -> Q:
        return live_through("line") & Q(NotBlocked("line__case"))


class CaseGrant(LineGrant):
    """The object permission of an agency's group for an item of the household as a whole."""

    content_object = models.ForeignKey(
        "casework.Case", on_delete=models.PROTECT, related_name="agency_grants"
    )

    class Meta:
        unique_together = (("group", "permission", "content_object", "line"),)


class PersonGrant(LineGrant):
    """The object permission of an agency's group for an item of one person."""

    content_object = models.ForeignKey(
        "casework.Person", on_delete=models.PROTECT, related_name="agency_grants"
    )

    class Meta:
        unique_together = (("group", "permission", "content_object", "line"),)


class Block(Walled):
    """A person or an agency that may not see a case, whatever is shared (assurance.md A15)."""

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    user_id = models.BigIntegerField(_("人"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=300)
    set_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=ClockNow)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("閲覧の禁止")
        constraints = (
            models.CheckConstraint(
                name="block_one_target",
                condition=Q(agency__isnull=True, user_id__isnull=False)
                | Q(agency__isnull=False, user_id__isnull=True),
            ),
            models.CheckConstraint(name="block_has_reason", condition=~Q(reason="")),
        )
        indexes = (
            models.Index(fields=("user_id",), condition=Q(lifted_at__isnull=True), name="block_user"),
            models.Index(fields=("agency",), condition=Q(lifted_at__isnull=True), name="block_agency"),
        )
