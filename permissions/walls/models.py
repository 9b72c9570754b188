"""Abstract bases for what stands behind a wall."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from guardian.models import GroupObjectPermissionBase


class Walled(models.Model):
    """A row behind row-level security.

    The key is made here, so that an insert reads nothing back (a context may add rows it cannot see).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"

    def _do_insert(self, manager: Any, using: str, fields: Any, returning_fields: Any, raw: bool) -> Any:
        # Django 6 reads back what an expression gave (the clock, say): a context that may only add would fail.
        return super()._do_insert(manager, using, fields, [], raw)  # type: ignore[misc]


class WalledGrant(GroupObjectPermissionBase):
    """A django-guardian row with a real foreign key, explained by exactly one row of a ledger.

    Subclasses add ``content_object`` (with a related name, or guardian falls back to its generic table) and
    ``line``; two lines for the same right are two rows, so that ending one leaves the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def live_now(cls) -> models.Q:
        """Return the condition under which the row's line still holds; guardian itself knows no expiry."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"
