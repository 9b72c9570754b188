from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from casework.households.forms import MeansForm
from casework.sharing.items import Item
from permissions.days import DayInput, end_of_day
from permissions.typed import TypedMixin

from .selectors import LetterAgency, Opening

DAYS_SHOWN = 30
DAYS_IN_LETTER = 365


class SpanForm(TypedMixin, forms.Form):
    """From one day to another, both included; without an answer the last ``days``."""

    days = DAYS_SHOWN

    since = forms.DateField(label=_("いつから"), required=False, widget=DayInput)
    until = forms.DateField(label=_("いつまで"), required=False, widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.first = {"since": today - dt.timedelta(days=self.days), "until": today}
        for name, day in self.first.items():
            self.fields[name].initial = day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name, day in self.first.items():
            cleaned[name] = cleaned.get(name) or day
        if cleaned["since"] > cleaned["until"]:
            self.add_error("until", _("始まりより後の日を選んでください。"))
        return cleaned

    def span(self) -> dict[str, dt.datetime]:
        """Return since and until as moments. Before the form is sent: the last ``days``."""
        days = self.cleaned_data if self.is_bound and self.is_valid() else self.first
        since = timezone.make_aware(dt.datetime.combine(days["since"], dt.time.min))
        return {"since": since, "until": end_of_day(days["until"])}


class OpeningsFilter(SpanForm):
    """Narrow the list of who opened the case."""

    agency = forms.ChoiceField(label=_("機関"), required=False)
    user = forms.ChoiceField(label=_("見た人"), required=False)
    item = forms.ChoiceField(label=_("項目"), required=False, choices=[("", _("すべて")), *Item.choices])

    def __init__(self, *args: Any, openings: Iterable[Opening], **kwargs: Any) -> None:
        """Offer the agencies and people that stand in the list."""
        super().__init__(*args, **kwargs)
        listed = list(openings)
        choices: dict[str, Any] = {
            "agency": {str(each.agency_id): each.agency for each in listed if each.agency},
            "user": {str(each.user_id): each.who for each in listed if each.who},
        }
        for name, found in choices.items():
            field: Any = self.fields[name]
            field.choices = [("", _("すべて")), *sorted(found.items(), key=lambda pair: pair[1])]

    def narrowed(self, openings: list[Opening]) -> list[Opening]:
        """Return the openings that meet what was chosen; all of them when nothing valid was."""
        if not self.is_bound or not self.is_valid():
            return openings
        wanted = self.cleaned_data
        return [
            each
            for each in openings
            if wanted["agency"] in {"", str(each.agency_id)}
            and wanted["user"] in {"", str(each.user_id)}
            and (not wanted["item"] or wanted["item"] in {item for _person, item in each.labels})
        ]


class LetterSpanForm(SpanForm):
    """Whose letter, and about which days."""

    days = DAYS_IN_LETTER

    person = forms.ChoiceField(label=_("だれへの手紙か"))

    def __init__(self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [(str(key), name) for key, name in people]


class LetterForm(MeansForm):
    """Which agencies the letter names, decided by a person, how it is given, and that the right person asked."""

    field_order = ("agencies", "means", "confirmed")

    agencies = forms.MultipleChoiceField(
        label=_("手紙に書く機関"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "会議・協議会、法令、緊急を根拠に見た機関には、しるしを付けていません。知らせてよいかを、"
            "個人情報保護法78条に照らして決めてください。"
        ),
    )
    confirmed = forms.BooleanField(
        label=_("本人（または確かめた代理人）からの求めであり、本人や家族に危険がないことを確かめました"),
        error_messages={"required": _("求めた人と、危険がないことを確かめてから作ってください。")},
    )

    def __init__(self, *args: Any, found: list[LetterAgency], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["agencies"]
        field.choices = [(str(each.agency.pk), _named(each)) for each in found]
        field.initial = [str(each.agency.pk) for each in found if not each.needs_decision]


def _named(each: LetterAgency) -> str:
    count = ngettext("%(count)s回", "%(count)s回", len(each.looks)) % {"count": len(each.looks)}
    note = _("・判断が必要") if each.needs_decision else ""
    return f"{each.agency.name}（{count}{note}）"
