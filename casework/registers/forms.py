from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.once import OnceForm
from permissions.typed import TypedMixin
from permissions.uploads.errors import NotTaken

from .cells import choices_for
from .mapping import CODED, BadMapping, first_mapping, read_mapping
from .models import Register
from .reading import ACCEPT, Table, read_table
from .targets import CHOICES, KEEP, TARGETS


class RegisterForm(TypedMixin, OnceForm):
    """A register to be read in, and perhaps the mapping of an earlier one."""

    name = forms.CharField(
        label=_("台帳の名前"), max_length=60,
        help_text=_("例：生活困窮 相談台帳。同じ名前の台帳の同じ番号は、一度しか取り込みません。"),
    )  # fmt: skip
    file = forms.FileField(
        label=_("台帳のファイル"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=_("Excel（.xlsx）かCSV。2万行、10MBまで。まだ何も登録しません。"),
        error_messages={"required": _("ファイルを選んでください。"), "empty": _("ファイルに何も入っていません。")},
    )  # fmt: skip
    sheet = forms.CharField(
        label=_("シートの名前"),
        max_length=60,
        required=False,
        help_text=_("空欄なら、はじめのシートを読みます。"),
    )
    heading_row = forms.IntegerField(
        label=_("見出しのある行"),
        min_value=1,
        max_value=100,
        initial=1,
        help_text=_("見出しより上の行は読みません。"),
    )
    mapping = forms.FileField(
        label=_("読みかえのファイル"), required=False, widget=forms.FileInput(attrs={"accept": ".json"}),
        help_text=_("前に保存したものがあれば選んでください。なければ、見出しから見当をつけます。"),
    )  # fmt: skip

    table: Table | None = None
    said: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            try:
                self.table = read_table(
                    cleaned["file"], sheet=cleaned["sheet"], heading_row=cleaned["heading_row"]
                )
            except NotTaken as refusal:
                self.add_error("file", str(refusal))
        if self.table:
            try:
                given = cleaned.get("mapping")
                self.said = (
                    read_mapping(given, self.table.columns) if given else first_mapping(self.table.columns)
                )
            except BadMapping as refusal:
                self.add_error("mapping", str(refusal))
        return cleaned


class ColumnsForm(forms.Form):
    """What each column is, and what words of coded columns mean. Names of fields are numbers, so that any heading may stand."""

    def __init__(
        self,
        *args: Any,
        register: Register,
        samples: list[list[str]],
        unknown: list[tuple[str, str, int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.register = register
        fields, self.words = register.mapping["fields"], register.mapping["words"]
        for index, heading in enumerate(register.columns):
            shown = "、".join(row[index][:20] for row in samples if row[index])
            self.fields[f"column{index}"] = forms.ChoiceField(
                label=heading, choices=CHOICES, initial=fields.get(heading, KEEP), required=False,
                help_text=_("例：%(shown)s") % {"shown": shown} if shown else _("（空欄）"),
            )  # fmt: skip
        self.asked: list[tuple[str, str]] = []
        known = [(code, word) for code, said in self.words.items() for word in said]
        found = [(fields.get(heading, ""), word) for heading, word, _count in unknown]
        for code, word in dict.fromkeys([*found, *known]):
            if code not in CODED:
                continue
            self.fields[f"word{len(self.asked)}"] = forms.ChoiceField(
                label=f"{TARGETS[code].label}「{word}」", required=False,
                choices=[("", _("決めない（この行は取り込みません）")), *choices_for(code)],
                initial=self.words.get(code, {}).get(word, ""),
            )  # fmt: skip
            self.asked.append((code, word))

    def columns(self) -> list[forms.BoundField]:
        return [self[f"column{index}"] for index in range(len(self.register.columns))]

    def word_fields(self) -> list[forms.BoundField]:
        return [self[f"word{index}"] for index in range(len(self.asked))]

    def said_fields(self) -> dict[str, str]:
        return {
            heading: self.cleaned_data[f"column{index}"]
            for index, heading in enumerate(self.register.columns)
        }

    def said_words(self) -> dict[str, dict[str, str]]:
        said: dict[str, dict[str, str]] = {}
        for index, (code, word) in enumerate(self.asked):
            if value := self.cleaned_data[f"word{index}"]:
                said.setdefault(code, {})[word] = value
        return said


class TakingForm(forms.Form):
    takes_alike = forms.BooleanField(
        label=_("似た人がいる行も取り込む"),
        required=False,
        help_text=_("同じ人かどうかは、あとで人の画面で結べます。しるしがなければ、その行は残します。"),
    )


class UndoForm(TypedMixin, forms.Form):
    reason = forms.CharField(label=_("取り消す理由"), max_length=300)
