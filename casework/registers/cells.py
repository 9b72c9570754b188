"""What one cell of a register says. Pure but for the words of codes."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from casework.codes.selectors import codes_of
from casework.households.models import CareLevel, Sex
from forms_app.fields.era import PartialDate, parse_date

from .findings import Problem
from .targets import IMPORTED_STAGES, TARGETS, Target, plain

_YES = {"有", "あり", "有り", "はい", "○", "〇", "◯", "1", "✓", "レ", "yes", "true", "要", "該当", "秘匿"}
_NO = {"無", "なし", "無し", "いいえ", "×", "✕", "0", "no", "false", "不要", "非該当", "-"}
_SEX = {
    **dict.fromkeys(("女", "女性", "f", "2"), Sex.FEMALE), **dict.fromkeys(("男", "男性", "m", "1"), Sex.MALE),
    **dict.fromkeys(("その他",), Sex.OTHER), **dict.fromkeys(("不明",), Sex.UNKNOWN),
}  # fmt: skip
_AGE = re.compile(r"(?P<years>\d{1,3})(?:歳|才)?(?P<decade>代)?(?:くらい|位|ぐらい|頃|前後)?")
_YEN = re.compile(r"(?:¥|\\)?(?P<amount>[\d,]+(?:\.\d+)?)(?P<man>万)?円?(?:/月|くらい|位|程度)?")
_LOST_ZERO = re.compile(r"[1-9]\d{8,9}")
_OLDEST = 130


@dataclass(frozen=True)
class Words:
    """What a mapping knows of words: {target: {as written, plain: code}}, and the center's people by plain name."""

    codes: Mapping[str, Mapping[str, str]]
    staff: Mapping[str, int]


def read_cell(code: str, text: str, words: Words) -> Any:
    """Return what a cell says of a target; None for an empty one. Raises Problem with what is wrong."""
    if not text:
        return None
    target = TARGETS[code]
    return _READERS[target.kind](code, target, text, words)


def _text(code: str, target: Target, text: str, words: Words) -> str:
    if len(text) > target.most:
        raise Problem("too_long", str(target.most))
    return text


def _phone(code: str, target: Target, text: str, words: Words) -> str:
    """A spreadsheet takes a telephone number for a number, and its first zero is gone."""
    digits = unicodedata.normalize("NFKC", text)
    return _text(code, target, f"0{digits}" if _LOST_ZERO.fullmatch(digits) else text, words)


def _date(code: str, target: Target, text: str, words: Words) -> dt.date:
    try:
        found: PartialDate = parse_date(text.split(" ", maxsplit=1)[0] if re.match(r"\d{4}-", text) else text)
    except ValueError as error:
        raise Problem("no_date", text) from error
    if found.day is None:
        raise Problem("date_without_day", text)
    if found.first_day > timezone.localdate():
        raise Problem("date_to_come", text)
    if found.year < timezone.localdate().year - _OLDEST:
        raise Problem("no_date", text)
    return found.first_day


def _age(code: str, target: Target, text: str, words: Words) -> int:
    found = _AGE.fullmatch(plain(text))
    if not found or int(found["years"]) > _OLDEST:
        raise Problem("no_age", text)
    return int(found["years"])


def _yen(code: str, target: Target, text: str, words: Words) -> int:
    found = _YEN.fullmatch(plain(text))
    if not found:
        raise Problem("no_yen", text)
    amount = float(found["amount"].replace(",", "")) * (10_000 if found["man"] else 1)
    if not amount.is_integer() or amount >= 10**12:
        raise Problem("no_yen", text)
    return int(amount)


def _yes_no(code: str, target: Target, text: str, words: Words) -> bool:
    said = plain(text)
    if said in _YES:
        return True
    if said in _NO:
        return False
    raise Problem("no_yes_no", text)


def _sex(code: str, target: Target, text: str, words: Words) -> str:
    found = _SEX.get(plain(text)) or words.codes.get(code, {}).get(plain(text))
    if found is None:
        raise Problem("unknown_code", text)
    return str(found)


def _care_level(code: str, target: Target, text: str, words: Words) -> str:
    return _coded(code, text, words)


def _code(code: str, target: Target, text: str, words: Words) -> str:
    found = _coded(code, text, words)
    if target.list_code == "stage" and found not in IMPORTED_STAGES:
        raise Problem("stage_rests_on_more", text)
    return found


def _coded(code: str, text: str, words: Words) -> str:
    found = words.codes.get(code, {}).get(plain(text))
    if found is None:
        raise Problem("unknown_code", text)
    return found


def _worker(code: str, target: Target, text: str, words: Words) -> int:
    found = words.staff.get(plain(text))
    if found is None:
        raise Problem("unknown_worker", text)
    return found


_READERS: dict[str, Callable[[str, Target, str, Words], Any]] = {
    "text": _text,
    "phone": _phone,
    "date": _date,
    "age": _age,
    "yen": _yen,
    "yes_no": _yes_no,
    "sex": _sex,
    "care_level": _care_level,
    "code": _code,
    "worker": _worker,
}


def words_of_codes(said: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Return {target: {words, plain: code}}: the labels of today's codes, and before them what the mapping says."""
    found = {
        code: {
            **{
                plain(words): each.code
                for each in codes_of(target.list_code)
                if each.is_offered
                for words in (each.code, each.label_en, each.plain_label, each.label)
                if words
            },
            **{plain(words): value for words, value in said.get(code, {}).items()},
        }
        for code, target in TARGETS.items()
        if target.list_code
    }
    levels = {plain(str(label)): value for value, label in CareLevel.choices}
    found["care_level"] = levels | {plain(w): v for w, v in said.get("care_level", {}).items()}
    found["sex"] = {plain(w): v for w, v in said.get("sex", {}).items()}
    return found


def choices_for(code: str) -> list[tuple[str, str]]:
    """Return what a word of a coded column may be read as."""
    target = TARGETS[code]
    if code == "sex":
        return [(value, str(label)) for value, label in Sex.choices]
    if code == "care_level":
        return [(value, str(label)) for value, label in CareLevel.choices]
    offered = [(each.code, each.words) for each in codes_of(target.list_code) if each.is_offered]
    return [pair for pair in offered if target.list_code != "stage" or pair[0] in IMPORTED_STAGES]
