"""The assessment (アセスメント): what each agency knows of a household, section by section. Nothing is edited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.dates import in_era
from casework.households.models import age_on
from casework.issues.models import Teller
from casework.sharing.items import Item
from casework.sharing.models import Labelled
from permissions.agencies.models import Agency, Membership
from permissions.walls.clock import ClockNow
from permissions.walls.models import Walled

from .choices import ASKING, FACTS, Section, facts_of
from .labels import ITEM_OF, OTHERWISE


def _label_of_section() -> Q:
    """The item follows the section: a part that was written down is never labelled by hand."""
    label = Q(item=OTHERWISE) & ~Q(section__in=sorted(ITEM_OF))
    for section, item in sorted(ITEM_OF.items()):
        label |= Q(item=item, section=section)
    return label


def _one(words: Any, name: str) -> models.CharField[str, str]:
    """Return the column of a fact with one answer."""
    return models.CharField(words, max_length=12, choices=FACTS[name].choices.choices, blank=True)


def _several(words: Any, name: str) -> ArrayField[list[str], list[str]]:
    """Return the column of a fact with several answers."""
    each = models.CharField(max_length=12, choices=FACTS[name].choices.choices)
    return ArrayField(each, verbose_name=words, blank=True, default=list)


class AssessmentPart(Labelled):
    """What one agency says in one section about one person or the household. Never edited and never deleted.

    A later one of the same agency about the same takes its place; the organizations of the center count as one.
    """

    MAY_BE_HIDDEN = True

    section = models.CharField(_("欄"), max_length=12, choices=Section.choices)
    ties = _one(_("人や地域とのつながり"), "ties")
    marital = _one(_("婚姻"), "marital")
    children = _one(_("子ども"), "children")
    dependents = _one(_("扶養している人"), "dependents")
    housing = _one(_("住まいの種類"), "housing")
    rent = _one(_("家賃の支払い"), "rent")
    utilities = _several(_("止まっているもの"), "utilities")
    pets = _one(_("ペット"), "pets")
    treatment = _one(_("受診"), "treatment")
    cover = _one(_("健康保険"), "cover")
    handbook = _several(_("障害者手帳"), "handbook")
    medical_aid = _one(_("自立支援医療"), "medical_aid")
    support_level = _one(_("障害支援区分"), "support_level")
    welfare = _one(_("生活保護"), "welfare")
    purse = _one(_("お金を管理している人"), "purse")
    incomes = _several(_("収入の種類"), "incomes")
    taxation = _one(_("住民税"), "taxation")
    savings = _one(_("預貯金"), "savings")
    arrears = _several(_("滞納"), "arrears")
    work = _one(_("仕事・学校"), "work")
    employment = _one(_("働き方"), "employment")
    left_work = _one(_("仕事を離れてから"), "left_work")
    education = _one(_("最後に通った学校"), "education")
    text = models.TextField(_("くわしいこと"), max_length=2000, blank=True)
    said_by = models.CharField(_("だれが言っているか"), max_length=8, choices=Teller.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveSmallIntegerField()
    written_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("アセスメントの欄")
        indexes = (models.Index(fields=("case", "written_at"), name="assessmentpart_case"),)
        constraints = (
            models.CheckConstraint(name="assessmentpart_label", condition=_label_of_section()),
            models.CheckConstraint(
                name="assessmentpart_section_known", condition=Q(section__in=Section.values)
            ),
            models.CheckConstraint(
                name="assessmentpart_teller_known", condition=Q(said_by__in=Teller.values)
            ),
            models.CheckConstraint(
                name="assessmentpart_says_something",
                condition=~Q(text="") | Q(section__in=sorted(section.value for section in ASKING)),
            ),
            *(
                models.CheckConstraint(name=f"assessmentpart_{name}_known", condition=fact.holds(name))
                for name, fact in FACTS.items()
            ),
        )

    @property
    def told_facts(self) -> list[tuple[str, str]]:
        """Return of the closed choices of the section those that somebody asked about: the question and the answer in words."""
        return [*self.told_first, *self.told_more]

    @property
    def told_first(self) -> list[tuple[str, str]]:
        return self._told(is_more=False)

    @property
    def told_more(self) -> list[tuple[str, str]]:
        """Return those of them that the form folds away."""
        return self._told(is_more=True)

    def _told(self, *, is_more: bool) -> list[tuple[str, str]]:
        answers = [(name, FACTS[name], getattr(self, name)) for name in facts_of(self.section)]
        return [
            (question(name), fact.words(answer))
            for name, fact, answer in answers
            if fact.is_more == is_more and fact.is_told(answer)
        ]


def question(name: str) -> str:
    """Return what is asked with a closed choice, by its column."""
    column: Any = AssessmentPart._meta.get_field(name)
    return str(column.verbose_name)


class Purpose(models.TextChoices):
    """What a version is fixed for. Not in free words: who sees any part of the version reads it."""

    PLAN = "plan", _("プランを作るため")
    MEETING = "meeting", _("会議に出すため")
    AGAIN = "again", _("再プランの前に見直すため")
    REVIEW = "review", _("決まった時期の見直し")
    CHANGE = "change", _("ようすが変わったため")


class Assessment(Walled):
    """A fixed version of the assessment of a case: which parts held at that moment. ``version`` counts within the case.

    It has no content of its own: who sees one of its parts knows of it.
    """

    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField(_("版"))
    purpose = models.CharField(_("確定の目的"), max_length=12, choices=Purpose.choices)
    fixed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    fixed_at = models.DateTimeField(_("確定した日時"), default=ClockNow)

    class Meta:
        verbose_name = _("アセスメント")
        constraints = (
            models.UniqueConstraint(fields=("case", "version"), name="assessment_version_once"),
            models.CheckConstraint(name="assessment_purpose_known", condition=Q(purpose__in=Purpose.values)),
        )

    def __str__(self) -> str:
        return f"A{self.version}"

    @property
    def name(self) -> str:
        """What people call it: the first one, or which one again."""
        if self.version == 1:
            return gettext("初回アセスメント")
        return gettext("再アセスメント%(number)s") % {"number": self.version - 1}

    @property
    def fixed_on(self) -> dt.date:
        """The day in Japan on which it was fixed."""
        return timezone.localtime(self.fixed_at).date()


class AssessedPart(Walled):
    """That a part belongs to a version. The version's own moment, so that nothing is added later."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    part = models.ForeignKey(AssessmentPart, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    fixed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("版に入った欄")
        constraints = (models.UniqueConstraint(fields=("assessment", "part"), name="assessedpart_once"),)


