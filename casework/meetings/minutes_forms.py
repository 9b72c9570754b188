from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.plans.models import Decision
from permissions.people import name_of
from permissions.typed import TypedMixin

from .minutes import TEXTS, MinutesText
from .models import AgendaMember, Minutes


class MinutesForm(TypedMixin, forms.Form):
    """The minutes of one item; ``seen`` is the version that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helps = {
            "facts": _("だれが、何を知っていたか。見たこと・聞いたこと。"),
            "points": _("何を話し合ったか。"),
            "reservations": _("賛成できないこと、条件、あとで確かめること。"),
            "handling": _("資料を返したか、だれに何を伝えてよいか。"),
        }
        for name in TEXTS:
            field: Any = Minutes._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=field.verbose_name, max_length=field.max_length, required=False, help_text=helps[name],
                widget=forms.Textarea(attrs={"rows": 6}),
            )  # fmt: skip

    def text(self) -> MinutesText:
        return MinutesText(**{name: self.cleaned_data[name] for name in TEXTS})


class FixForm(forms.Form):
    """Who was there, and which earlier decision the new one takes the place of."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    present = forms.MultipleChoiceField(
        label=_("出席した人"), required=False, widget=forms.CheckboxSelectMultiple
    )
    supersedes = forms.ChoiceField(
        label=_("前の決定を置き換えますか"),
        required=False,
        help_text=_("置き換えた決定は消えずに残り、「新しい決定があります」と表示されます。"),
    )

    def __init__(
        self,
        *args: Any,
        members: Iterable[AgendaMember],
        decisions: Iterable[Decision],
        is_online: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.decisions: dict[str, Any] = {str(each.pk): each for each in decisions}
        fields: dict[str, Any] = self.fields
        word = _with_word if is_online else _member
        fields["present"].choices = [(str(row.membership_id), word(row)) for row in members]
        fields["supersedes"].choices = [
            ("", _("いいえ、新しい決定です")),
            *((key, each.words) for key, each in self.decisions.items()),
        ]

    def present_keys(self) -> list[int]:
        return [int(key) for key in self.cleaned_data["present"]]


class CopiesForm(forms.Form):
    """To whom a copy on paper is handed."""

    members = forms.MultipleChoiceField(
        label=_("紙の資料を渡す構成員"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, members: Iterable[AgendaMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seats = {str(row.membership_id): row.membership for row in members}
        field: Any = self.fields["members"]
        field.choices = [(str(row.membership_id), _member(row)) for row in members]

    def chosen(self) -> list[Any]:
        return [self.seats[key] for key in self.cleaned_data["members"]]


class ReturnsForm(forms.Form):
    """Which copies came back."""

    copies = forms.MultipleChoiceField(
        label=_("返された資料"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, copies: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.out = {str(row.pk): row for row in copies if row.returned_at is None}
        field: Any = self.fields["copies"]
        field.choices = [(key, f"{row.number} {_member(row)}") for key, row in self.out.items()]

    def chosen(self) -> list[Any]:
        return [self.out[key] for key in self.cleaned_data["copies"]]


class PrintForm(forms.Form):
    """Which numbered copy is printed; none: for the center's own file."""

    copy = forms.UUIDField(required=False)


def _with_word(row: AgendaMember) -> str:
    """Return a member of an online meeting, and whether they said that they are alone (domain.md R-MTG-7)."""
    if row.word is None:
        return gettext("%(member)s（ひとりの部屋：未確認）") % {"member": _member(row)}
    told = {"member": _member(row), "at": f"{timezone.localtime(row.word.declared_at):%H:%M}"}
    return gettext("%(member)s（オンライン・ひとりの部屋 %(at)s）") % told


def _member(row: Any) -> str:
    return f"{row.membership.agency.name} {name_of(row.membership.user)}"
