from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import Item
from forms_app.fields.era import PartialDate, date_ja, parse_date
from permissions.agencies.models import Agency
from permissions.typed import TypedMixin

from .actions import EntryDraft
from .models import FIRST_YEAR, ChronologyEntry


class YearField(forms.CharField):
    """A year, or a month of it, in the era or the Western way."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> PartialDate:
        text = super().clean(value)
        try:
            date = parse_date(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("「平成13年」「平成13年4月」「2001年」「2001-04」のように書いてください。")
            ) from error
        if date.year < FIRST_YEAR or date.first_day > timezone.localdate():
            raise forms.ValidationError(_("今日までの年月を書いてください。"))
        return PartialDate(date.year, date.month)


class CorrectEntryForm(TypedMixin, OnceForm):
    """An entry as it should have been, or that it was none."""

    when = YearField(
        label=_("いつ"),
        help_text=_("例：平成13年、平成13年4月、2001-04。月が分からなければ、年だけでかまいません。"),
    )
    text = forms.CharField(label=_("できごと"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
    is_void = forms.BooleanField(
        label=_("このできごとを年表から消す"),
        required=False,
        help_text=_("まちがいだったときに。「できごと」に、消すわけを書きます。記録は残ります。"),
    )

    def __init__(self, *args: Any, entry: ChronologyEntry | None = None, **kwargs: Any) -> None:
        if entry is not None:
            when = PartialDate(entry.year, entry.month)
            kwargs["initial"] = {"when": date_ja(when).partition("（")[0], "text": entry.text}
        super().__init__(*args, **kwargs)

    def draft(self) -> EntryDraft:
        told = self.cleaned_data
        return EntryDraft(told["when"], told["text"], told.get("is_void", False))


class EntryForm(CorrectEntryForm):
    """Something that nobody has written down yet."""

    is_void: Any = None
    field_order = ("when", "label", "text", "source")

    label = forms.ChoiceField(
        label=_("だれの、何についてのこと"),
        help_text=_("「何について」で、読める機関が決まります。"),
    )
    source = forms.ModelChoiceField(
        label=_("知っている機関"), queryset=Agency.objects.none(), empty_label=_("選んでください")
    )

    def __init__(
        self,
        *args: Any,
        labels: Iterable[tuple[uuid.UUID | None, str]],
        names: Mapping[uuid.UUID | None, str],
        agencies: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.labels = {f"{key or HOUSEHOLD}:{item}": Label(key, item) for key, item in labels}
        fields: dict[str, Any] = self.fields
        fields["label"].choices = [
            (value, _("%(who)s：%(item)s") % {"who": names[label.person_id], "item": Item(label.item).label})
            for value, label in self.labels.items()
        ]
        fields["source"].queryset = agencies
        if agencies.count() == 1:
            fields["source"].initial = agencies.first()

    def about(self) -> Label:
        """Return the label that was chosen."""
        return self.labels[self.cleaned_data["label"]]
