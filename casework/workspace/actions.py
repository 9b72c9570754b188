"""Writing what a person of the staff set up for themselves."""

from __future__ import annotations

from django.db import transaction

from permissions.audit.actions import record
from permissions.viewer import Viewer

from .models import SavedList, SavedPage


@transaction.atomic
def save_list(query: str, *, by: Viewer, page: str = SavedPage.CASES) -> None:
    """Keep the conditions of a list; empty ones bring the whole list back."""
    saved, is_new = SavedList.objects.get_or_create(
        membership=by.membership, page=page, defaults={"query": query}
    )
    if not is_new:
        SavedList.objects.filter(pk=saved.pk).update(query=query)
    record(by, "list_saved", saved)
