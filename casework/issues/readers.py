"""Who reads an issue, by what it is: for whoever writes one down."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from casework.codes.selectors import codes_of
from casework.sharing.items import Item
from casework.sharing.selectors import readers_of
from permissions.viewer import Viewer

from .labels import is_sealed, item_of

if TYPE_CHECKING:
    from casework.cases.models import Case


@dataclass(frozen=True)
class ReaderRow:
    """The issues of one item, and who reads them beside the center; nobody for the sealed ones."""

    item: str
    issues: list[str]
    agencies: list[str]


def reader_rows(viewer: Viewer, case: Case, person_id: uuid.UUID) -> list[ReaderRow]:
    """Return which agencies read which issues of a person now: by item, the sealed ones last."""
    readers = readers_of(viewer, case)
    words: dict[str, list[str]] = {}
    for code in codes_of("issue"):
        if code.is_offered and code.code not in ("unknown", "not_asked"):
            words.setdefault("" if is_sealed(code.code) else item_of(code.code).value, []).append(code.words)
    rows = [
        ReaderRow(
            str(item.label), words[item], [each.name for each in readers.get((person_id, item.value), [])]
        )
        for item in Item
        if item in words
    ]
    return [*rows, ReaderRow(_("センターだけ"), words.get("", []), [])]


def readers_sentence(viewer: Viewer, case: Case, person_id: uuid.UUID, code: str) -> str:
    """Return who reads an issue that has just been written down."""
    agencies = [] if is_sealed(code) else readers_of(viewer, case).get((person_id, item_of(code).value), [])
    if not agencies:
        return _("この課題は、センターだけが読めます。")
    names = _("、").join(agency.name for agency in agencies)
    return _("この課題は、センターのほかに、%(agencies)sが読めます。") % {"agencies": names}
