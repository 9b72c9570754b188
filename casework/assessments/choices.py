"""The sections of the assessment, what is asked in each with closed choices, and how an answer is kept and said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NOT_ASKED = "not_asked"
UNKNOWN = "unknown"
NONE = "none"
# Of several answers, those that stand by themselves.
ALONE = (NONE, UNKNOWN, NOT_ASKED)

# One code, or of a fact with several answers their codes.
Answer = str | list[str]


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


class Marital(models.TextChoices):
    SINGLE = "single", _("未婚")
    MARRIED = "married", _("既婚")
    PARTNERED = "partnered", _("事実婚")
    DIVORCED = "divorced", _("離別")
    WIDOWED = "widowed", _("死別")
    OTHER = "other", _("その他")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class HowMany(models.TextChoices):
    NONE = "none", _("いない")
    ONE = "one", _("1人")
    TWO = "two", _("2人")
    MORE = "more", _("3人以上")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Rent(models.TextChoices):
    NONE = "none", _("家賃はない")
    PAID = "paid", _("遅れていない")
    LATE = "late", _("1〜2か月遅れている")
    LONG_LATE = "long_late", _("3か月以上遅れている")
    LEAVE = "leave", _("立ち退きを求められている")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Utility(models.TextChoices):
    ELECTRICITY = "electricity", _("電気")
    GAS = "gas", _("ガス")
    WATER = "water", _("水道")
    PHONE = "phone", _("電話")
    NONE = "none", _("なし")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Pets(models.TextChoices):
    NONE = "none", _("いない")
    CARED = "cared", _("いる（預け先がある）")
    UNCARED = "uncared", _("いる（預け先がない）")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Handbook(models.TextChoices):
    BODY_SEVERE = "body_1", _("身体（1〜2級）")
    BODY = "body_3", _("身体（3〜6級）")
    INTELLECT_SEVERE = "intellect_a", _("療育（重度）")
    INTELLECT = "intellect_b", _("療育（その他）")
    MIND_1 = "mind_1", _("精神（1級）")
    MIND_2 = "mind_2", _("精神（2級）")
    MIND_3 = "mind_3", _("精神（3級）")
    APPLIED = "applied", _("申請中")
    SUSPECTED = "suspected", _("疑い（手帳なし）")
    NONE = "none", _("なし")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class MedicalAid(models.TextChoices):
    RECEIVES = "receives", _("受けている")
    APPLIED = "applied", _("申請中")
    NONE = "none", _("受けていない")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class SupportLevel(models.TextChoices):
    LEVEL_1 = "level_1", _("区分1")
    LEVEL_2 = "level_2", _("区分2")
    LEVEL_3 = "level_3", _("区分3")
    LEVEL_4 = "level_4", _("区分4")
    LEVEL_5 = "level_5", _("区分5")
    LEVEL_6 = "level_6", _("区分6")
    APPLIED = "applied", _("申請中")
    OUTSIDE = "outside", _("非該当")
    NONE = "none", _("なし")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Income(models.TextChoices):
    WAGES = "wages", _("給料・賃金")
    BUSINESS = "business", _("自営")
    OLD_AGE = "old_age", _("老齢年金")
    DISABILITY = "disability", _("障害年金")
    SURVIVORS = "survivors", _("遺族年金")
    CHILD = "child", _("児童手当")
    LONE_PARENT = "lone_parent", _("児童扶養手当")
    CARED_CHILD = "cared_child", _("特別児童扶養手当")
    UNEMPLOYMENT = "unemployment", _("雇用保険")
    SICKNESS = "sickness", _("傷病手当金")
    ASSISTANCE = "assistance", _("生活保護")
    REMITTANCE = "remittance", _("仕送り・援助")
    OTHER = "other", _("その他")
    NONE = "none", _("なし")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Taxation(models.TextChoices):
    TAXED = "taxed", _("課税")
    EXEMPT = "exempt", _("非課税")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Savings(models.TextChoices):
    NONE = "none", _("なし")
    UNDER_100K = "under_100k", _("10万円未満")
    UNDER_500K = "under_500k", _("10万円以上50万円未満")
    UNDER_1M = "under_1m", _("50万円以上100万円未満")
    UNDER_5M = "under_5m", _("100万円以上500万円未満")
    FROM_5M = "from_5m", _("500万円以上")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Arrears(models.TextChoices):
    TAX = "tax", _("税")
    HEALTH = "health", _("国民健康保険料")
    CARE = "care", _("介護保険料")
    PENSION = "pension", _("国民年金")
    RENT = "rent", _("家賃")
    LUNCH = "lunch", _("給食費")
    UTILITIES = "utilities", _("電気・ガス・水道")
    MOBILE = "mobile", _("携帯電話")
    OTHER = "other", _("その他")
    NONE = "none", _("なし")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Employment(models.TextChoices):
    REGULAR = "regular", _("正社員・公務員")
    CASUAL = "casual", _("臨時・パート・アルバイト・派遣")
    OWN = "own", _("自営・家族従業・内職")
    PENSION = "pension", _("年金生活")
    LEAVE = "leave", _("失業・休職中")
    OTHER = "other", _("その他")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class LeftWork(models.TextChoices):
    UNDER_6M = "under_6m", _("6か月未満")
    UNDER_1Y = "under_1y", _("6か月以上1年未満")
    UNDER_2Y = "under_2y", _("1年以上2年未満")
    FROM_2Y = "from_2y", _("2年以上")
    NEVER = "never", _("働いたことがない")
    WORKS = "works", _("いま働いている")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


class Education(models.TextChoices):
    JUNIOR_HIGH = "junior_high", _("中学校")
    HIGH = "high", _("高校")
    HIGH_LEFT = "high_left", _("高校（中退）")
    SPECIAL = "special", _("特別支援学校")
    TRADE = "trade", _("専修学校・専門学校")
    TRADE_LEFT = "trade_left", _("専修学校・専門学校（中退）")
    KOSEN = "kosen", _("高等専門学校")
    KOSEN_LEFT = "kosen_left", _("高等専門学校（中退）")
    JUNIOR = "junior", _("短期大学")
    JUNIOR_LEFT = "junior_left", _("短期大学（中退）")
    UNIVERSITY = "university", _("大学・大学院")
    UNI_LEFT = "uni_left", _("大学・大学院（中退）")
    OTHER = "other", _("その他")
    UNKNOWN = "unknown", _("不明（聞いたが分からない）")
    NOT_ASKED = "not_asked", _("聞いていない")


@dataclass(frozen=True)
class Fact:
    """What is asked in one section: the answers, and whether one or several hold. ``is_more``: folded away in the form."""

    section: Section
    choices: type[models.TextChoices]
    is_several: bool = False
    is_more: bool = False

    @property
    def unasked(self) -> Answer:
        """The answer of whoever did not ask."""
        return [NOT_ASKED] if self.is_several else NOT_ASKED

    def is_told(self, answer: Answer) -> bool:
        """Return whether somebody asked, be it in vain."""
        return answer != self.unasked

    def kept(self, answers: Iterable[str]) -> list[str]:
        """Return several answers as they are kept: each once, in the order of the list; that nobody asked, without any."""
        told = set(answers)
        return [code for code in self.choices.values if code in told] or [NOT_ASKED]

    def words(self, answer: Answer) -> str:
        """Return an answer in words."""
        told = [answer] if isinstance(answer, str) else answer
        return gettext("、").join(str(label) for code, label in self.choices.choices if code in told)

    def holds(self, name: str) -> Q:
        """Return what holds of its column: an answer of the list in its section, nothing elsewhere."""
        here, known = {"section": self.section.value}, self.choices.values
        if not self.is_several:
            return Q(**here, **{f"{name}__in": known}) | ~Q(**here) & Q(**{name: ""})
        by_itself = Q(**{f"{name}__len": 1}) | ~Q(**{f"{name}__overlap": list(ALONE)})
        there = Q(**here, **{f"{name}__len__gte": 1, f"{name}__contained_by": known}) & by_itself
        return there | ~Q(**here) & Q(**{f"{name}__len": 0})


# From here follow the columns' constraints, the form, the pages, the comparison and the papers.
FACTS: dict[str, Fact] = {
    "ties": Fact(Section.FAMILY, Ties),
    "marital": Fact(Section.FAMILY, Marital, is_more=True),
    "children": Fact(Section.FAMILY, HowMany, is_more=True),
    "dependents": Fact(Section.FAMILY, HowMany, is_more=True),
    "housing": Fact(Section.HOME, Housing),
    "rent": Fact(Section.HOME, Rent, is_more=True),
    "utilities": Fact(Section.HOME, Utility, is_several=True, is_more=True),
    "pets": Fact(Section.HOME, Pets, is_more=True),
    "treatment": Fact(Section.HEALTH, Treatment),
    "cover": Fact(Section.HEALTH, Cover),
    "handbook": Fact(Section.HEALTH, Handbook, is_several=True, is_more=True),
    "medical_aid": Fact(Section.HEALTH, MedicalAid, is_more=True),
    "support_level": Fact(Section.HEALTH, SupportLevel, is_more=True),
    "welfare": Fact(Section.MONEY, Welfare),
    "purse": Fact(Section.MONEY, Purse),
    "incomes": Fact(Section.MONEY, Income, is_several=True, is_more=True),
    "taxation": Fact(Section.MONEY, Taxation, is_more=True),
    "savings": Fact(Section.MONEY, Savings, is_more=True),
    "arrears": Fact(Section.MONEY, Arrears, is_several=True, is_more=True),
    "work": Fact(Section.WORK, Work),
    "employment": Fact(Section.WORK, Employment, is_more=True),
    "left_work": Fact(Section.WORK, LeftWork, is_more=True),
    "education": Fact(Section.WORK, Education, is_more=True),
}
ASKING = frozenset(fact.section for fact in FACTS.values())


def facts_of(section: str) -> tuple[str, ...]:
    """Return the columns with the closed choices of a section, in the order of the sheet."""
    return tuple(name for name, fact in FACTS.items() if fact.section == section)
