from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import CHOSEN_ITEMS, Item
from permissions.days import DayInput
from permissions.people import name_of
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import TaskDraft
from .models import TaskEndKind
from .selectors import owners


def owner_choices() -> list[tuple[str, str]]:
    """Return whom something can be asked of: membership and name with agency."""
    return [(str(each.pk), f"{name_of(each.user)}（{each.agency.name}）") for each in owners()]


class TaskForm(TypedMixin, OnceForm):
    """A next action: what, by whom, until when, and whom and what it is about."""

    what = forms.CharField(label=_("すること"), max_length=200)
    due_on = forms.DateField(label=_("いつまで"), widget=DayInput)
    is_ahead = forms.BooleanField(
        label=_("60日前・30日前・14日前にも期限を入れる"),
        required=False,
        help_text=_("在留カードや手帳の期限など、準備がいる日のとき。もう過ぎた日には入りません。"),
    )
    owner = forms.ChoiceField(label=_("だれがするか"))
    about = forms.ChoiceField(label=_("だれのこと"), widget=forms.RadioSelect, initial=HOUSEHOLD)
    item = forms.ChoiceField(
        label=_("何のこと"),
        choices=[(item.value, item.label) for item in CHOSEN_ITEMS],
        initial=Item.HISTORY,
        widget=forms.RadioSelect,
        help_text=_("この人のこの項目が共有されている機関には、この期限も見えます。"),
    )

    def __init__(
        self, *args: Any, viewer: Viewer, people: Iterable[tuple[uuid.UUID, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].choices = owner_choices()
        fields["owner"].initial = str(viewer.membership.pk)
        fields["about"].choices = [
            (HOUSEHOLD, _("世帯全体")),
            *((str(person), name) for person, name in people),
        ]

    def draft(self) -> TaskDraft:
        told = self.cleaned_data
        person_id = None if told["about"] == HOUSEHOLD else uuid.UUID(told["about"])
        owner = owners().get(pk=told["owner"])
        return TaskDraft(Label(person_id, told["item"]), told["what"], told["due_on"], owner)


class TaskEndForm(TypedMixin, forms.Form):
    """That a task was done, or why it was dropped."""

    kind = forms.ChoiceField(
        label=_("どうなったか"),
        choices=TaskEndKind.choices,
        widget=forms.RadioSelect,
        initial=TaskEndKind.DONE,
    )
    words = forms.CharField(
        label=_("ひとこと"),
        max_length=200,
        required=False,
        help_text=_("やめるときは、理由を書いてください。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") == TaskEndKind.DROPPED and not cleaned.get("words"):
            self.add_error("words", _("やめる理由を書いてください。"))
        return cleaned
