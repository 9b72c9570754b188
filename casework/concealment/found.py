"""What was written before a place went to the vault: what may be changed is cleared of it, what is frozen is hidden.

A note that an agency may read, the summary of the household, what a citizen wrote in a form: a place stands in more than
its own field. Hidden rows are seen by nobody while the concealment stands (``wall_hidden``), and again after it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import CharField, JSONField, TextField

from casework.events import record_event
from casework.sharing.items import Item
from permissions.viewer import Viewer

from .models import FoundPlace
from .places import holds_place, without_places
from .selectors import digests_of, path_to_case

if TYPE_CHECKING:
    from casework.cases.models import Case

Digests = list[tuple[str, int]]

# Tables of one case whose texts are changed in place, with the fields.
CLEARED: dict[str, tuple[str, ...]] = {
    "Household": ("name", "summary"),
    "Person": ("occupation",),
    "PersonContact": ("safe_hours", "cover_name", "address", "caution"),
    "PersonHealth": ("condition", "doctor"),
    "PersonMoney": ("situation",),
    "RegisterRow": ("cells",),
    "MinutesDraft": ("facts", "points", "reservations", "handling"),
    "Contact": ("one_line", "reply_to", "referrer_name", "answers"),
}
# Frozen tables whose rows are hidden; and those that the center is told of, because without the row nobody could answer.
HIDDEN = (
    "Note",
    "NoteParagraph",
    "Attendee",
    "Direction",
    "RoleRow",
    "RoleAnswer",
    "AssessmentPart",
    "AssessedFact",
    "AssessmentRequest",
    "ChronologyEntry",
    "PlanPart",
    "PlanRole",
    "Stay",
    "Issue",
    "Relation",
    "Task",
    "TaskEnd",
    "Closure",
    "PlanAgreement",
    "PlanConfirmation",
    "Monitoring",
    "MonitoringTick",
    "Evaluation",
    "EvaluationResult",
    "EvaluationRole",
    "Suspension",
    "SuspensionEnd",
    "Reopening",
    "Handover",
    "CaseFile",
    "WithoutConsent",
    "AgendaItem",
    "AgendaPaper",
    "PrepSheet",
    "Minutes",
    "MinutesAttendee",
    "Questionnaire",
)
TOLD = ("Referral", "ReferralAnswer")


def clear_places(case: Case, *, by: Viewer) -> None:
    """Clear every text of a case of the places that lie in its vault now. Belongs to the caller's transaction.

    The ward goes with them, whatever lies in the vault: it tells the area (domain.md R-DV-8).
    """
    apps.get_model("casework", "Contact").objects.filter(case=case).exclude(ward="").update(ward="")
    digests = digests_of(case.pk)
    if not digests:
        return
    changed = sum(_clear(model, case.pk, digests) for model in CLEARED)
    found = [
        FoundPlace(row_id=row.pk, case=case, table=model)
        for model in (*HIDDEN, *TOLD)
        for row in _rows(model, case.pk)
        if any(holds_place(text, digests) for text in _texts(row))
    ]
    known = set(FoundPlace.objects.filter(case=case).values_list("pk", flat=True))
    new = [row for row in found if row.pk not in known]
    FoundPlace.objects.bulk_create(new)
    if changed or new:
        record_event(
            by, "places_cleared", case, case_id=case.pk, item=Item.CONTACT,
            after={"changed": changed, "hidden": len(new)},
        )  # fmt: skip


def clear_row(row: Any, digests: Digests) -> list[str]:
    """Clear the texts of one row, not yet saved; return the names of the fields that changed."""
    cleared = {name: _without(getattr(row, name), digests) for name in CLEARED[type(row).__name__]}
    names = [name for name, value in cleared.items() if value != getattr(row, name)]
    for name in names:
        setattr(row, name, cleared[name])
    return names


def _clear(model: str, case_id: uuid.UUID, digests: Digests) -> int:
    count = 0
    for row in _rows(model, case_id).select_for_update(no_key=True):
        if names := clear_row(row, digests):
            row.save(update_fields=names)
            count += 1
    return count


def _without(value: Any, digests: Digests) -> Any:
    if isinstance(value, str):
        return without_places(value, digests)
    if isinstance(value, list):
        return [_without(each, digests) for each in value]
    if isinstance(value, dict):
        return {key: _without(each, digests) for key, each in value.items()}
    return value


def _rows(model: str, case_id: uuid.UUID) -> Any:
    table = apps.get_model("casework", model)
    return table.objects.filter(**{path_to_case(table): case_id})


def _texts(row: Any) -> Iterable[str]:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if value and isinstance(field, CharField | TextField | JSONField):
            yield value if isinstance(value, str) else str(value)
