"""The history of a case: every act leaves one event and one audit row, in its own transaction."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.dispatch import Signal

from permissions.audit.actions import Beside, record_beside
from permissions.hooks import tell
from permissions.viewer import Viewer

# Sent inside the transaction of the act, which a receiver that raises undoes. Afterwards, and harmless: the hook
# "marugoto_case_event" (permissions/hooks.py). Both get event_id, case_id, verb.
case_event_recorded = Signal()

INSERT = (
    "INSERT INTO casework_caseevent (id, case_id, person_id, item, verb, actor_id, at, before, after)"
    " VALUES (%s, %s, %s, %s, %s, %s, clock_now(), %s, %s)"
)


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
    event_id = uuid.uuid4()
    who = viewer.membership.pk if viewer else None
    values = [json.dumps(given or {}) for given in (before, after)]
    event = Beside(INSERT, (event_id, case_id, person_id, item, verb, who, *values))
    record_beside(event, viewer, verb, subject, case=case_id, person=person_id, item=item)
    sender = apps.get_model("casework", "CaseEvent")
    case_event_recorded.send(sender=sender, event_id=event_id, case_id=case_id, verb=verb)
    tell("marugoto_case_event", event_id=str(event_id), case_id=str(case_id), verb=verb)
