"""Kinds of question that are answered in words and numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from .era import PartialDate, date_ja, parse_date
from .kinds import Kind, PartsWidget, TypedField, field_options, refuse
from .questions import Question
from .typed import as_key

LINE_LENGTH = 200
STORY_LENGTH = 2000
LONGEST_STORY = 20_000

NOT_EMAIL = _("メールアドレスを確かめてください。例：hanako@example.jp")
NOT_PHONE = _("電話番号を数字で書いてください。例：000-0000-1234（ハイフンはなくてもかまいません）")
NOT_NUMBER = _("数字で書いてください。例：3")
NOT_DATE = _("日付を確かめてください。例：昭和20年3月10日、S20.3.10、1945-03-10。年だけでもかまいません。")


def check_email(text: str) -> None:
    """Raise ValidationError unless the text, full width folded, is a mail address. Empty is fine."""
    if not text:
        return
    try:
        validate_email(unicodedata.normalize("NFKC", text))
    except ValidationError as error:
        raise refuse(NOT_EMAIL) from error


def check_phone(text: str) -> None:
    """Raise ValidationError unless the text reads as a telephone number. Empty is fine."""
    plain = re.sub(r"[-()./]", "", as_key(text))
    if text and not re.fullmatch(r"\+?[0-9]{8,15}", plain):
        raise refuse(NOT_PHONE)


class SingleLine(Kind):
    kind = "singleline"
    label = _("短い文字")
    group = _("文字")
    icon = "pilcrow"
    own_settings: ClassVar[tuple[str, ...]] = ("max_length",)
    input_attrs: ClassVar[dict[str, str]] = {}

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [("max_length", blocks.IntegerBlock(label=_("文字数の上限"), default=LINE_LENGTH, min_value=1, max_value=LINE_LENGTH))]  # fmt: skip

    def form_field(self, question: Question) -> forms.Field:
        length = question.settings.get("max_length") or LINE_LENGTH
        return TypedField(max_length=length, **field_options(question))

    def line(self) -> forms.TextInput:
        return forms.TextInput(attrs=self.input_attrs)

    def urgent_texts(self, question: Question, stored: Any) -> list[str]:
        return [str(stored)]


class MultiLine(Kind):
    kind = "multiline"
    label = _("長い文章")
    group = _("文字")
    icon = "doc-empty"
    own_settings: ClassVar[tuple[str, ...]] = ("max_length",)

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [("max_length", blocks.IntegerBlock(label=_("文字数の上限"), default=STORY_LENGTH, min_value=1, max_value=LONGEST_STORY))]  # fmt: skip

    def form_field(self, question: Question) -> forms.Field:
        length = question.settings.get("max_length") or STORY_LENGTH
        # The browser keeps nothing of the story; the counter is told the limit but does not cut off.
        box = forms.Textarea(attrs={"rows": 9, "autocomplete": "off", "data-count": length})
        return TypedField(one_line=False, max_length=length, widget=box, **field_options(question))

    def urgent_texts(self, question: Question, stored: Any) -> list[str]:
        return [str(stored)]


class Email(SingleLine):
    kind = "email"
    label = _("メールアドレス")
    group = _("連絡先")
    icon = "mail"
    own_settings: ClassVar[tuple[str, ...]] = ()
    input_attrs = {"type": "email", "autocomplete": "email"}

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return []

    def form_field(self, question: Question) -> forms.Field:
        return TypedField(
            max_length=LINE_LENGTH, validators=[check_email], widget=self.line(), **field_options(question)
        )


class Phone(Email):
    kind = "phone"
    label = _("電話番号")
    icon = "mobile-alt"
    input_attrs = {"type": "tel", "autocomplete": "tel"}

    def form_field(self, question: Question) -> forms.Field:
        return TypedField(
            max_length=40, validators=[check_phone], widget=self.line(), **field_options(question)
        )


class NumberField(TypedField):
    """A number, stored as typed beside its value."""

    def __init__(self, *, smallest: int | None, largest: int | None, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.smallest, self.largest = smallest, largest

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        plain = as_key(typed).replace(",", "")
        if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?", plain):
            raise refuse(NOT_NUMBER)
        number = Decimal(plain)
        if self.smallest is not None and number < self.smallest:
            raise refuse(_("%d以上の数字で書いてください。") % self.smallest)
        if self.largest is not None and number > self.largest:
            raise refuse(_("%d以下の数字で書いてください。") % self.largest)
        return {"typed": typed, "number": f"{number:f}"}


class Number(SingleLine):
    kind = "number"
    label = _("数字")
    icon = "order"
    own_settings: ClassVar[tuple[str, ...]] = ("smallest", "largest")
    input_attrs = {"inputmode": "decimal", "autocomplete": "off"}

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [
            ("smallest", blocks.IntegerBlock(label=_("いちばん小さい数"), required=False)),
            ("largest", blocks.IntegerBlock(label=_("いちばん大きい数"), required=False)),
        ]

    def form_field(self, question: Question) -> forms.Field:
        limits = {name: question.settings.get(name) for name in self.own_settings}
        return NumberField(**limits, widget=self.line(), **field_options(question))

    def display(self, question: Question, stored: Any) -> str:
        return str(stored["typed"])

    def urgent_texts(self, question: Question, stored: Any) -> list[str]:
        return []


class DateField(TypedField):
    """A date by era or Western year, stored as typed beside what it means."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            date = parse_date(typed)
        except (ValueError, OverflowError) as error:
            raise refuse(NOT_DATE) from error
        return {"typed": typed, "iso": date.iso, "precision": date.precision}


class Date(Number):
    kind = "date"
    label = _("日付（和暦・西暦）")
    icon = "date"
    own_settings: ClassVar[tuple[str, ...]] = ()
    input_attrs = {"autocomplete": "off"}

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return []

    def form_field(self, question: Question) -> forms.Field:
        return DateField(max_length=40, widget=self.line(), **field_options(question))

    def display(self, question: Question, stored: Any) -> str:
        parts = [int(part) for part in stored["iso"].split("-")]
        return date_ja(PartialDate(*parts))


class NameField(forms.Field):
    """A name and how it is read; any script, no part is asked for."""

    def clean(self, value: Mapping[str, Any]) -> Any:
        line = TypedField(required=False, max_length=LINE_LENGTH)
        parts = {part: line.clean(value.get(part)) for part in NamePair.parts}
        if self.required and not any(parts.values()):
            raise ValidationError(self.error_messages["required"], code="required")
        return {part: text for part, text in parts.items() if text}


class NamePair(Kind):
    kind = "name"
    label = _("名前とふりがな")
    group = _("連絡先")
    icon = "user"
    template = "forms_app/kinds/name.html"
    parts: ClassVar[dict[str, bool]] = {"name": False, "kana": False}

    def form_field(self, question: Question) -> forms.Field:
        return NameField(widget=PartsWidget(self.parts), **field_options(question))

    def display(self, question: Question, stored: Any) -> str:
        name, kana = stored.get("name", ""), stored.get("kana", "")
        return f"{name}（{kana}）" if name and kana else name or kana
