"""What is found in a row of a register: as codes that are stored, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext


class Problem(Exception):
    """A cell does not say what its column is for. ``code``: of FINDINGS; ``value``: what the words name."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(code)
        self.code, self.value = code, value


@dataclass(frozen=True)
class Kind:
    """What was found, and whether the household of the row is held back for it."""

    words: str | Promise
    holds: bool = True


FINDINGS: dict[str, Kind] = {
    "no_number": Kind(_("台帳の番号がありません。")),
    "no_name": Kind(_("氏名がありません。")),
    "too_long": Kind(_("%(value)s文字までです。短くするか、「原文のまま残す」列にしてください。")),
    "no_date": Kind(_("「%(value)s」は日付として読めません。例：昭和25年4月1日、1950-04-01")),
    "date_without_day": Kind(_("「%(value)s」には日がありません。日まで書くか、年齢の列にしてください。")),
    "date_to_come": Kind(_("「%(value)s」は、これから来る日です。")),
    "no_age": Kind(_("「%(value)s」は年齢として読めません。例：84、80代")),
    "no_yen": Kind(_("「%(value)s」は金額として読めません。例：65000、65万円")),
    "no_yes_no": Kind(_("「%(value)s」は、はい・いいえのどちらか分かりません。例：○、×")),
    "unknown_code": Kind(_("「%(value)s」は、選択肢にありません。「列と読みかえを決める」の中の「ことばの読みかえ」で選んでください。")),
    "stage_rests_on_more": Kind(
        _("この段階には、つなぎやプランの記録が要ります。「受付」「アセスメント」などに読みかえてください。")
    ),
    "unknown_worker": Kind(_("「%(value)s」という職員がセンターにいないか、2人以上います。ログイン名を書いてください。")),
    "says_otherwise": Kind(_("同じ番号のほかの行と、内容がちがいます。")),
    "two_selves": Kind(_("同じ番号に、続柄が「本人」の行が2つあります。")),
    "maybe_concealed": Kind(
        _("「%(value)s」とあります。居場所を秘匿する世帯かどうかを、「秘匿」の列に「はい」か「いいえ」で書いてください。")
    ),
    "hides_here": Kind(
        _(
            "居場所を秘匿している人と、同じ人かもしれません：%(value)s。台帳のほうが古いかもしれないので、"
            "「秘匿」の列に「はい」と書かないかぎり取り込みません。"
        )
    ),
    "household": Kind(_("同じ番号のほかの行に、直すところがあります。")),
    "zero_added": Kind(_("先頭の0が消えていたようなので、「%(value)s」として取り込みます。"), holds=False),
    "taken_before": Kind(_("この番号は、前に取り込んであります。"), holds=False),
    "alike": Kind(_("似た人がいます：%(value)s"), holds=False),
    "twice_in_file": Kind(_("同じ氏名と生年月日の人が、番号%(value)sにもいます。"), holds=False),
    "stays": Kind(_("取り込んだあとに何かが記録されたので、残しました。"), holds=False),
    "could_not_take": Kind(_("取り込めませんでした。管理者に、この行の番号と時刻を伝えてください。")),
}  # fmt: skip

# One finding as it is stored: code, heading of the column, what the words name.
Found = tuple[str, str, str]


def words_of(found: list[str] | Found) -> str:
    """Return a stored finding in the reader's language."""
    code, heading, value = found
    said = str(FINDINGS[code].words) % {"value": value}
    return f"{heading}{pgettext('after a name', '：')}{said}" if heading else said


def holds(findings: list[Found]) -> bool:
    return any(FINDINGS[code].holds for code, _heading, _value in findings)
