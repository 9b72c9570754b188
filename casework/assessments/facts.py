"""What a version keeps of the household beside its parts: who belongs to it, the facts of each, and the issues by their weight."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from casework.households.selectors import PersonView, household_for, people_for
from casework.issues.selectors import issues_by_person, weight_of
from casework.sharing.items import Item
from permissions.viewer import Viewer

from .choices import NOT_ASKED
from .models import OF_HEALTH, OF_MONEY, Asked, AssessedFact

if TYPE_CHECKING:
    from casework.cases.models import Case

OF_PERSON = (Asked.NAME, Asked.KANA, Asked.RELATION, Asked.SEX, Asked.BIRTH_ON, Asked.AGE_ABOUT)


def facts_now_for(viewer: Viewer, case: Case) -> list[AssessedFact]:
    """Return what would be kept now, not saved, in the order of the sheet: the household, its people, the issues.

    In Japanese whatever language the reader has chosen, as it will be read by everybody. What nobody answered is left out.
    """
    with translation.override(settings.LANGUAGE_CODE):
        facts = [*_of_household(viewer, case)]
        for view in people_for(viewer, case):
            facts += _of_person(view)
        facts += _of_issues(viewer, case)
    for position, fact in enumerate(facts):
        fact.case_id, fact.position = case.pk, position
    return facts


def _of_household(viewer: Viewer, case: Case) -> Iterator[AssessedFact]:
    row = household_for(viewer, case)
    if row:
        for asked, name in (
            (Asked.HOUSEHOLD_NAME, "name"),
            (Asked.HOUSEHOLD_KIND, "kind"),
            (Asked.SUMMARY, "summary"),
        ):
            yield from _fact(row, asked, name, None)


def _of_person(view: PersonView) -> Iterator[AssessedFact]:
    if view.basics:
        for asked in OF_PERSON:
            yield from _fact(view.basics, asked, asked.value, view.person_id)
        since = view.stays[-1].since_on if view.stays else None
        living = f"{view.living_label} {since.isoformat()}" if since else view.living_label
        yield _new(Asked.LIVING, living, view.person_id, Item.BASIC)
        yield from _fact(view.basics, Asked.OCCUPATION, "occupation", view.person_id)
    for row, names in ((view.health, OF_HEALTH), (view.money, OF_MONEY)):
        for asked in names if row else ():
            yield from _fact(row, asked, asked.value, view.person_id)


def _of_issues(viewer: Viewer, case: Case) -> Iterator[AssessedFact]:
    """Those that weigh, the heaviest first whoever has them; then those that are over."""
    found = issues_by_person(viewer, case).values()
    weighing = sorted((issue for of in found for issue in of.open), key=weight_of)
    for issue in (*weighing, *(issue for of in found for issue in of.closed)):
        fact = _new(Asked.ISSUE, "", issue.person_id, issue.item)
        fact.issue = issue
        yield fact


def _fact(row: Any, asked: Asked, name: str, person_id: uuid.UUID | None) -> Iterator[AssessedFact]:
    if words := _words(row, name):
        yield _new(asked, words, person_id, row.item)


def _new(asked: Asked, words: str, person_id: uuid.UUID | None, item: str) -> AssessedFact:
    return AssessedFact(asked=asked.value, words=words, person_id=person_id, item=item)


def _words(row: Any, name: str) -> str:
    value = getattr(row, name)
    if value in (None, "", NOT_ASKED):
        return ""
    if display := getattr(row, f"get_{name}_display", None):
        return str(display())
    if isinstance(value, dt.date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int) else str(value)
