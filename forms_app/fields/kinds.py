"""What every kind of question has in common: a block for the editor, a frozen form, a field, a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtailstreamforms.fields import BaseField

from permissions.typed import as_typed

from .questions import Option, Question
from .typed import on_one_line

KEY_HELP = _("空欄のままで大丈夫です。集計などで決まった名前が必要なときだけ、英小文字・数字・_ で書きます。")


class TypedField(forms.CharField):
    """A text field that stores what was typed (typed.py) and says in plain words what is wrong."""

    def __init__(self, *, one_line: bool = True, **kwargs: Any) -> None:
        self.one_line = one_line
        super().__init__(strip=False, **kwargs)
        if self.max_length:
            self.error_messages["max_length"] = _(
                "%(limit_value)d文字以内で書いてください（いま%(show_value)d文字です）。"
            )

    def to_python(self, value: Any) -> str:
        text = value if isinstance(value, str) else ""
        return on_one_line(text) if self.one_line else as_typed(text)

    def clean(self, value: Any) -> str:
        text = self.to_python(value)
        self.validate(text)
        self.run_validators(text)
        return text


class PartsWidget(forms.Widget):
    """Several inputs of one question, named ``key-part``. Templates draw them; this only reads."""

    def __init__(self, parts: Mapping[str, bool]) -> None:
        super().__init__()
        self.parts = dict(parts)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        return {part: self._read(data, f"{name}-{part}", many) for part, many in self.parts.items()}

    def id_for_label(self, id_: str | None) -> str:
        return f"{id_}-{next(iter(self.parts))}"

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return all(f"{name}-{part}" not in data for part in self.parts)

    def _read(self, data: Any, name: str, many: bool) -> Any:
        if many:
            return data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return data.get(name, "")


class Kind(BaseField):
    """One kind of question; registered with wagtailstreamforms under ``kind``."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]
    group: ClassVar[str | Promise] = _("質問")
    icon = "form"
    is_question: ClassVar[bool] = True
    template: ClassVar[str] = "forms_app/kinds/plain.html"
    own_settings: ClassVar[tuple[str, ...]] = ()

    # --- for the editor -------------------------------------------------------------------------
    def get_form_block(self) -> blocks.StructBlock:
        return blocks.StructBlock(
            [*self.common_blocks(), *self.own_blocks()],
            icon=self.icon,
            label=self.label,
            group=self.group,
            label_format="{label}",
        )

    def common_blocks(self) -> list[tuple[str, blocks.Block]]:
        return [
            ("label", blocks.CharBlock(label=_("質問の文"), max_length=200)),
            ("help_text", blocks.CharBlock(label=_("補足の説明"), required=False, max_length=500)),
            ("required", blocks.BooleanBlock(label=_("必ず答えてもらう"), required=False)),
            ("key", blocks.RegexBlock(
                regex=r"^[a-z][a-z0-9_]{0,39}$", label=_("記号"), help_text=KEY_HELP, required=False,
                error_messages={"invalid": _("英小文字で始め、英小文字・数字・_ だけで書いてください。")},
            )),
        ]  # fmt: skip

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return []

    # --- freezing ---------------------------------------------------------------------------------
    def freeze(self, block_id: str, value: Mapping[str, Any]) -> Question:
        """Return the question as it stands in a revision. ``value`` is the block as stored."""
        return Question(
            key=value.get("key") or f"q_{block_id.replace('-', '')[:12]}",
            kind=self.kind,
            label=as_typed(value.get("label") or ""),
            help=as_typed(value.get("help_text") or ""),
            required=bool(value.get("required")),
            options=self.options(value),
            settings={name: value.get(name) for name in self.own_settings},
        )

    def options(self, value: Mapping[str, Any]) -> tuple[Option, ...]:
        return ()

    def problems(self, question: Question) -> list[str]:
        """Return what keeps this question from being published, in the editor's words."""
        return []

    # --- answering --------------------------------------------------------------------------------
    def get_formfield(self, block_value: Mapping[str, Any]) -> forms.Field:
        return self.form_field(self.freeze("", block_value))

    def form_field(self, question: Question) -> forms.Field:
        raise NotImplementedError

    def stored(self, question: Question, cleaned: Any) -> Any:
        """Return what is kept as the answer, as JSON; None when nothing was answered."""
        return cleaned or None

    def display(self, question: Question, stored: Any) -> str:
        """Return the answer as a person reads it."""
        return str(stored)

    def hints(self, question: Question, stored: Any) -> list[str]:
        """Return what a person may have forgotten; nothing that keeps them from sending."""
        return []

    def urgent_texts(self, question: Question, stored: Any) -> list[str]:
        """Return the free texts in which words of danger are looked for."""
        return []

    def has_urgent_choice(self, question: Question, stored: Any) -> bool:
        return False


def field_options(question: Question, **more: Any) -> dict[str, Any]:
    """Return what every form field of a question takes."""
    return {
        "label": question.label,
        "help_text": question.help,
        "required": question.required,
        "error_messages": {"required": _("「%s」に答えてください。") % question.label},
    } | more


def refuse(message: Any) -> ValidationError:
    """Return the error to raise for what a person can mend."""
    return ValidationError(message, code="invalid")
