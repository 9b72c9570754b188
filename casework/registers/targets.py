"""What a column of a register may be: the fields of a case, its household and its people. As data.

Not among them: the end of a concealment, which no import brings about (domain.md R-DV-4), and stages that rest on a
referral or a plan, which a register cannot bring along.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.cases.states import Stage

NUMBER = "number"
KEEP = "keep"
LEAVE = ""


@dataclass(frozen=True)
class Target:
    """A field that a column may become. ``kind``: how a cell is read (cells.py); ``of``: the model it belongs to."""

    label: str | Promise
    of: str
    kind: str = "text"
    list_code: str = ""
    most: int = 0  # letters of a text
    headings: tuple[str, ...] = ()


TARGETS: dict[str, Target] = {
    NUMBER: Target(_("台帳の番号（必ず）"), "row", most=60, headings=("番号", "受付番号", "相談番号", "ケース番号", "整理番号", "No", "No.")),
    "opened_on": Target(_("受け付けた日"), "case", "date", headings=("受付日", "相談日", "受付年月日", "初回相談日", "開始日")),
    "stage": Target(_("段階"), "case", "code", "stage", headings=("段階", "状況", "ステータス", "進捗")),
    "worker": Target(_("担当者（ログイン名・氏名・メール）"), "case", "worker", headings=("担当", "担当者", "担当職員")),
    "concealed": Target(_("秘匿（はい・いいえ）"), "case", "yes_no", headings=("秘匿", "DV", "支援措置", "DV等支援措置", "住所秘匿")),
    "household_name": Target(_("世帯の呼び名"), "Household", most=60, headings=("世帯名", "世帯の呼び名")),
    "household_kind": Target(_("世帯の類型"), "Household", "code", "household_kind", headings=("世帯類型", "世帯の類型", "世帯構成")),
    "summary": Target(_("世帯のようす"), "Household", most=4000, headings=("世帯のようす", "概要", "相談概要", "主訴")),
    "name": Target(_("氏名"), "Person", most=100, headings=("氏名", "名前", "相談者氏名", "本人氏名", "対象者氏名")),
    "kana": Target(_("ふりがな"), "Person", most=100, headings=("ふりがな", "フリガナ", "カナ", "氏名カナ", "氏名（カナ）")),
    "relation": Target(_("続柄"), "Person", "code", "relation", headings=("続柄", "世帯主との続柄")),
    "sex": Target(_("性別"), "Person", "sex", headings=("性別",)),
    "birth_on": Target(_("生年月日"), "Person", "date", headings=("生年月日", "誕生日")),
    "age_about": Target(_("年齢（およそ）"), "Person", "age", headings=("年齢", "年代")),
    "occupation": Target(_("仕事・学校"), "Person", most=100, headings=("職業", "仕事", "勤務先", "学校", "仕事・学校")),
    "phone": Target(_("電話"), "PersonContact", "phone", most=40, headings=("電話", "電話番号", "TEL", "連絡先", "携帯電話")),
    "address": Target(_("住所"), "PersonContact", most=200, headings=("住所", "現住所", "居所")),
    "safe_hours": Target(_("電話してよい時間"), "PersonContact", most=100, headings=("電話してよい時間",)),
    "caution": Target(_("連絡のときの注意"), "PersonContact", most=300, headings=("連絡のときの注意", "連絡時の注意")),
    "condition": Target(_("病気・けが・障害のようす"), "PersonHealth", most=4000, headings=("病名", "病気", "障害", "健康状態", "疾病")),
    "doctor": Target(_("かかりつけ"), "PersonHealth", most=100, headings=("かかりつけ", "主治医", "医療機関")),
    "care_level": Target(_("要介護認定"), "PersonHealth", "care_level", headings=("要介護度", "介護度", "要介護認定")),
    "monthly_income_yen": Target(_("月の収入（円）"), "PersonMoney", "yen", headings=("月収", "収入", "月の収入")),
    "debt_yen": Target(_("借金の合計（円）"), "PersonMoney", "yen", headings=("借金", "債務", "負債", "借金の合計")),
    "situation": Target(_("お金のようす"), "PersonMoney", most=4000, headings=("経済状況", "お金のようす", "生計")),
}  # fmt: skip
CHOICES: list[tuple[str, str | Promise]] = [
    (KEEP, _("原文のまま残す（ケースの「台帳の記録」）")),
    *((code, target.label) for code, target in TARGETS.items()),
    (LEAVE, pgettext_lazy("column of a register", "取り込まない")),
]

# A case in any other stage is held up by a referral or a plan.
IMPORTED_STAGES = (
    *(Stage.RECEIVED, Stage.INTAKE, Stage.SCREENING, Stage.ASSESSMENT, Stage.ACCOMPANYING, Stage.OUTREACH),
    *(Stage.SUSPENDED, Stage.CLOSED, Stage.CLOSED_INFO),
)


def plain(text: str) -> str:
    """Return a heading or a coded cell in one shape: width, case, spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()


_BY_HEADING = {plain(heading): code for code, target in TARGETS.items() for heading in target.headings}


def guessed(columns: list[str]) -> dict[str, str]:
    """Return {heading: target} as the headings say it, each target once; everything else is kept as it is written."""
    found: dict[str, str] = {}
    for heading in columns:
        target = _BY_HEADING.get(plain(heading), KEEP)
        found[heading] = KEEP if target in found.values() else target
    return found
