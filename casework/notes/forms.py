from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.forms import MomentInput, this_minute
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import CHOSEN_ITEMS, Item
from casework.tasks.forms import owner_choices
from casework.tasks.selectors import owners
from permissions.days import DayInput

from .actions import AttendeeDraft, CorrectionDraft, NextStep, NoteDraft, ParagraphDraft
from .attendees import MOST_BOXES, PARTS, AttendeesForm
from .models import Note, SpokenWith
from .models import ParagraphKind as Kind
from .models import ParagraphSource as Source
from .readers import key_of
from .transcripts import MOST_LETTERS

HEARD = (Source.SELF, Source.FAMILY, Source.THIRD_PARTY, Source.AGENCY)
MOST_IN_PARAGRAPH = 10_000


@dataclass(frozen=True)
class Box:
    """The boxes of one kind on the form: how many, from whom such a paragraph may come, and what to write.

    ``initial``: the source that is nearly always right. Where a wrong one would show somebody's words to the person
    (R-DIS-1), it has to be chosen.
    """

    kind: Kind
    boxes: int
    sources: tuple[Source, ...]
    hint: str | Promise
    initial: str = ""
    most: int = MOST_IN_PARAGRAPH
    rows: int = 4


BOXES = (
    Box(
        Kind.FACT, 3, (Source.OBSERVED, *HEARD, Source.DOCUMENT),
        _("見たこと・聞いたことを、そのまま書きます。出どころがちがうことは、欄を分けます。"),
    ),
    Box(Kind.STATEMENT, 3, HEARD, _("話したことばのまま書きます。")),
    Box(
        Kind.ASSESSMENT, 2, (Source.JUDGED, Source.AGENCY),
        _("職員や機関がどう考えたか。事実とは分けて書きます。"), Source.JUDGED, rows=3,
    ),
    Box(
        Kind.NEXT, 1, (Source.JUDGED, Source.SELF, Source.AGENCY), _("次にすること。約束したことも書きます。"),
        Source.JUDGED, rows=3,
    ),
    Box(
        Kind.TRANSCRIPT, 1, HEARD,
        _("やりとりを一語一語書きおこしたもの。貼りつけるか、下のファイルから読みこみます。"),
        most=MOST_LETTERS, rows=6,
    ),
)  # fmt: skip
TRANSCRIPT = "transcript_1"
# Of a note from before paragraphs had kinds: its text is shown as it was written, for whoever corrects it to sort.
UNSORTED = Box(
    Kind.UNSORTED, 1, (Source.UNKNOWN,), _("区分がなかったころの本文です。できれば、上の欄に分けてください。"), Source.UNKNOWN
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One box on the page: its text, its source, and whether it is folded."""

    text: forms.BoundField
    source: forms.BoundField
    is_open: bool


@dataclass(frozen=True)
class Group:
    """The boxes of one kind on the page: the first, and more that are folded until they are used."""

    kind: Kind
    hint: str | Promise
    first: Row
    more: list[Row]


class ParagraphsForm(AttendeesForm):
    """The paragraphs of a note in a fixed number of boxes, as who else was there; an empty one does not count."""

    title = forms.CharField(label=_("見出し"), max_length=100)
    # Who could read it when the page was shown (readers.py).
    readers = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100_000)

    boxes: tuple[Box, ...] = BOXES

    def __init__(self, *args: Any, filled: Iterable[ParagraphDraft] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = list(filled)
        for box in self.boxes:
            mine = [paragraph for paragraph in left if paragraph.kind == box.kind]
            for number in range(1, max(box.boxes, len(mine), self._sent(box)) + 1):
                self._add_box(box, number, mine[number - 1] if number <= len(mine) else None)
        self.order_fields(self.field_order)

    def _sent(self, box: Box) -> int:
        """Return how many boxes of a kind were sent: what somebody typed into them is not lost where fewer stand now."""
        return next(
            n for n in range(MOST_BOXES + 1) if n == MOST_BOXES or f"{box.kind}_{n + 1}" not in self.data
        )

    def _add_box(self, box: Box, number: int, filled: ParagraphDraft | None) -> None:
        label = box.kind.label if number == 1 else f"{box.kind.label} {number}"
        name = f"{box.kind}_{number}"
        self.fields[name] = forms.CharField(
            label=gettext("%(box)sの内容") % {"box": label},
            max_length=box.most,
            required=False,
            initial=filled.text if filled else "",
            widget=forms.Textarea(attrs={"rows": box.rows}),
        )
        self.fields[name].widget.attrs.pop("maxlength", None)
        choices: list[tuple[Any, Any]] = [(source.value, source.label) for source in box.sources]
        if not box.initial:
            choices.insert(0, ("", _("選んでください")))
        self.fields[f"{name}_source"] = forms.ChoiceField(
            label=gettext("%(box)sの出どころ") % {"box": label},
            choices=choices,
            required=False,
            initial=filled.source if filled else box.initial,
        )

    def _names(self, kind: Kind) -> list[str]:
        start = f"{kind}_"
        return [name for name in self.fields if name.startswith(start) and name[len(start) :].isdigit()]

    def groups(self) -> list[Group]:
        """Return the boxes as the page shows them."""
        return [self._group(box) for box in self.boxes]

    def _group(self, box: Box) -> Group:
        rows = [
            Row(self[name], self[f"{name}_source"], bool(self[name].value() or self.errors.get(name)))
            for name in self._names(box.kind)
        ]
        return Group(box.kind, box.hint, rows[0], rows[1:])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        written = [name for box in self.boxes for name in self._names(box.kind) if cleaned.get(name)]
        for name in written:
            if not cleaned.get(f"{name}_source") and f"{name}_source" not in self.errors:
                self.add_error(f"{name}_source", _("だれから、何から知ったことかを選んでください。"))
        has_errors = any(name in self.errors for box in self.boxes for name in self._names(box.kind))
        if not written and not has_errors:
            first = self._names(self.boxes[0].kind)[0]
            self.add_error(first, _("どれか1つの欄に、内容を書いてください。"))
        return cleaned

    def paragraphs(self) -> tuple[ParagraphDraft, ...]:
        return tuple(self._paragraphs())

    def _paragraphs(self) -> Iterator[ParagraphDraft]:
        cleaned = self.cleaned_data
        for box in self.boxes:
            for name in self._names(box.kind):
                if cleaned.get(name):
                    yield ParagraphDraft(box.kind.value, cleaned[f"{name}_source"], cleaned[name])

    def hold(self, **errors: str) -> None:
        """Show the form again with everything typed: not yet as something that is to be saved."""
        self.full_clean()
        self.errors.clear()
        for name, message in errors.items():
            self.add_error(name, message)


class NoteForm(ParagraphsForm):
    """A progress note and whom and what it is about."""

    field_order = ("about", "item", "occurred_at", "method", "spoken_with", "title")

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
    spoken_with = forms.ChoiceField(
        label=_("だれと話したか"),
        choices=[("", _("選んでいない")), *SpokenWith.choices],
        required=False,
        help_text=_("本人や世帯の人と話せていないケースを見つけるために使います。"),
    )
    next_what = forms.CharField(
        label=_("次にすること"), max_length=200, required=False,
        help_text=_("書いておくと期限の一覧に出て、頼んだ人に知らせます。この記録と同じ範囲に見えます。"),
    )  # fmt: skip
    next_due_on = forms.DateField(label=_("いつまで"), required=False, widget=DayInput)
    next_owner = forms.ChoiceField(label=_("だれがするか"), required=False)
    file = forms.FileField(
        label=_("文章のファイルから読みこむ"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,text/plain"}),
        help_text=_(
            "録音の書きおこしなどの、文章だけのファイル（.txt、200KBまで）。ここへファイルを落としても選べます。読みこんだ文章は、「記録する」を押すまで保存されません。"
        ),
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], me: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["next_owner"]
        owner.choices, owner.initial = owner_choices(), str(me or "")
        about: Any = self.fields["about"]
        about.choices = [(HOUSEHOLD, _("世帯全体")), *((str(person), name) for person, name in people)]

    def clean_occurred_at(self) -> dt.datetime:
        occurred_at: dt.datetime = self.cleaned_data["occurred_at"]
        if occurred_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("あった日時が、先の日時になっています。"))
        return occurred_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("next_what") and not cleaned.get("next_due_on") and "next_due_on" not in self.errors:
            self.add_error("next_due_on", _("いつまでにするかを書いてください。"))
        if cleaned.get("next_due_on") and not cleaned.get("next_what") and "next_what" not in self.errors:
            self.add_error("next_what", _("その日までに何をするかを書いてください。"))
        if cleaned.get("next_what") and not cleaned.get("next_owner") and "next_owner" not in self.errors:
            self.add_error("next_owner", _("だれがするかを選んでください。"))
        return cleaned

    def next_step(self) -> NextStep | None:
        told = self.cleaned_data
        if not told["next_what"]:
            return None
        return NextStep(told["next_what"], told["next_due_on"], owners().get(pk=told["next_owner"]))

    def take_in(self, text: str) -> None:
        """Put a text into the box for transcripts, under what stands there already."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # request.POST
        data[TRANSCRIPT] = "\n\n".join(filter(None, (data.get(TRANSCRIPT, "").rstrip(), text)))
        self.data = data

    def label_key(self) -> str:
        """Return the key of the label that is chosen now, valid or not."""
        return key_of(self["about"].value(), self["item"].value())

    def draft(self) -> NoteDraft:
        cleaned = self.cleaned_data
        about = cleaned["about"]
        person_id = None if about == HOUSEHOLD else uuid.UUID(about)
        return NoteDraft(
            Label(person_id, cleaned["item"]),
            occurred_at=cleaned["occurred_at"],
            method=cleaned["method"],
            title=cleaned["title"],
            paragraphs=self.paragraphs(),
            next_step=self.next_step(),
            attendees=self.attendees(),
            spoken_with=cleaned["spoken_with"],
        )


class CorrectionForm(ParagraphsForm):
    """The text that takes the place of an earlier note, and why; its label stays."""

    field_order = ("reason", "title")

    reason = forms.CharField(
        label=_("訂正の理由"),
        max_length=300,
        help_text=_("何がちがっていて、どうして分かったか。前の記録といっしょに残ります。"),
    )

    def __init__(self, *args: Any, note: Note, **kwargs: Any) -> None:
        filled = [
            ParagraphDraft(paragraph.kind, paragraph.source, paragraph.text)
            for paragraph in note.paragraphs.all()
        ]
        sent = args[0] if args else None
        # Or it was sent from a page on which the earlier note still had it.
        if any(paragraph.kind == Kind.UNSORTED for paragraph in filled) or (sent and sent.get("unsorted_1")):
            self.boxes = (*BOXES, UNSORTED)
        there = [
            AttendeeDraft(**{part: getattr(each, part) for part in PARTS}) for each in note.attendees.all()
        ]
        super().__init__(*args, filled=filled, there=there, initial={"title": note.title}, **kwargs)

    def draft(self) -> CorrectionDraft:
        cleaned = self.cleaned_data
        return CorrectionDraft(cleaned["title"], self.paragraphs(), cleaned["reason"], self.attendees())
