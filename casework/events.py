"""The history of a case: every act leaves one event and one audit row, in its own transaction."""

from __future__ import annotations

import uuid
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.dispatch import Signal

from permissions.audit.actions import record
from permissions.hooks import tell
from permissions.viewer import Viewer

# Sent inside the transaction of the act, which a receiver that raises undoes. Afterwards, and harmless: the hook
# "marugoto_case_event" (permissions/hooks.py). Both get event_id, case_id, verb.
case_event_recorded = Signal()


def record_event(
    viewer: Viewer | None,
    verb: str,
    subject: Model,
    *,
    case_id: uuid.UUID,
    person_id: uuid.UUID | None = None,
    item: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Record who did what to a case, with the values before and after. Belongs to the caller's transaction."""
    model = apps.get_model("casework", "CaseEvent")
    event = model(
        case_id=case_id,
        person_id=person_id,
        item=item,
        verb=verb,
        actor=viewer.membership if viewer else None,
        before=before or {},
        after=after or {},
    )
    event.save(force_insert=True)
    record(viewer, verb, subject, case=case_id, person=person_id, item=item)
    case_event_recorded.send(sender=model, event_id=event.pk, case_id=case_id, verb=verb)
    tell("marugoto_case_event", event_id=str(event.pk), case_id=str(case_id), verb=verb)