class Asked(models.TextChoices):
    """What a version keeps of the household beside its parts, in the order of the sheet (domain.md 1.3.2 to 1.3.5, 1.3.7)."""

    HOUSEHOLD_NAME = "household_name", _("世帯の呼び名")
    HOUSEHOLD_KIND = "household_kind", _("世帯の類型")
    SUMMARY = "summary", _("世帯のようす")
    NAME = "name", _("氏名")
    KANA = "kana", _("ふりがな")
    RELATION = "relation", _("続柄")
    SEX = "sex", _("性別")
    BIRTH_ON = "birth_on", _("生年月日")
    AGE_ABOUT = "age_about", _("年齢（およそ）")
    LIVING = "living", _("暮らし方")
    OCCUPATION = "occupation", _("仕事・学校")
    CARE_LEVEL = "care_level", _("要介護認定")
    CONDITION = "condition", _("病気・けが・障害のようす")
    DOCTOR = "doctor", _("かかりつけ")
    MONTHLY_INCOME_YEN = "monthly_income_yen", _("月の収入（円）")
    DEBT_YEN = "debt_yen", _("借金の合計（円）")
    SITUATION = "situation", _("お金のようす")
    ISSUE = "issue", _("課題")


OF_HEALTH = (Asked.CARE_LEVEL, Asked.CONDITION, Asked.DOCTOR)
OF_MONEY = (Asked.MONTHLY_INCOME_YEN, Asked.DEBT_YEN, Asked.SITUATION)
# While a household hides these lie in the vault, and an old version shows none either (concealment/places.py).
TELLS_A_PLACE = (Asked.OCCUPATION, Asked.DOCTOR)


