"""Two people editing one thing: who saves second is shown both texts. Never does the last one win."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.db import IntegrityError, transaction

from permissions.typed import TypedMixin


class ChangedMeanwhile(Exception):
    """A colleague saved the same thing while this one was being written. ``current`` holds what stands now."""

    def __init__(self, current: Any) -> None:
        super().__init__("changed meanwhile")
        self.current = current


@contextmanager
def only_one(model: type[Any], **followed: Any) -> Iterator[None]:
    """Add the one row that may follow another (``follows=row``), inside. Raises ChangedMeanwhile with a colleague's."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        quicker = model.objects.filter(**followed).first()
        if quicker is None:
            raise
        raise ChangedMeanwhile(quicker) from error


def fingerprint(row: Any, fields: list[str]) -> str:
    """Return a mark of what a form showed, to notice on saving that a colleague was quicker."""
    values = {name: str(getattr(row, name)) if row else "" for name in fields}
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()[:32]


class SeenForm(TypedMixin, forms.ModelForm):
    """Carries a mark of what the form showed, so that a colleague's change is noticed on saving."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen"] = fingerprint(None if self.instance._state.adding else self.instance, self.names)

    @property
    def names(self) -> list[str]:
        return list(self._meta.fields or ())

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}

    def shown(self, row: Any) -> list[tuple[str, str]]:
        """Return label and text of what stands now."""
        fresh = type(self)(instance=row) if row else type(self)()
        return [(str(fresh[name].label), _words(fresh, name)) for name in self.names]

    def restarted(self, row: Any) -> SeenForm:
        """Return the form with everything typed, as if it had been opened on what stands now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # request.POST
        data[self.add_prefix("seen")] = fingerprint(row, self.names)
        form = type(self)(data, instance=self.instance)
        form.full_clean()
        for message in self.non_field_errors():
            form.add_error(None, message)
        return form


def _words(form: forms.ModelForm, name: str) -> str:
    """Return what a field holds as a reader knows it: the label of a choice, not its code."""
    display = getattr(form.instance, f"get_{name}_display", None)
    return str(display() if display else form[name].value() or "")
