"""Finding a case by what somebody says: candidates from the search, everything shown through the door."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from casework.cases.models import Case
from casework.concealment.selectors import concealed_among
from casework.households.models import Household, Person, PersonContact
from casework.registers.selectors import cases_of_number
from casework.search.keys import (
    ADDRESS,
    HOUSEHOLD,
    KANA,
    NAME,
    PHONE,
    Words,
    lines_of_contact,
    lines_of_household,
    lines_of_person,
    words_of,
)
from casework.search.sealed import digests
from casework.search.selectors import candidate_cases
from casework.sharing.selectors import cases_for, labelled_for, persons_for
from permissions.audit.actions import record
from permissions.viewer import Viewer

MOST_SHOWN = 50
# Whoever tries names that nobody has is shown nothing, and still looks: each search counts like so many rows.
COUNTS_LIKE_ROWS = 25

KINDS: dict[str, str | Promise] = {
    NAME: _("氏名"),
    KANA: _("ふりがな"),
    HOUSEHOLD: _("世帯の呼び名"),
    PHONE: _("電話"),
    ADDRESS: _("住所"),
}


@dataclass(frozen=True)
class Reason:
    """Why a case was found: in what, whose (empty: nobody's, or a name that is not shared)."""

    kind: str | Promise
    who: str = ""


@dataclass
class FoundCase:
    """A case that was found, with what this viewer may see of it."""

    case: Case
    is_concealed: bool = False
    household: Household | None = None
    people: list[Person] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """What a search found, at most MOST_SHOWN; ``is_short``: too few letters to search."""

    words: Words
    rows: list[FoundCase]
    has_more: bool = False
    is_short: bool = False


def find_cases_for(viewer: Viewer, text: str) -> Found:
    """Return the cases of which something this viewer may see holds all words; a case number first, also that of a former ledger, then the newest."""
    words = words_of(text)
    by_old_number = cases_of_number(viewer, text)
    if not words.grams and not words.numbers and not by_old_number:
        return Found(words, [], is_short=bool(text.strip()))
    by_number = list(
        cases_for(viewer).filter(number__in=words.numbers).order_by("number").values_list("pk", flat=True)
    )
    by_words = candidate_cases(words, most=MOST_SHOWN + 1)
    keys = list(dict.fromkeys([*by_number, *by_old_number, *by_words]))
    rows = _rows(viewer, keys[:MOST_SHOWN], words)
    for row in rows:
        if row.case.pk in by_old_number:
            row.reasons.insert(0, Reason(_("前の台帳の番号")))
        if row.case.pk in by_number:
            row.reasons.insert(0, Reason(_("ケース番号")))
    return Found(words, [row for row in rows if row.reasons], has_more=len(keys) > MOST_SHOWN)


def record_search(viewer: Viewer, found: Found) -> None:
    """Log that somebody searched and how many cases they were shown; of the words only a keyed digest."""
    detail: dict[str, Any] = {"list": "search", "shown": len(found.rows), "counts": COUNTS_LIKE_ROWS}
    if not found.is_short:
        detail["words"] = digests(found.words)[0]
    record(viewer, "listed", None, detail=detail)


def _rows(viewer: Viewer, keys: list[uuid.UUID], words: Words) -> list[FoundCase]:
    cases = cases_for(viewer).select_related("holder").in_bulk(keys)
    concealed = concealed_among(list(cases))
    rows = {key: FoundCase(cases[key], key in concealed) for key in keys if key in cases}
    names: dict[uuid.UUID, str] = {}
    for household in labelled_for(viewer, Household).filter(case__in=rows):
        rows[household.case_id].household = household
        _explain(rows[household.case_id], words, lines_of_household(household.name), "")
    for person in persons_for(viewer).filter(case__in=rows).order_by("position", "pk"):
        names[person.pk] = person.name
        rows[person.case_id].people.append(person)
        lines = lines_of_person(person.name, person.kana, person.birth_on)
        _explain(rows[person.case_id], words, lines, person.name)
    for contact in labelled_for(viewer, PersonContact).filter(case__in=rows).order_by("pk"):
        lines = lines_of_contact(contact.phone, contact.address)
        _explain(rows[contact.case_id], words, lines, names.get(contact.person_id, ""))
    return list(rows.values())


def _explain(row: FoundCase, words: Words, lines: list[str], who: str) -> None:
    if not words.match(lines):
        return
    kinds: dict[str, Any] = defaultdict(bool)
    for line in lines:
        if line[0] in KINDS and any(part in line for part in words.parts):
            kinds[line[0]] = True
    row.reasons += [Reason(KINDS[kind], who) for kind in kinds]
