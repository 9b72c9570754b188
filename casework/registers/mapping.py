"""The mapping of a register as a file, to be kept and used again: {heading: target}, and words of coded columns."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeGuard

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from .cells import choices_for
from .targets import KEEP, LEAVE, NUMBER, TARGETS, guessed

FORMAT = "marugoto-register-mapping/1"
CODED = tuple(code for code, target in TARGETS.items() if target.kind in ("code", "sex", "care_level"))
MOST_BYTES = 200_000
MOST_WORDS = 500


class BadMapping(Exception):
    """A mapping cannot be used; the message says why."""


def first_mapping(columns: list[str]) -> dict[str, Any]:
    """Return what the headings say by themselves."""
    return {"fields": guessed(columns), "words": {}}


def as_file(name: str, mapping: dict[str, Any]) -> str:
    """Return a mapping as a text for a file. It holds nothing of a person but what somebody reads words of codes as."""
    said = {"format": FORMAT, "register": name, "columns": mapping["fields"], "words": mapping["words"]}
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def read_mapping(file: UploadedFile, columns: list[str]) -> dict[str, Any]:
    """Return the mapping in a file, for these columns: those it does not know are kept as they are written.

    Raises BadMapping for what is no mapping, for targets that do not exist, and for codes that are none today.
    """
    if (file.size or 0) > MOST_BYTES:
        raise BadMapping(_("読みかえのファイルが大きすぎます。"))
    try:
        said = json.loads(file.read().decode("utf-8-sig"))
    except ValueError as error:
        raise BadMapping(
            _("読みかえのファイルとして読めません。この画面から保存したものを選んでください。")
        ) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BadMapping(_("読みかえのファイルではありません。この画面から保存したものを選んでください。"))
    fields, words = said.get("columns"), said.get("words")
    if not _is_texts(fields) or not isinstance(words, dict) or not all(map(_is_texts, words.values())):
        raise BadMapping(_("読みかえのファイルがこわれています。"))
    return checked(
        {**dict.fromkeys(columns, KEEP), **{k: v for k, v in fields.items() if k in columns}}, words
    )


def checked(fields: dict[str, str], words: dict[str, dict[str, str]]) -> dict[str, Any]:
    """Return the mapping. Raises BadMapping for a target that does not exist or stands twice, and for unknown codes."""
    for heading, code in fields.items():
        if code not in TARGETS and code not in (KEEP, LEAVE):
            raise BadMapping(
                _("「%(heading)s」の行き先「%(code)s」は、取り込めない項目です。")
                % {"heading": heading, "code": code}
            )
    twice = [code for code, count in Counter(fields.values()).items() if count > 1 and code in TARGETS]
    if twice:
        raise BadMapping(
            _("「%(target)s」を2つの列に選んでいます。1つにしてください。")
            % {"target": TARGETS[twice[0]].label}
        )
    for code, said in words.items():
        known = dict(choices_for(code)) if code in CODED else {}
        unknown = [value for value in said.values() if value not in known]
        if unknown or len(said) > MOST_WORDS:
            raise BadMapping(
                _("ことばの読みかえに、今の選択肢にないものがあります：%(code)s")
                % {"code": (unknown or [code])[0]}
            )
    return {"fields": fields, "words": words}


def missing(fields: dict[str, str]) -> list[str]:
    """Return the labels of what a register cannot do without."""
    return [str(TARGETS[code].label) for code in (NUMBER, "name") if code not in fields.values()]


def _is_texts(value: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(value, dict) and all(
        isinstance(key, str) and isinstance(text, str) and len(key) <= 200 for key, text in value.items()
    )


def heading_of(fields: dict[str, str], code: str, columns: Sequence[str]) -> int | None:
    """Return the index of the column of a target."""
    return next((index for index, heading in enumerate(columns) if fields.get(heading) == code), None)
