"""What the rows of one number of a register make together: one case, or what stands against it. Nothing is written here."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from casework.duplicates.selectors import Told

from .cells import Words, read_cell
from .findings import FINDINGS, Found, Problem
from .targets import KEEP, NUMBER, TARGETS

# Nobody lets the address of such a household into the open by forgetting a column.
_SIGNS = re.compile(
    "DV|支援措置|秘匿|非開示|不開示|避難|シェルター|加害|接近禁止|退去命令|保護命令|ストーカー|つきまと|虐待|身を隠",
    re.IGNORECASE,
)
SELF = "self"
_JOINED = ("summary",)


@dataclass
class PersonDraft:
    """A row as a person: {model: {field: value}}, and the cells that are kept as they are written."""

    row: Any
    values: dict[str, dict[str, Any]]
    kept: list[dict[str, str]]

    @property
    def basics(self) -> dict[str, Any]:
        return self.values.get("Person", {})

    @cached_property
    def told(self) -> Told:
        """Return by what they are compared with whoever is here already. A person without a name is held back before."""
        contact = self.values.get("PersonContact", {})
        return Told(
            name=self.basics["name"], kana=self.basics.get("kana", ""), birth_on=self.basics.get("birth_on"),
            phone=contact.get("phone", ""), address=contact.get("address", ""),
        )  # fmt: skip


@dataclass
class CaseDraft:
    """What the rows of one number say. ``findings``: per row, in the order of the columns."""

    number: str
    people: list[PersonDraft] = field(default_factory=list)
    opened_on: dt.date | None = None
    stage: str = ""
    worker: int | None = None
    concealed: bool = False
    household: dict[str, Any] = field(default_factory=dict)
    findings: dict[Any, list[Found]] = field(default_factory=lambda: defaultdict(list))

    @property
    def is_held(self) -> bool:
        return any(FINDINGS[code].holds for found in self.findings.values() for code, _h, _v in found)

    @property
    def is_alike(self) -> bool:
        """Whether somebody is here already that may be the same (alike.py)."""
        return any(
            code in ("alike", "hides_here") for found in self.findings.values() for code, _h, _v in found
        )

    @property
    def rows(self) -> list[Any]:
        return [person.row for person in self.people]


def draft_of(
    number: str, rows: Sequence[Any], columns: Sequence[str], fields: dict[str, str], words: Words
) -> CaseDraft:
    """Return what rows of the same number say. ``fields``: {heading: target}. ``rows`` have ``pk`` and ``cells``."""
    draft = CaseDraft(number)
    shared: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        draft.people.append(_person(draft, row, columns, fields, words, shared))
    _household(draft, rows, shared)
    _order(draft)
    _signs(draft, rows, shared)
    tell_the_others(draft)
    return draft


def tell_the_others(draft: CaseDraft) -> None:
    """Say on every row of a household that is held back for another why it is."""
    for person in draft.people if draft.is_held else ():
        found = draft.findings[person.row.pk]
        if not any(FINDINGS[code].holds for code, _heading, _value in found):
            found.append(("household", "", ""))


def _person(
    draft: CaseDraft,
    row: Any,
    columns: Sequence[str],
    fields: dict[str, str],
    words: Words,
    shared: dict[str, list[Any]],
) -> PersonDraft:
    person = PersonDraft(row, {}, [])
    for heading, text in zip(columns, row.cells, strict=True):
        code = fields.get(heading, KEEP)
        if code == KEEP and text:
            person.kept.append({"label": heading, "display": text})
        if code == NUMBER and not draft.number:
            most = str(TARGETS[NUMBER].most)
            draft.findings[row.pk].append(("too_long", heading, most) if text else ("no_number", "", ""))
        if code not in TARGETS or code == NUMBER:
            continue
        try:
            value = read_cell(code, text, words)
        except Problem as problem:
            draft.findings[row.pk].append((problem.code, heading, problem.value[:60]))
            continue
        target = TARGETS[code]
        if value is None:
            continue
        if code == "phone" and value != text:
            draft.findings[row.pk].append(("zero_added", heading, value))
        if target.of in ("case", "Household"):
            shared[code].append((row.pk, heading, value))
        else:
            person.values.setdefault(target.of, {})[code] = value
    if not person.basics.get("name"):
        draft.findings[row.pk].append(("no_name", "", ""))
    return person


def _household(draft: CaseDraft, rows: Sequence[Any], shared: dict[str, list[Any]]) -> None:
    """What is said of the case on several rows is said alike, or the household is held back; texts are put together."""
    told: dict[str, Any] = {}
    for code, said in shared.items():
        values = list(dict.fromkeys(value for _pk, _heading, value in said))
        if code in _JOINED:
            told[code] = "\n".join(values)
            if len(told[code]) > TARGETS[code].most:
                draft.findings[said[0][0]].append(("too_long", said[0][1], str(TARGETS[code].most)))
        elif code == "concealed":
            told[code] = any(values)
        else:
            told[code] = values[0]
            if len(values) > 1:
                draft.findings[said[-1][0]].append(("says_otherwise", said[-1][1], ""))
    draft.opened_on, draft.stage = told.get("opened_on"), told.get("stage", "")
    draft.worker, draft.concealed = told.get("worker"), told.get("concealed", False)
    draft.household = {
        field: told[code]
        for code, field in (("household_name", "name"), ("household_kind", "kind"), ("summary", "summary"))
        if code in told
    }


def _order(draft: CaseDraft) -> None:
    """The person themselves comes first; where nobody is said to be it, the first row is."""
    selves = [person for person in draft.people if person.basics.get("relation") == SELF]
    if len(selves) > 1:
        draft.findings[selves[1].row.pk].append(("two_selves", "", ""))
    first = selves[0] if selves else draft.people[0]
    draft.people.remove(first)
    draft.people.insert(0, first)
    if not selves and "relation" not in first.basics:
        first.values.setdefault("Person", {})["relation"] = SELF
    name = first.basics.get("name", "")
    draft.household.setdefault(
        "name", (_("%(name)sさんの世帯") % {"name": name})[: TARGETS["household_name"].most]
    )


def _signs(draft: CaseDraft, rows: Sequence[Any], shared: dict[str, list[Any]]) -> None:
    if shared.get("concealed"):
        return
    for row in rows:
        for text in row.cells:
            if sign := _SIGNS.search(unicodedata.normalize("NFKC", text)):
                draft.findings[row.pk].append(("maybe_concealed", "", sign[0]))
                break
