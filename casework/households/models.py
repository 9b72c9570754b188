"""The household and its people. What differs in item lives in different tables."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeField
from casework.codes.lists import NOT_ASKED, UNKNOWN
from casework.sharing.items import Item, person_codename
from casework.sharing.models import Labelled
from permissions.agencies.models import Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled


class Household(Labelled):
    """The household of a case (世帯). Its label has no person."""

    name = models.CharField(_("世帯の呼び名"), max_length=60)
    kind = CodeField(_("世帯の類型"), list_code="household_kind", default=UNKNOWN)
    summary = models.TextField(_("世帯のようす"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("世帯")
        constraints = (
            models.UniqueConstraint(fields=("case",), name="household_one_per_case"),
            models.CheckConstraint(name="household_label", condition=Q(item=Item.BASIC, person__isnull=True)),
        )


class Sex(models.TextChoices):
    """How a person is drawn and addressed. Source: domain.md 1.3.2, 7.1."""

    FEMALE = "female", _("女性")
    MALE = "male", _("男性")
    OTHER = "other", _("その他")
    NOT_ASKED = "not_asked", _("聞いていない")
    UNKNOWN = "unknown", _("不明")


class Person(Walled):
    """A person of the case (本人・世帯員・別居の親族): the item ``basic`` of themselves.

    Who is in the household and who is not is told by their stays.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=12, choices=Item.choices, default=Item.BASIC, editable=False)
    name = models.CharField(_("氏名"), max_length=100)
    kana = models.CharField(_("ふりがな"), max_length=100, blank=True)
    relation = CodeField(_("続柄"), list_code="relation", default=UNKNOWN)
    sex = models.CharField(_("性別"), max_length=12, choices=Sex.choices, default=Sex.NOT_ASKED)
    birth_on = models.DateField(_("生年月日"), null=True, blank=True)
    age_about = models.PositiveSmallIntegerField(_("年齢（およそ）"), null=True, blank=True)
    occupation = models.CharField(_("仕事・学校"), max_length=100, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("本人・世帯員")
        permissions = tuple((person_codename(item), f"Can view {item} of the person") for item in Item.values)
        constraints = (
            models.CheckConstraint(name="person_label", condition=Q(item=Item.BASIC)),
            models.CheckConstraint(name="person_sex_known", condition=Q(sex__in=Sex.values)),
        )
        indexes = (models.Index(fields=("case", "position"), name="person_case"),)

    @property
    def known_age(self) -> int | None:
        """Age in years as far as it is known: by the birth date, or about."""
        return self.age_about if self.birth_on is None else self.age

    @property
    def age(self) -> int | None:
        """Age in years today in Japan, from the birth date; None without one."""
        return None if self.birth_on is None else age_on(self.birth_on, timezone.localdate())


def age_on(birth_on: dt.date, day: dt.date) -> int:
    """Return the age in years on a day."""
    return day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))


class Permitted(models.TextChoices):
    """What the person said of one means of reaching them. Not asked counts as no (decision 013)."""

    YES = "yes", _("よい")
    NO = "no", _("しない")
    NOT_ASKED = "not_asked", _("聞いていない（しない）")


class Post(models.TextChoices):
    """What the person said of post. Not asked counts as no."""

    YES = "yes", _("送ってよい")
    PLAIN = "plain", _("封筒に差出人の名を書かなければ送ってよい")
    NO = "no", _("送らない（手渡し）")
    NOT_ASKED = "not_asked", _("聞いていない（送らない）")


class Living(models.TextChoices):
    """Where a person stands to the household. Source: domain.md 1.3.2 (同居別居), 7.1."""

    TOGETHER = "together", _("同居（世帯の人）")
    AWAY = "away", _("世帯の人だが、入院・入所などで離れている")
    APART = "apart", _("別居（世帯の外）")
    DIED = "died", _("亡くなった")


