"""Who will be able to read a note, in words, for whoever is writing it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD, label_key
from casework.sharing.items import CHOSEN_ITEMS
from casework.sharing.selectors import readers_of
from permissions.agencies.models import Agency
from permissions.viewer import Viewer

if TYPE_CHECKING:
    from casework.cases.models import Case

People = list[tuple[uuid.UUID, str]]


@dataclass(frozen=True)
class ReaderRow:
    """A label that agencies read: its key in the form, whose and what, the names, the whole sentence."""

    key: str
    who: str
    item: str
    agencies: str
    sentence: str


class Readers:
    """Which agencies read which label of a case now."""

    def __init__(self, viewer: Viewer, case: Case, people: People) -> None:
        self._people: list[tuple[uuid.UUID | None, str]] = [(None, _("世帯全体")), *people]
        self._agencies: dict[str, list[Agency]] = {
            label_key(Label(person, item)): agencies
            for (person, item), agencies in readers_of(viewer, case).items()
        }

    @property
    def rows(self) -> list[ReaderRow]:
        """Return the labels that somebody beside the center reads, in the order of people and items."""
        return [
            ReaderRow(key, who, str(item.label), names(self._agencies[key]), self.sentence(key))
            for person, who in self._people
            for item in CHOSEN_ITEMS
            if (key := label_key(Label(person, item.value))) in self._agencies
        ]

    def sentence(self, key: str) -> str:
        """Return who reads what is written under a label."""
        agencies = self._agencies.get(key)
        if not agencies:
            return center_alone()
        return _("この記録は、センターのほかに、%(agencies)sが読めます。") % {"agencies": names(agencies)}

    def mark(self) -> str:
        """Return what the page showed, for a form to carry: the keys of the agencies by label."""
        return json.dumps({key: [each.pk for each in agencies] for key, agencies in self._agencies.items()})

    def new_since(self, mark: str, key: str) -> list[Agency]:
        """Return who reads a label now and did not when the page with this mark was shown; nobody without a mark."""
        try:
            shown = json.loads(mark)
            known = set(shown.get(key, []))
        except (ValueError, AttributeError, TypeError, RecursionError):
            return []
        return [agency for agency in self._agencies.get(key, []) if agency.pk not in known]


def center_alone() -> str:
    return _("この記録は、センターだけが読めます。")


def key_of(about: str | None, item: str | None) -> str:
    """Return the key of a label as the form's two questions say it."""
    return f"{about or HOUSEHOLD}:{item or ''}"


def names(agencies: Iterable[Agency]) -> str:
    return pgettext("between the names of agencies", "と").join(agency.name for agency in agencies)
