from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.forms import MomentInput, this_minute
from casework.once import OnceForm
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import CHOSEN_ITEMS, Item
from permissions.typed import TypedMixin

from .actions import NoteDraft
from .models import Note


class NoteForm(TypedMixin, OnceForm):
    """A progress note and whom and what it is about."""

    about = forms.ChoiceField(
        label=_("だれのこと"),
        help_text=_("この人のこの項目が共有されている機関だけに見えます。"),
        widget=forms.RadioSelect,
    )
    item = forms.ChoiceField(
        label=_("何のこと"),
        choices=[(item.value, item.label) for item in CHOSEN_ITEMS],
        initial=Item.HISTORY,
        widget=forms.RadioSelect,
    )
    occurred_at = forms.DateTimeField(label=_("あった日時"), initial=this_minute, widget=MomentInput)
    method = CodeChoiceField("method", label=_("方法"))
    title = forms.CharField(label=_("見出し"), max_length=100)
    body = forms.CharField(
        label=_("内容"),
        max_length=10000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("事実と見立てを分けて書きます。本人が読むことがあるつもりで書いてください。"),
    )

    def __init__(self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [(HOUSEHOLD, _("世帯全体")), *((str(person), name) for person, name in people)]

    def clean_occurred_at(self) -> dt.datetime:
        occurred_at: dt.datetime = self.cleaned_data["occurred_at"]
        if occurred_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("あった日時が、先の日時になっています。"))
        return occurred_at

    def draft(self) -> NoteDraft:
        cleaned = self.cleaned_data
        about = cleaned["about"]
        person_id = None if about == HOUSEHOLD else uuid.UUID(about)
        return NoteDraft(
            Label(person_id, cleaned["item"]),
            occurred_at=cleaned["occurred_at"],
            method=cleaned["method"],
            title=cleaned["title"],
            body=cleaned["body"],
        )


class CorrectionForm(TypedMixin, OnceForm):
    """The text that takes the place of an earlier note; its label stays."""

    title = forms.CharField(label=_("見出し"), max_length=100)
    body = forms.CharField(
        label=_("正しい内容と、直す理由"), max_length=10000, widget=forms.Textarea(attrs={"rows": 10})
    )

    def draft(self, note: Note) -> NoteDraft:
        return NoteDraft(
            Label(note.person_id, note.item),
            occurred_at=note.occurred_at,
            method=note.method,
            title=self.cleaned_data["title"],
            body=self.cleaned_data["body"],
        )