class Stay(Labelled):
    """From this day on a person lives with the household, apart from it, or no more. Its end is the next stay's beginning.

    Never edited: a later change is a later row, a mistake is corrected by a row that names it and says so in its words.
    Without any row a person lives with the household: so it was before this table.
    """

    MAY_BE_HIDDEN = True
    ITEM = Item.BASIC

    living = models.CharField(_("暮らし方"), max_length=12, choices=Living.choices)
    since_on = models.DateField(_("いつから"), null=True, blank=True)  # None: since before what is known
    reason = CodeField(_("理由"), list_code="stay_reason", default=NOT_ASKED)
    words = models.CharField(_("くわしいこと"), max_length=200, blank=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    noted_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("同居・別居")
        constraints = (
            models.CheckConstraint(name="stay_label", condition=Q(item=Item.BASIC, person__isnull=False)),
            models.CheckConstraint(name="stay_living_known", condition=Q(living__in=Living.values)),
            models.UniqueConstraint(name="stay_one_correction", fields=("corrects",)),
        )
        indexes = (models.Index(fields=("case", "person"), name="stay_person"),)


class PersonContact(Labelled):
    """How a person may be reached, and how not (item ``contact``). What may be done with it: safety.py."""

    ITEM = Item.CONTACT

    phone = models.CharField(_("電話"), max_length=40, blank=True)
    safe_hours = models.CharField(_("電話してよい時間"), max_length=100, blank=True)
    cover_name = models.CharField(_("電話での名のり方"), max_length=60, blank=True)
    voicemail_ok = models.BooleanField(_("留守番電話に入れてよい"), default=False)
    sms = models.CharField(
        _("ショートメール（SMS）"), max_length=9, choices=Permitted.choices, default=Permitted.NOT_ASKED
    )
    email = models.EmailField(_("メールアドレス"), blank=True)
    email_use = models.CharField(
        _("メールを送ること"), max_length=9, choices=Permitted.choices, default=Permitted.NOT_ASKED
    )
    post = models.CharField(_("郵便"), max_length=9, choices=Post.choices, default=Post.NOT_ASKED)
    address = models.CharField(_("住所"), max_length=200, blank=True)
    caution = models.CharField(_("連絡のときの注意"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("連絡先")
        constraints = (
            models.UniqueConstraint(fields=("person",), name="personcontact_one"),
            models.CheckConstraint(
                name="personcontact_label", condition=Q(item=Item.CONTACT, person__isnull=False)
            ),
            models.CheckConstraint(
                name="personcontact_means_known",
                condition=Q(sms__in=Permitted.values, email_use__in=Permitted.values, post__in=Post.values),
            ),
        )


class CareLevel(models.TextChoices):
    """Long-term-care certification (domain.md 1.3.4)."""

    NONE = "none", _("申請していない")
    APPLIED = "applied", _("申請中")
    SUPPORT_1 = "support1", _("要支援1")
    SUPPORT_2 = "support2", _("要支援2")
    CARE_1 = "care1", _("要介護1")
    CARE_2 = "care2", _("要介護2")
    CARE_3 = "care3", _("要介護3")
    CARE_4 = "care4", _("要介護4")
    CARE_5 = "care5", _("要介護5")
    NOT_ASKED = "not_asked", _("聞いていない")
    UNKNOWN = "unknown", _("不明")


class PersonHealth(Labelled):
    """Illness, disability, care (item ``health``)."""

    ITEM = Item.HEALTH

    condition = models.TextField(_("病気・けが・障害のようす"), max_length=4000, blank=True)
    doctor = models.CharField(_("かかりつけ"), max_length=100, blank=True)
    care_level = models.CharField(
        _("要介護認定"), max_length=12, choices=CareLevel.choices, default=CareLevel.NOT_ASKED
    )

    class Meta:
        verbose_name = _("健康")
        constraints = (
            models.UniqueConstraint(fields=("person",), name="personhealth_one"),
            models.CheckConstraint(
                name="personhealth_label", condition=Q(item=Item.HEALTH, person__isnull=False)
            ),
        )


class PersonMoney(Labelled):
    """Income, debts, arrears (item ``money``). Amounts in yen."""

    ITEM = Item.MONEY

    monthly_income_yen = models.PositiveBigIntegerField(_("月の収入（円）"), null=True, blank=True)
    debt_yen = models.PositiveBigIntegerField(_("借金の合計（円）"), null=True, blank=True)
    situation = models.TextField(_("お金のようす"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("お金")
        constraints = (
            models.UniqueConstraint(fields=("person",), name="personmoney_one"),
            models.CheckConstraint(
                name="personmoney_label", condition=Q(item=Item.MONEY, person__isnull=False)
            ),
        )


# The tables that hold one item of one person.
ITEM_MODELS: dict[str, type[PersonContact] | type[PersonHealth] | type[PersonMoney]] = {
    model.ITEM: model for model in (PersonContact, PersonHealth, PersonMoney)
}
