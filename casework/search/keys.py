"""From what people wrote to keys that searches and comparisons use. Pure; what is stored as typed stays as typed.

A *line* is one key of one person with a capital letter in front that says of what it is. ``fold`` gives no capital
letter and no katakana, so lines that only comparisons use (born, sounds, lives) hold nothing that a search finds.
Folding is the same for a part of a text as for the whole: half a name finds what the whole name finds.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NAME, KANA, SOUND, BORN, HOUSEHOLD, PHONE, ADDRESS, LIVES = "N", "K", "R", "B", "H", "P", "A", "D"
# Raise it with any change here or in old_kanji.tsv: the next migrate writes every row anew.
VERSION = 1

LEAST_LETTERS = 2
LEAST_DIGITS = 4
MOST_LETTERS = 60  # of a search
MOST_PARTS = 5

_HYPHENS = "\u002d\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\ufe58\ufe63\uff0d\uff70\u2500\u2501"
_SMALL = str.maketrans("ぁぃぅぇぉっゃゅょゎゕゖゔゐゑをづぢ", "あいうえおつやゆよわかけぶいえおずじ")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_IVS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PHONE = re.compile(r"(?:(?:\+|00)81[-(]*0?[-)]*)?[0-9][0-9()-]{3,}")
_ABROAD = re.compile(r"^(?:\+|00)81[-(]*0?[-)]*")
_KANJI_DIGITS = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_NUMBER = "[0-9〇一二三四五六七八九十百]+"
_CHOME = re.compile(rf"({_NUMBER})(?:丁目|番地の?|番丁|号室?)")
# 一番 alone may be the half of a name.
_BAN = re.compile(rf"({_NUMBER})番(?=[0-9〇一二三四五六七八九十])|([0-9]+)番$")


@cache
def _old_kanji() -> dict[int, str]:
    text = (Path(__file__).parent / "old_kanji.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {ord(old): new for old, new in rows}


def fold(text: str) -> str:
    """Return letters and digits alone, in one shape each: width, case, kana, old and variant kanji.

    Lasting marks and hyphens go; small kana become large, ず and づ one. The stored name is never replaced by this.
    """
    plain = unicodedata.normalize("NFKC", _IVS.sub("", text)).lower()
    # Lower case of İ and others is not composed; composing may make what NFKC would fold again.
    plain = unicodedata.normalize("NFKC", plain).translate(_old_kanji())
    kana = plain.translate(_KATAKANA).translate(_SMALL)
    folded = "".join(letter for letter in kana if letter not in _HYPHENS and _is_kept(letter))
    # Marks may stand behind a letter now that a space between them is gone.
    return folded if folded == text else fold(folded)


def _is_kept(letter: str) -> bool:
    category = unicodedata.category(letter)
    # Capitals that have no small letter would be taken for the letter before a line.
    return category[0] in "LNM" and category != "Lu" and not "\u30a0" <= letter <= "\u30ff"


def sound(kana: str) -> str:
    """Return a reading for comparing: without voiced marks, long vowels and double consonants. In katakana."""
    plain = unicodedata.normalize("NFD", fold(kana))
    plain = "".join(letter for letter in plain if letter not in "\u3099\u309a")
    shorter = re.sub("(?<=[おこそとのほもよろ])[うお]", "", plain)
    shorter = re.sub("(?<=[うくすつぬふむゆる])う", "", shorter)
    large = (chr(ord(letter) + 0x60) if "ぁ" <= letter <= "ゖ" else letter.upper() for letter in shorter)
    return "".join(letter for letter in large if "ァ" <= letter <= "ヶ" or "A" <= letter <= "Z")


def phones(text: str) -> list[str]:
    """Return the telephone numbers in a text as digits; +81 becomes the leading zero."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join("-" if letter in _HYPHENS else letter for letter in plain)
    plain = re.sub(r"(?<=[0-9)])[ .](?=[0-9(])", "-", plain)
    found = []
    for match in _PHONE.findall(plain):
        digits = re.sub(r"[^0-9]", "", _ABROAD.sub("0", match))
        if LEAST_DIGITS <= len(digits) <= 15:
            found.append(digits)
    return list(dict.fromkeys(found))


def address(text: str) -> str:
    """Return an address with 丁目, 番地, 番 and 号 as hyphens between digits: 一丁目2番3号 is 1-2-3."""
    plain = unicodedata.normalize("NFKC", _IVS.sub("", text))
    plain = "".join("-" if letter in _HYPHENS and letter != "ー" else letter for letter in plain)
    plain = _BAN.sub(_numbered, _CHOME.sub(_numbered, plain))
    return re.sub(r"-+", "-", re.sub(r"\s", "", plain)).strip("-")


