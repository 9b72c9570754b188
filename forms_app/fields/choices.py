"""Kinds of question that are answered by choosing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from permissions.typed import as_typed

from .kinds import KEY_HELP, Kind, field_options
from .questions import Option, Question

NO_ANSWER = "no_answer"
NOT_OFFERED = _("「%s」は、出ている中から選んでください。")

AGE_BANDS = (
    ("under_18", _("18歳より下")),
    ("18_29", _("18～29歳")),
    ("30_39", _("30代")),
    ("40_49", _("40代")),
    ("50_64", _("50～64歳")),
    ("65_74", _("65～74歳")),
    ("75_over", _("75歳以上")),
    ("unknown", _("わからない")),
    (NO_ANSWER, _("言いたくない")),
)


class ChoiceKind(Kind):
    """A question with options of the editor's own, each with a key that outlives its label."""

    group = _("えらぶ")

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        option = blocks.StructBlock(
            [
                ("label", blocks.CharBlock(label=_("選択肢の文"), max_length=200)),
                ("is_urgent", blocks.BooleanBlock(
                    label=_("選ばれたら、送る前に急ぎの連絡先を見せる"), required=False)),
                ("key", blocks.RegexBlock(
                    regex=r"^[a-z0-9][a-z0-9_]{0,39}$", label=_("記号"), help_text=KEY_HELP, required=False,
                    error_messages={"invalid": _("英小文字・数字・_ だけで書いてください。")},
                )),
            ],
            label=_("選択肢"),
            label_format="{label}",
        )  # fmt: skip
        return [("choices", blocks.ListBlock(option, label=_("選択肢"), min_num=0))]

    def options(self, value: Mapping[str, Any]) -> tuple[Option, ...]:
        return tuple(_option(item) for item in value.get("choices") or [])

    def problems(self, question: Question) -> list[str]:
        if not question.options:
            return [_("「%s」に選択肢がありません。") % question.label]
        found = []
        if any(not option.label for option in question.options):
            found.append(_("「%s」に文のない選択肢があります。") % question.label)
        keys = [option.key for option in question.options]
        labels = [option.label for option in question.options if option.label]
        if len(set(keys)) < len(keys):
            found.append(_("「%s」で同じ記号の選択肢が2つあります。") % question.label)
        if len(set(labels)) < len(labels):
            found.append(_("「%s」で同じ文の選択肢が2つあります。") % question.label)
        return found

    def display(self, question: Question, stored: Any) -> str:
        chosen = stored if isinstance(stored, list) else [stored]
        return "、".join(question.option_label(key) for key in chosen)

    def has_urgent_choice(self, question: Question, stored: Any) -> bool:
        chosen = stored if isinstance(stored, list) else [stored]
        return any(option.is_urgent and option.key in chosen for option in question.options)


class Radio(ChoiceKind):
    kind = "radio"
    label = _("1つだけえらぶ")
    icon = "radio-empty"

    def form_field(self, question: Question) -> forms.Field:
        return _one_of(question, _pairs(question), forms.RadioSelect)


class Dropdown(ChoiceKind):
    kind = "dropdown"
    label = _("一覧から1つえらぶ")
    icon = "arrow-down"

    def form_field(self, question: Question) -> forms.Field:
        return _one_of(question, [("", _("選んでください")), *_pairs(question)], forms.Select)


class Checkboxes(ChoiceKind):
    kind = "checkboxes"
    label = _("いくつでもえらぶ")
    icon = "tick-inverse"

    def form_field(self, question: Question) -> forms.Field:
        boxes = forms.CheckboxSelectMultiple
        field = forms.MultipleChoiceField(choices=_pairs(question), widget=boxes, **field_options(question))
        field.error_messages["invalid_choice"] = NOT_OFFERED % question.label
        return field

    def stored(self, question: Question, cleaned: Any) -> Any:
        chosen = set(cleaned)
        return [option.key for option in question.options if option.key in chosen] or None


class AgeBand(Radio):
    kind = "age_band"
    label = _("年代")
    group = _("人のこと")
    icon = "user"

    def own_blocks(self) -> list[tuple[str, blocks.Block]]:
        return []

    def options(self, value: Mapping[str, Any]) -> tuple[Option, ...]:
        return tuple(Option(key, str(label)) for key, label in AGE_BANDS)


class WardChoice(AgeBand):
    """Wards are read when the form is published, so that a revision shows what it showed then."""

    kind = "ward"
    label = _("住んでいる区")
    icon = "site"

    def options(self, value: Mapping[str, Any]) -> tuple[Option, ...]:
        from permissions.agencies.models import Ward  # noqa: PLC0415 -- models of forms_app load this module

        wards = [Option(ward.code, ward.name) for ward in Ward.objects.all()]
        return (*wards, Option("elsewhere", str(_("市の外"))), Option(NO_ANSWER, str(_("言いたくない"))))


def _option(item: Mapping[str, Any]) -> Option:
    """Read one item of a ListBlock: its own id keeps the key the same when the label changes."""
    value = item.get("value", item)
    made = "o_" + str(item.get("id") or "").replace("-", "")[:12]
    return Option(value.get("key") or made, as_typed(value.get("label") or ""), bool(value.get("is_urgent")))


def _pairs(question: Question) -> list[tuple[str, str]]:
    return [(option.key, option.label) for option in question.options]


def _one_of(
    question: Question, choices: list[tuple[str, Any]], widget: type[forms.Widget]
) -> forms.ChoiceField:
    field = forms.ChoiceField(choices=choices, widget=widget, **field_options(question))
    field.error_messages["invalid_choice"] = NOT_OFFERED % question.label
    return field
