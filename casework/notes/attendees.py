"""Who else was there: a fixed number of boxes on the form of a note, for it to work without a script."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.once import OnceForm
from permissions.days import DayInput
from permissions.typed import TypedMixin

from .actions import AttendeeDraft
from .models import OathMedium

COMPANION = "companion"
BOXES = 3
MOST_BOXES = 20
PARTS = tuple(AttendeeDraft.__dataclass_fields__)


@dataclass(frozen=True)
class AttendeeBox:
    """One person on the page, field by field, and whether the box is folded."""

    who: str
    fields: list[forms.BoundField]
    is_open: bool


class AttendeesForm(TypedMixin, OnceForm):
    """The people from outside who were there; an empty box does not count."""

    def __init__(self, *args: Any, there: Iterable[AttendeeDraft] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        filled = [asdict(each) for each in there]
        self._boxes = max(BOXES, len(filled), self._sent_boxes())
        for number in range(1, self._boxes + 1):
            initial = filled[number - 1] if number <= len(filled) else {}
            for part, field in _fields(number).items():
                field.initial = initial.get(part, "")
                field.widget.attrs.pop("maxlength", None)
                self.fields[f"attendee_{number}_{part}"] = field

    def _sent_boxes(self) -> int:
        """Return how many boxes were sent: what somebody typed into them is not lost where fewer stand now."""
        return next(
            n for n in range(MOST_BOXES + 1) if n == MOST_BOXES or f"attendee_{n + 1}_name" not in self.data
        )

    def attendee_boxes(self) -> list[AttendeeBox]:
        """Return the boxes as the page shows them."""
        return [self._attendee_box(number) for number in range(1, self._boxes + 1)]

    def _attendee_box(self, number: int) -> AttendeeBox:
        fields = [self[f"attendee_{number}_{part}"] for part in PARTS]
        return AttendeeBox(
            _who(number), fields, any(field.value() or self.errors.get(field.name) for field in fields)
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number in range(1, self._boxes + 1):
            for part, message in _missing(self._told(cleaned, number)):
                name = f"attendee_{number}_{part}"
                if name not in self.errors:
                    self.add_error(name, message)
        return cleaned

    def _told(self, cleaned: dict[str, Any], number: int) -> dict[str, Any]:
        return {part: cleaned.get(f"attendee_{number}_{part}") for part in PARTS}

    def attendees(self) -> tuple[AttendeeDraft, ...]:
        return tuple(self._attendees())

    def _attendees(self) -> Iterator[AttendeeDraft]:
        for number in range(1, self._boxes + 1):
            told = self._told(self.cleaned_data, number)
            if told["name"]:
                yield AttendeeDraft(**told)


def _who(number: int) -> str:
    return gettext("同席した人 %(number)d") % {"number": number}


def _fields(number: int) -> dict[str, forms.Field]:
    who = _who(number)

    def label(part: str) -> str:
        return gettext("%(who)sの%(part)s") % {"who": who, "part": part}

    return {
        "role": CodeChoiceField(
            "attendee_role", label=label(gettext("立場")), required=False, empty_label=_("選んでください")
        ),
        "name": forms.CharField(label=label(gettext("氏名")), max_length=60, required=False),
        "organization": forms.CharField(
            label=label(gettext("所属")), max_length=100, required=False,
            help_text=_("どこから来た人か。機関や団体の名前を書きます。"),
        ),
        "relation": forms.CharField(
            label=label(gettext("本人との関係")), max_length=100, required=False,
            help_text=_("付き添いの人は、どういう関係の人か。聞いていなければ、そう書きます。"),
        ),
        "oath_on": NotAhead(
            label=label(gettext("守秘の誓約の日")), required=False, widget=DayInput,
            help_text=_("通訳など、仕事として同席した人に。この回だけの誓約です。次の回には、もう一度確かめます。"),
        ),
        "oath_medium": forms.ChoiceField(
            label=label(gettext("守秘の誓約の方法")), required=False,
            choices=[("", _("選んでください")), *OathMedium.choices],
        ),
    }  # fmt: skip


class NotAhead(forms.DateField):
    """A day that has come."""

    def clean(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().clean(value)
        if day and day > timezone.localdate():
            raise forms.ValidationError(_("先の日付になっています。"))
        return day


def _missing(told: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a box with something in it does not say, and what to do."""
    if not any(told.values()):
        return
    if not told["role"]:
        yield "role", _("この人の立場を選んでください。")
    if not told["name"]:
        yield "name", _("この人の氏名を書いてください。同席した人がいなければ、この欄をすべて空にします。")
    if told["role"] == COMPANION and not told["relation"]:
        yield "relation", _("本人とどういう関係の人かを書いてください。")
    if told["oath_medium"] and not told["oath_on"]:
        yield "oath_on", _("誓約した日を書いてください。")
    if told["oath_on"] and not told["oath_medium"]:
        yield "oath_medium", _("書面か口頭かを選んでください。")
