"""Fields that hold a code: of a model, and of a form."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partialmethod
from typing import Any

from django import forms
from django.db import models

from .models import CODE_LENGTH
from .selectors import choices_of, label_of


class CodeField(models.CharField):
    """A column with a code of one list. The database refuses what is not in the list (walls.py, ``known_code``).

    ``get_<name>_display`` gives the words, as with Django's choices.
    """

    def __init__(self, *args: Any, list_code: str = "", **kwargs: Any) -> None:
        self.list_code = list_code
        kwargs.setdefault("max_length", CODE_LENGTH)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Stand in migrations as the plain column it is: they import no code of ours."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)

        def display(row: Any) -> str:
            return label_of(self.list_code, getattr(row, self.attname))

        setattr(cls, f"get_{name}_display", partialmethod(display))

    def formfield(self, **kwargs: Any) -> Any:
        options = {"label": self.verbose_name, "required": not self.blank, "help_text": self.help_text}
        if self.has_default():
            options["initial"] = self.get_default()
        kwargs.pop("choices_form_class", None)
        return CodeChoiceField(self.list_code, **{**options, **kwargs})


class _Codes:
    """The choices of a field, made anew each time they are looked at: by language, day and what is stored."""

    def __init__(self, field: Any) -> None:
        self.field = field

    def __call__(self) -> list[tuple[str, str]]:
        field = self.field
        found = choices_of(field.list_code, stored=field.stored, without=field.without)
        return [("", field.empty_label), *found] if field.empty_label else found


class _OffersCodes(forms.Field):
    list_code: str
    without: frozenset[str]
    empty_label: Any
    stored: frozenset[str]
    choices: Any

    def __deepcopy__(self, memo: Any) -> Any:
        result: Any = super().__deepcopy__(memo)
        result.choices = _Codes(result)
        return result

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """Offer what the form began with, too: a code that was retired since then is not lost by saving again."""
        initial = form.get_initial_for_field(self, field_name)
        values = [initial] if isinstance(initial, str) else initial or ()
        self.stored = frozenset(map(str, values))
        return super().get_bound_field(form, field_name)


class CodeChoiceField(_OffersCodes, forms.ChoiceField):
    """One code of a list. ``without`` leaves codes out; ``empty_label`` stands for no answer."""

    def __init__(
        self, list_code: str, *, without: Iterable[str] = (), empty_label: Any = "", **kwargs: Any
    ) -> None:
        self.list_code, self.without = list_code, frozenset(without)
        self.empty_label, self.stored = empty_label, frozenset()
        super().__init__(choices=_Codes(self), **kwargs)


class CodesField(_OffersCodes, forms.MultipleChoiceField):
    """Several codes of a list."""

    def __init__(self, list_code: str, *, without: Iterable[str] = (), **kwargs: Any) -> None:
        self.list_code, self.without = list_code, frozenset(without)
        self.empty_label, self.stored = "", frozenset()
        kwargs.setdefault("widget", forms.CheckboxSelectMultiple)
        super().__init__(choices=_Codes(self), **kwargs)
