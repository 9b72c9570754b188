from dataclasses import dataclass

from mihon_addon.models import Interpreter

from casework.sharing.selectors import labelled_for
from casework.sheets.content import Label
from casework.sheets.models import Sheet
from permissions.viewer import Viewer


@dataclass
class Letter:
    languages: list[str]
    labels: list[Label]


def content_of_letter(viewer: Viewer, sheet: Sheet) -> Letter | None:
    rows = list(labelled_for(viewer, Interpreter).filter(case=sheet.case_id))
    labels = [(row.case_id, row.person_id, row.item) for row in rows]
    return Letter([row.language for row in rows], labels) if rows else None
