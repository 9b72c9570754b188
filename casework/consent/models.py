"""Consent (本人同意): one talk with one person, what they agreed to, for whom, and what they took back.

Consent is per person, never per household (domain.md R-CON-1). Rows are added, never changed: who changes their mind leaves a
withdrawal or a new consent.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from casework.sharing.items import Item
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Answer(models.TextChoices):
    """What the person said after the explanation."""

    GIVEN = "given", _("同意する")
    PENDING = "pending", _("説明を聞き、まだ決めていない")
    REFUSED = "refused", _("同意しない")


class Giver(models.TextChoices):
    """Who said it."""

    SELF = "self", _("本人")
    LEGAL = "legal", _("法定代理人（親権者など）")
    GUARDIAN = "guardian", _("成年後見人・保佐人・補助人")
    SCRIBE = "scribe", _("本人の意思を家族が代筆")


class ConsentMethod(models.TextChoices):
    """How it was given."""

    WRITTEN = "written", _("書面")
    ORAL = "oral", _("口頭（職員2人で記録）")
    ELECTRONIC = "electronic", _("電子（署名・フォーム）")
    PROXY = "proxy", _("代筆")


class Aid(models.TextChoices):
    """What helped the person to understand."""

    NONE = "none", _("なし")
    EASY = "easy", _("やさしい日本語")
    SIGN = "sign", _("手話・要約筆記")
    INTERPRETER = "interpreter", _("通訳")
    TACTILE = "tactile", _("点字・拡大文字・読み上げ")
    OTHER = "other", _("その他")


class Capacity(models.TextChoices):
    """Whether the person could judge (domain.md R-CON-6)."""

    CLEAR = "clear", _("疑いはない")
    DOUBTED = "doubted", _("疑いがある")
    NOT_LOOKED_AT = "not_looked_at", _("確かめていない")


class Consent(Walled):
    """What one person said about the sharing of their record. For the center's duty; an agency knows its own lines.

    ``own_view`` is the person's own voice where somebody else signs, a child's above all (domain.md R-CON-5).
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("casework.Person", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("同意の番号"), max_length=20, unique=True)
    answer = models.CharField(_("返事"), max_length=8, choices=Answer.choices)
    giver = models.CharField(_("だれが答えたか"), max_length=12, choices=Giver.choices)
    giver_name = models.CharField(_("答えた人の氏名"), max_length=100, blank=True)
    explained_on = models.DateField(_("説明した日"))
    explained_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    witness = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("立ち会った職員")
    )
    method = models.CharField(_("方法"), max_length=12, choices=ConsentMethod.choices)
    aid = models.CharField(_("助けになったもの"), max_length=12, choices=Aid.choices, default=Aid.NONE)
    aid_note = models.CharField(_("ことば・通訳した人など"), max_length=100, blank=True)
    capacity = models.CharField(_("判断する力"), max_length=16, choices=Capacity.choices)
    capacity_note = models.CharField(_("本人の意思をどう確かめたか"), max_length=500, blank=True)
    own_view = models.TextField(_("本人のことば"), max_length=1000, blank=True)
    explained = models.TextField(_("説明した内容"), max_length=2000)
    kept_at = models.CharField(_("書面の保管場所"), max_length=100, blank=True)
    valid_until = models.DateField(_("いつまで有効か"), null=True)
    recorded_at = models.DateTimeField(default=ClockNow)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("本人同意")
        constraints = (
            models.CheckConstraint(name="consent_answer_known", condition=Q(answer__in=Answer.values)),
            models.CheckConstraint(name="consent_explained", condition=~Q(explained="")),
            models.CheckConstraint(
                name="consent_oral_has_witness",
                condition=~Q(answer=Answer.GIVEN, method=ConsentMethod.ORAL)
                | Q(witness__isnull=False) & ~Q(witness=F("explained_by")),
            ),
            models.CheckConstraint(
                name="consent_doubt_has_note", condition=~Q(capacity=Capacity.DOUBTED) | ~Q(capacity_note="")
            ),
            models.CheckConstraint(
                name="consent_other_giver_named", condition=Q(giver=Giver.SELF) | ~Q(giver_name="")
            ),
            models.CheckConstraint(
                name="consent_in_order",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("explained_on")),
            ),
        )
        indexes = (models.Index(fields=("case", "person", "recorded_at"), name="consent_person"),)


class ConsentScope(Walled):
    """One thing agreed to: this agency, by name, may see this item (domain.md 3.5: never "関係機関一般")."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="scopes")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=12, choices=Item.choices)

    class Meta:
        verbose_name = _("同意の範囲")
        constraints = (
            models.UniqueConstraint(fields=("consent", "agency", "item"), name="consentscope_once"),
            models.CheckConstraint(name="consentscope_item_known", condition=Q(item__in=Item.values)),
        )


class ConsentExclusion(Walled):
    """Who must not be told what, in the person's words: also of people who are no agency (a daughter)."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="exclusions")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    item = models.CharField(max_length=12, choices=Item.choices, blank=True)
    words = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("見せないでほしい相手")
        constraints = (
            models.CheckConstraint(
                name="consentexclusion_says_something", condition=Q(agency__isnull=False) | ~Q(words="")
            ),
            models.CheckConstraint(
                name="consentexclusion_item_known", condition=Q(item__in=[*Item.values, ""])
            ),
        )


class ConsentWithdrawal(Walled):
    """A consent taken back, whole or in part: one agency (empty: all), one item (empty: all). Never undone."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="withdrawals")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", null=True)
    item = models.CharField(max_length=12, choices=Item.choices, blank=True)
    said_on = models.DateField(_("申し出のあった日"))
    how = models.CharField(_("だれから、どのように聞いたか"), max_length=300)
    recorded_at = models.DateTimeField(default=ClockNow)
    recorded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("同意の撤回")
        constraints = (
            models.CheckConstraint(name="consentwithdrawal_says_how", condition=~Q(how="")),
            models.CheckConstraint(
                name="consentwithdrawal_item_known", condition=Q(item__in=[*Item.values, ""])
            ),
        )


class LineConsent(Walled):
    """The consent on which a line rests: its person's; of everybody in the household for a line about the household.

    Written just before the line, whose trigger looks for it.
    """

    line = models.ForeignKey("casework.ShareLine", on_delete=models.PROTECT, related_name="rests_on")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="lines")

    class Meta:
        verbose_name = _("共有のもとになった同意")
        constraints = (models.UniqueConstraint(fields=("line", "consent"), name="lineconsent_once"),)
