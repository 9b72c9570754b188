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
from permissions.typed import TypedMixin
from permissions.uploads.errors import NotTaken
from permissions.uploads.pipeline import ACCEPT, Taken, take_in

FILE_HELP = _(
    "PDF、写真（JPEG・PNG・HEIC）、文章（.txt）、WordとExcel（.docx・.xlsx、マクロなし）。10MBまで。写真からは、撮った場所などの記録を消します。"
)
TITLE_HELP = _("空欄なら、ファイルの名前を使います。人の名前や住所は書かないでください。")
NO_PLACE = _(
    "住所や居場所が分かるもの（表札、制服、窓の外の景色、あて名など）が入っていないことを確かめました"
)


def file_widget() -> forms.FileInput:
    return forms.FileInput(attrs={"accept": ACCEPT})


class FileTaking(TypedMixin):
    """What a form has with a field ``file``: the one way in that every file takes (permissions/uploads)."""

    taken: Taken | None = None

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.taken = take_in(file) if file else None
        except NotTaken as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class FileForm(FileTaking, OnceForm):
    """A file, what to call it, and whom and what it is about; of a note's label when it is added to one."""

    file = forms.FileField(
        label=_("ファイル"),
        widget=file_widget(),
        help_text=FILE_HELP,
        error_messages={
            "required": _("ファイルを選んでください。"),
            "empty": _("ファイルに何も入っていません。"),
        },
    )
    title = forms.CharField(
        label=_("資料の名前"), max_length=100, required=False,
        help_text=TITLE_HELP,
    )  # fmt: skip
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
    has_no_place = forms.BooleanField(
        label=NO_PLACE,
        error_messages={"required": _("確かめてから、しるしを付けてください。")},
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[tuple[uuid.UUID, str]],
        is_concealed: bool,
        note: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.note = note
        about: Any = self.fields["about"]
        about.choices = [(HOUSEHOLD, _("世帯全体")), *((str(person), name) for person, name in people)]
        if note is not None:
            del self.fields["about"], self.fields["item"]
        if not is_concealed:
            del self.fields["has_no_place"]

    def label(self) -> Label:
        if self.note is not None:
            return Label(self.note.person_id, self.note.item)
        about = self.cleaned_data["about"]
        return Label(None if about == HOUSEHOLD else uuid.UUID(about), self.cleaned_data["item"])


class FileRemovalForm(TypedMixin, forms.Form):
    """Why a file is taken away."""

    reason = forms.CharField(
        label=_("取り除く理由"),
        max_length=300,
        help_text=_("中身は消え、元に戻せません。資料があったことと理由は残ります。"),
    )
