from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.dates import BIRTH_HINT, EraDateField
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .actions import fingerprint
from .models import ITEM_MODELS, Household, Person, PersonContact, PersonHealth, PersonMoney


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
        return [(str(fresh[name].label), str(fresh[name].value() or "")) for name in self.names]

    def restarted(self, row: Any) -> SeenForm:
        """Return the form with everything typed, as if it had been opened on what stands now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # request.POST
        data[self.add_prefix("seen")] = fingerprint(row, self.names)
        form = type(self)(data, instance=self.instance)
        form.full_clean()
        for message in self.non_field_errors():
            form.add_error(None, message)
        return form


class HouseholdForm(SeenForm):
    class Meta:
        model = Household
        fields = ("name", "kind", "summary")


class PersonForm(OnceForm, SeenForm):
    birth_on = EraDateField(label=_("生年月日"), required=False, help_text=BIRTH_HINT)

    class Meta:
        model = Person
        fields = ("name", "kana", "relation", "birth_on", "age_about", "occupation")
        help_texts = {
            "name": _("旧字や外国の文字も、そのまま書いてください。"),
            "age_about": _("生年月日が分からないときに書いてください。"),
        }


class PersonContactForm(SeenForm):
    class Meta:
        model = PersonContact
        fields = ("phone", "safe_hours", "voicemail_ok", "address", "caution")


class PersonHealthForm(SeenForm):
    class Meta:
        model = PersonHealth
        fields = ("condition", "doctor", "care_level")


class PersonMoneyForm(SeenForm):
    class Meta:
        model = PersonMoney
        fields = ("monthly_income_yen", "debt_yen", "situation")


ITEM_FORMS: dict[str, type[Any]] = {
    form.Meta.model.ITEM: form for form in (PersonContactForm, PersonHealthForm, PersonMoneyForm)
}
assert ITEM_FORMS.keys() == ITEM_MODELS.keys()  # noqa: S101 -- a form for every item table
