"""The contact a URL speaks of, loaded through the door."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse

from permissions.access import requires
from permissions.audit.actions import record
from permissions.viewer import Viewer

from .models import Contact
from .selectors import contacts_for

View = Callable[..., HttpResponse]


def contact_view(permission: str) -> Callable[[View], View]:
    """Declare a view about one contact: ``contact_id`` of the URL becomes ``contact``, or 404 outside the door."""
    return requires(permission, load=_load, shown=contact_shown)


def contact_shown(viewer: Viewer, request: Any, *, contact: Contact, **rest: Any) -> None:
    """Log that a page about a contact was shown."""
    record(viewer, "read", contact, case=contact.case_id)


def _load(viewer: Viewer, *, contact_id: uuid.UUID, **rest: Any) -> dict[str, Any]:
    contact = contacts_for(viewer).select_related("taken_by__user").filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return {"contact": contact, **rest}
