from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.dates import DAY_HINT, EraDateField
from casework.once import OnceForm
from permissions.typed import TypedMixin

from .actions import RelationDraft
from .models import GROUP_OF, GROUPS, Group, Relation

PARTIAL = _("年月日のすべてが分からないときは、空にして「くわしいこと」に書いてください。")


class FollowForm(TypedMixin, OnceForm):
    """What a relation is now."""

    kind = forms.ChoiceField(label=_("関係"))
    since_on = EraDateField(label=_("いつから"), required=False, help_text=DAY_HINT, partial=PARTIAL)
    hours_week = forms.IntegerField(
        label=_("1週間におよそ何時間"), required=False, min_value=0, max_value=168,
        help_text=_("世話・介護のときに書きます。"),
    )  # fmt: skip
    words = forms.CharField(
        label=_("くわしいこと"), max_length=200, required=False,
        help_text=_("例：食事の用意と送り迎え。住所や場所は、ここに書かないでください。"),
    )  # fmt: skip
    ended_on = EraDateField(
        label=_("終わった日"), required=False, partial=PARTIAL,
        help_text=_("この関係がなくなったときに書きます。離婚や別居は「関係」を変えます。"),
    )  # fmt: skip

    def __init__(self, *args: Any, relation: Relation | None = None, **kwargs: Any) -> None:
        if relation is not None:
            names = ("kind", "hours_week", "words")
            kwargs["initial"] = {name: getattr(relation, name) for name in names}
            if relation.since_on:
                kwargs["initial"]["since_on"] = relation.since_on.isoformat()
        super().__init__(*args, **kwargs)
        groups = [Group(relation.group)] if relation else list(GROUPS)
        if Group.CARE not in groups:
            del self.fields["hours_week"]
        kind: Any = self.fields["kind"]
        kind.choices = [
            (group.label, [(each.value, each.label) for each in GROUPS[group]]) for group in groups
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if cleaned.get("hours_week") is not None and kind and GROUP_OF[kind] != Group.CARE:
            self.add_error(
                "hours_week", _("時間は、世話・介護のときだけ書けます。ほかの関係では空にしてください。")
            )
        return cleaned

    def draft(self) -> RelationDraft:
        cleaned = self.cleaned_data
        return RelationDraft(
            cleaned["kind"],
            cleaned.get("since_on"),
            cleaned.get("hours_week"),
            cleaned["words"],
            cleaned.get("ended_on"),
        )


class RelationForm(FollowForm):
    """What one person is to another, as a sentence."""

    field_order = ("one", "other", "kind")
    ended_on: Any = None

    one = forms.ChoiceField(label=_("だれが"))
    other = forms.ChoiceField(label=_("だれの"))

    def __init__(self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("選んでください")), *((str(person), name) for person, name in people)]
        for name in ("one", "other"):
            field: Any = self.fields[name]
            field.choices = choices
        kind: Any = self.fields["kind"]
        kind.choices = [("", _("選んでください")), *kind.choices]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("one") and cleaned.get("one") == cleaned.get("other"):
            self.add_error("other", _("ちがう2人を選んでください。"))
        return cleaned

    def pair(self) -> tuple[uuid.UUID, uuid.UUID]:
        return uuid.UUID(self.cleaned_data["one"]), uuid.UUID(self.cleaned_data["other"])


class NamesForm(forms.Form):
    """Whether the page shows names: without them it may lie on a table where others see it."""

    names = forms.ChoiceField(
        label=_("名前"),
        required=False,
        choices=[("", _("名前を出す")), ("off", _("続柄だけにする（印刷・回覧用）"))],
    )

    def hides_names(self) -> bool:
        return self.is_valid() and self.cleaned_data["names"] == "off"
