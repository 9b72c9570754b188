"""The assessment (アセスメント): what each agency knows of a household, section by section. Nothing is edited."""

from __future__ import annotations

import datetime as dt
from typing import Any

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

from .labels import ITEM_OF, OTHERWISE

NOT_ASKED = "not_asked"
UNKNOWN = "unknown"


class Section(models.TextChoices):
    """The sections of the sheet, in its order (domain.md 1.3)."""

    VOICE = "voice", _("本人の思い・困りごと")
    FAMILY = "family", _("家族・人とのつながり")
    HOME = "home", _("住まい・暮らし")
    HEALTH = "health", _("健康・障害")
    MONEY = "money", _("お金のこと")
    WORK = "work", _("仕事・学び")
    HISTORY = "history", _("これまでの経過・相談歴")
    STRENGTH = "strength", _("強み・支え")
    VIEW = "view", _("見立て")


# The closed choices of domain.md 1.3.2 to 1.3.6. Not asked and unknown are different answers (1.11).
class Ties(models.TextChoices):
    MANY = "many", _("ある（頼れる人がいる）")
    FEW = "few", _("少しある（声をかけ合う人がいる）")
    NONE = "none", _("ほとんどない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Housing(models.TextChoices):
    OWN_HOUSE = "own_house", _("持ち家（一戸建て）")
    OWN_FLAT = "own_flat", _("持ち家（マンションなど）")
    RENTED = "rented", _("借家・賃貸アパート・マンション")
    PUBLIC = "public", _("公営住宅")
    COMPANY = "company", _("会社の寮・借り上げ住宅")
    KIN = "kin", _("親族などの家に同居")
    FACILITY = "facility", _("施設・病院")
    NONE = "none", _("住まいがない（野宿・車・ネットカフェなど）")
    OTHER = "other", _("その他")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Treatment(models.TextChoices):
    GOOD = "good", _("受診はいらない")
    TREATED = "treated", _("通院している")
    HOSPITAL = "hospital", _("入院している")
    UNTREATED = "untreated", _("受診が必要だが、していない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Cover(models.TextChoices):
    NATIONAL = "national", _("国民健康保険")
    EMPLOYEE = "employee", _("社会保険")
    ELDERLY = "elderly", _("後期高齢者医療")
    PUBLIC = "public", _("生活保護の医療")
    NONE = "none", _("入っていない（無保険）")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Welfare(models.TextChoices):
    RECEIVES = "receives", _("受けている")
    APPLIED = "applied", _("申請中")
    EARLIER = "earlier", _("前に受けていた")
    REFUSED = "refused", _("申請したが、却下された")
    NEVER = "never", _("受けていない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Purse(models.TextChoices):
    SELF = "self", _("本人")
    FAMILY = "family", _("家族")
    GUARDIAN = "guardian", _("後見人・支援機関など")
    NOBODY = "nobody", _("だれも管理できていない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Work(models.TextChoices):
    WORKS = "works", _("働いている")
    CHANGES = "changes", _("働いているが、変えたい")
    FOUND = "found", _("就職先が決まった")
    SEEKS = "seeks", _("仕事をさがしている")
    NONE = "none", _("働いておらず、さがしていない")
    SCHOOL = "school", _("学校に通っている")
    ABSENT = "absent", _("在学中だが、通えていない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


# Which column belongs to which section; elsewhere it is empty.
FACTS: dict[str, tuple[Section, type[models.TextChoices]]] = {
    "ties": (Section.FAMILY, Ties),
    "housing": (Section.HOME, Housing),
    "treatment": (Section.HEALTH, Treatment),
    "cover": (Section.HEALTH, Cover),
    "welfare": (Section.MONEY, Welfare),
    "purse": (Section.MONEY, Purse),
    "work": (Section.WORK, Work),
}


def facts_of(section: str) -> tuple[str, ...]:
    """Return the columns with the closed choices of a section, in the order of the sheet."""
    return tuple(name for name, (its, _choices) in FACTS.items() if its == section)


def _label_of_section() -> Q:
    """The item follows the section: a part that was written down is never labelled by hand."""
    label = Q(item=OTHERWISE) & ~Q(section__in=sorted(ITEM_OF))
    for section, item in sorted(ITEM_OF.items()):
        label |= Q(item=item, section=section)
    return label


def _fact_of_section(name: str) -> models.CheckConstraint:
    section, choices = FACTS[name]
    there = Q(section=section.value, **{f"{name}__in": choices.values})
    elsewhere = ~Q(section=section.value) & Q(**{name: ""})
    return models.CheckConstraint(name=f"assessmentpart_{name}_known", condition=there | elsewhere)


class AssessmentPart(Labelled):
    """What one agency says in one section about one person or the household. Never edited and never deleted.

    A later one of the same agency about the same takes its place; the organizations of the center count as one.
    """

    MAY_BE_HIDDEN = True

    section = models.CharField(_("欄"), max_length=12, choices=Section.choices)
    ties = models.CharField(_("人や地域とのつながり"), max_length=12, choices=Ties.choices, blank=True)
    housing = models.CharField(_("住まいの種類"), max_length=12, choices=Housing.choices, blank=True)
    treatment = models.CharField(_("受診"), max_length=12, choices=Treatment.choices, blank=True)
    cover = models.CharField(_("健康保険"), max_length=12, choices=Cover.choices, blank=True)
    welfare = models.CharField(_("生活保護"), max_length=12, choices=Welfare.choices, blank=True)
    purse = models.CharField(_("お金を管理している人"), max_length=12, choices=Purse.choices, blank=True)
    work = models.CharField(_("仕事・学校"), max_length=12, choices=Work.choices, blank=True)
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
                condition=~Q(text="")
                | Q(section__in=sorted({its.value for its, _choices in FACTS.values()})),
            ),
            *(_fact_of_section(name) for name in FACTS),
        )

    @property
    def facts(self) -> list[tuple[str, str]]:
        """Return the closed choices of the section: what was asked, and the answer in words."""
        return [
            (question(name), str(FACTS[name][1](getattr(self, name)).label))
            for name in facts_of(self.section)
        ]

    @property
    def told_facts(self) -> list[tuple[str, str]]:
        """Return those of the closed choices that somebody asked about."""
        asked = [getattr(self, name) != NOT_ASKED for name in facts_of(self.section)]
        return [fact for fact, is_told in zip(self.facts, asked, strict=True) if is_told]


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
