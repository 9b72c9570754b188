"""Words and choices after which the emergency numbers are shown before sending (domain.md 1.2.1, 2.3). Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from .questions import Question
from .registry import kind_of

# Parts of words, so that 死にたくなる and 殴られて are found. A false alarm costs one banner.
URGENT_WORDS: tuple[str, ...] = (
    "死にた",
    "死のう",
    "死んでしま",
    "死んだほうが",
    "死んだ方が",
    "消えたい",
    "消えてしまい",
    "いなくなりたい",
    "生きていたくない",
    "生きるのがつら",
    "生きるのが辛",
    "自殺",
    "自死",
    "自傷",
    "首を吊",
    "首をつ",
    "飛び降り",
    "飛びお",
    "リストカット",
    "リスカ",
    "手首を切",
    "薬を大量",
    "大量に薬",
    "オーバードーズ",
    "心中",
    "終わりにしたい",
    "殺され",
    "殺して",
    "殺す",
    "殴られ",
    "なぐられ",
    "殴る",
    "暴力",
    "首を絞",
    "首をし",
    "虐待",
    "ぎゃくたい",
    "叩かれ",
    "たたかれ",
    "蹴られ",
    "けられ",
    "閉じ込め",
    "とじこめ",
    "包丁",
    "刃物",
    "逃げてき",
    "追い出され",
    "食べるものがな",
    "食べ物がな",
    "食べてない",
    "食べていない",
    "何日も食べ",
    "水が出ない",
    "電気が止",
    "ガスが止",
    "水道が止",
    "今夜寝る",
    "今夜泊",
    "寝るところがな",
    "寝る所がな",
    "泊まるところがな",
    "しにたい",
    "きえたい",
    "ころされ",
    "じさつ",
    "suicide",
    "killmyself",
    "wanttodie",
    "nofood",
)


def is_urgent(questions: Iterable[Question], answers: Mapping[str, Any]) -> bool:
    """Return whether an answer names danger. ``answers`` holds the stored answer by question key."""
    return any(
        kind_of(question.kind).has_urgent_choice(question, answers[question.key])
        or any(map(has_urgent_word, kind_of(question.kind).urgent_texts(question, answers[question.key])))
        for question in questions
        if question.key in answers
    )


def has_urgent_word(text: str) -> bool:
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return any(word in plain for word in URGENT_WORDS)