def _numbered(match: re.Match[str]) -> str:
    return f"{number_of(match[match.lastindex or 1])}-"


def number_of(text: str) -> str:
    """Return a number of an address in figures: "12" for 十二, 一二 and 12."""
    if text.isdecimal():
        return text
    if not set(text) & set("十百"):
        return "".join(str(_KANJI_DIGITS.get(letter, letter)) for letter in text)
    total, last = 0, 0
    for letter in text:
        if letter in "十百":
            total += max(last, 1) * (10 if letter == "十" else 100)
            last = 0
        else:
            last = _KANJI_DIGITS[letter] if letter in _KANJI_DIGITS else last * 10 + int(letter)
    return str(total + last)


# --- what stands in the table -------------------------------------------------------------------------


def lines_of_person(name: str, kana: str, birth_on: dt.date | None) -> list[str]:
    """Return the lines of a person's basics."""
    lines = [_line(NAME, fold(name)), _line(KANA, fold(kana)), _line(SOUND, sound(kana or _if_kana(name)))]
    # In capitals, which no search gives.
    born = "".join(chr(ord("A") + int(digit)) for digit in f"{birth_on:%Y%m%d}") if birth_on else ""
    return [line for line in (*lines, _line(BORN, born)) if line]


def _if_kana(name: str) -> str:
    folded = fold(name)
    return name if folded and all("ぁ" <= letter <= "ゟ" for letter in folded) else ""


def lines_of_contact(phone: str, place: str) -> list[str]:
    """Return the lines of how a person is reached."""
    folded = address(place)
    # Where digits end decides whether two addresses are one; a search need not know.
    lives = "ノ".join(part for part in (fold(part) for part in folded.split("-")) if part)
    both = [_line(ADDRESS, lives.replace("ノ", "")), _line(LIVES, lives)]
    return [line for line in (*(_line(PHONE, digits) for digits in phones(phone)), *both) if line]


def lines_of_household(name: str) -> list[str]:
    """Return the line of a household's name."""
    return [line for line in (_line(HOUSEHOLD, fold(name)),) if line]


def _line(kind: str, key: str) -> str:
    return f"{kind}{key}" if key else ""


# --- what somebody searches for -----------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """What somebody typed, folded. Empty parts and numbers: too short to search."""

    parts: tuple[str, ...]
    numbers: tuple[str, ...] = ()

    @property
    def grams(self) -> list[str]:
        """Return what every row that is found has in its index; longer parts are compared besides."""
        return sorted({gram for part in self.parts for gram in grams(part)})

    def match(self, lines: Iterable[str]) -> bool:
        """Whether every part stands in one of the lines."""
        told = list(lines)
        return bool(self.parts) and all(any(part in line for line in told) for part in self.parts)


def words_of(text: str) -> Words:
    """Return what to search for. Shorter than two letters, or four digits, is nothing."""
    plain = unicodedata.normalize("NFKC", text)[:MOST_LETTERS]
    numbers = phones(plain) if re.fullmatch(r"[\s0-9+().‐‑‒–—―−ー-]+", plain) else []
    pieces = numbers or [fold(address(piece)) for piece in plain.split()]
    parts = tuple(dict.fromkeys(piece for piece in pieces if piece))[:MOST_PARTS]
    searches = any(True for part in parts for _gram in grams(part))
    return Words(parts if searches else (), tuple(_case_numbers(plain)))


def grams(part: str) -> Iterator[str]:
    """Yield the pieces of a part that the index knows: pairs of letters, and of digits alone fours."""
    size = LEAST_DIGITS if part.isascii() and part.isdigit() else LEAST_LETTERS
    for start in range(len(part) - size + 1):
        yield part[start : start + size]


def _case_numbers(plain: str) -> Iterator[str]:
    """Yield the case number that was meant: K-2026-0147, k2026 147, 2026-147."""
    text = "".join("-" if letter in _HYPHENS else letter for letter in plain.strip().upper())
    if match := re.fullmatch(r"(?:K[-\s]*)?(20[0-9]{2})[-\s]+([0-9]{1,6})", text) or re.fullmatch(
        r"K[-\s]*(20[0-9]{2})([0-9]{4,6})", text
    ):
        yield f"K-{match[1]}-{int(match[2]):04d}"
    elif re.fullmatch(r"[A-Z]-[0-9-]{4,18}", text):
        yield text