def _label_of_asked() -> Q:
    health, money = Q(asked__in=OF_HEALTH), Q(asked__in=OF_MONEY)
    elsewhere = ~Q(asked__in=(*OF_HEALTH, *OF_MONEY, Asked.ISSUE))
    return (
        Q(asked=Asked.ISSUE)  # that of the issue, which the policy compares
        | health & Q(item=Item.HEALTH)
        | money & Q(item=Item.MONEY)
        | elsewhere & Q(item=Item.BASIC)
    )


class AssessedFact(Labelled):
    """What was known of the household when a version was fixed: one answer in the words of that day, or one issue.

    Issues are frozen rows themselves, so the row names the issue and repeats nothing of it. The label is that of what it copies.
    """

    MAY_BE_HIDDEN = True

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    asked = models.CharField(max_length=20, choices=Asked.choices)
    words = models.TextField(blank=True)
    issue = models.ForeignKey(
        "casework.Issue", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    fixed_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("版に入った世帯のこと")
        constraints = (
            models.UniqueConstraint(
                fields=("assessment", "person", "asked", "issue"),
                name="assessedfact_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="assessedfact_asked_known", condition=Q(asked__in=Asked.values)),
            models.CheckConstraint(name="assessedfact_label", condition=_label_of_asked()),
            models.CheckConstraint(
                name="assessedfact_words_or_issue",
                condition=Q(asked=Asked.ISSUE, issue__isnull=False, words="")
                | ~Q(asked=Asked.ISSUE) & Q(issue__isnull=True) & ~Q(words=""),
            ),
        )

    @property
    def answer(self) -> str:
        """The words; a birthday with the age on the day of the version, or today where none is fixed yet."""
        return self.words if self.asked != Asked.BIRTH_ON else self._with_age(self.words)

    @property
    def answer_on_paper(self) -> str:
        """The same; a birthday in the era, as on other official sheets."""
        is_born = self.asked == Asked.BIRTH_ON
        return self._with_age(in_era(dt.date.fromisoformat(self.words))) if is_born else self.words

    def _with_age(self, day: str) -> str:
        of = timezone.localdate(None if self._state.adding else self.fixed_at)
        age = age_on(dt.date.fromisoformat(self.words), of)
        return gettext("%(day)s（%(age)s歳）") % {"day": day, "age": age}


class AssessmentRequest(Labelled):
    """That the center asked one agency for its part in one section until a day. Frozen.

    With the label of the section, which has to reach the agency; of those whom it reaches the asked agency alone reads it. Answered by
    the next part of that agency there; it ends else by a row of its own.
    """

    MAY_BE_HIDDEN = True

    section = models.CharField(_("欄"), max_length=12, choices=Section.choices)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", verbose_name=_("頼む機関"))
    until_on = models.DateField(_("いつまでに"))
    words = models.CharField(_("知りたいこと"), max_length=300, blank=True)
    asked_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("アセスメントの依頼")
        constraints = (
            models.CheckConstraint(name="assessmentrequest_label", condition=_label_of_section()),
            models.CheckConstraint(
                name="assessmentrequest_section_known", condition=Q(section__in=Section.values)
            ),
        )
        indexes = (models.Index(fields=("case", "until_on"), name="assessmentrequest_case"),)


class AssessmentRequestEnd(Walled):
    """That the center asks no more; one at most. Seen by whoever sees the request."""

    request = models.OneToOneField(AssessmentRequest, on_delete=models.PROTECT, related_name="end")
    case = models.ForeignKey("casework.Case", on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(default=ClockNow)

    class Meta:
        verbose_name = _("アセスメントの依頼の取り下げ")
