"""The same form sent twice does one thing: a double click, the back button, a repeated request."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.db import connection


class OnceForm(forms.Form):
    """Carries the key of the row that the form will make."""

    once = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("once", uuid.uuid4())

    def key(self) -> uuid.UUID:
        """Return the row's key: the form's, or a new one when a form was sent without."""
        key: uuid.UUID | None = self.cleaned_data.get("once")
        return key or uuid.uuid4()


def made_before(model: type[Any], key: uuid.UUID | None) -> Any:
    """Return the row that an earlier sending made, or None. A sending under way is waited for."""
    if key is None:
        return None
    wait_for(key)
    return model.objects.filter(pk=key).first()


def wait_for(key: uuid.UUID) -> None:
    """Let only one transaction at a time go on about this thing, also where its row may not be locked (it is frozen)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])
