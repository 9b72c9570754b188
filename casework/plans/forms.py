from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.files.forms import FILE_HELP, NO_PLACE, TITLE_HELP, FileTaking, file_widget
from casework.forms import MomentInput, this_minute
from casework.once import OnceForm
from casework.referrals.states import TOLD_BY
from casework.sharing.actions import Label
from casework.sharing.forms import HOUSEHOLD
from casework.sharing.items import Item
from permissions.agencies.models import Agency
from permissions.days import DayInput
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import DirectionDraft, Enclosed, InPlaceOf, RoleDraft, Told
from .models import (
    ENDS_BEFORE,
    NEEDS_TEXT,
    TERMS,
    TOUCHES,
    AnswerKind,
    InCharge,
    Seat,
)
from .selectors import DecisionView
from .table import GroupedBy, RoleFilter, RoleState

People = list[tuple[uuid.UUID, str]]
# What a role or a direction may be about; it decides who sees it.
DIRECTION_ITEMS = [(item.value, item.label) for item in (Item.PLAN, Item.HEALTH, Item.MONEY, Item.HISTORY)]
ROLE_ITEMS = [
    (item.value, item.label) for item in (Item.ROLES, Item.HEALTH, Item.MONEY, Item.CONTACT, Item.HISTORY)
]


_STANDS_NO_MORE = {
    "invalid_choice": _(
        "選んだ決定か役割は、すでに新しい決定で終わっています。いまの役割を確かめて、もう一度送ってください。"
    )
}


class TakesPlaceFields(forms.Form):
    """Which standing decisions a new one takes the place of as wholes, and which of their roles alone."""

    supersedes = forms.MultipleChoiceField(
        label=_("前の決定を置き換えますか"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "選んだ決定は、役割もふくめて終わります。消えずに残り、「新しい決定があります」と表示されます。"
        ),
        error_messages=_STANDS_NO_MORE,
    )
    ends = forms.MultipleChoiceField(
        label=_("前の役割だけを終わりにしますか"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "1つの役割だけを変えるときは、ここで選び、新しい役割を書きます。ほかの役割と、その回答はそのまま残ります。"
        ),
        error_messages=_STANDS_NO_MORE,
    )

    def __init__(self, *args: Any, standing: Sequence[DecisionView], **kwargs: Any) -> None:
        """``standing``: with the words of ``named_decisions``."""
        super().__init__(*args, **kwargs)
        self.decisions: dict[str, Any] = {str(view.decision.pk): view.decision for view in standing}
        roles = [role.row for view in standing for role in view.roles if role.is_current]
        self.roles: dict[str, Any] = {str(row.pk): row for row in roles}
        fields: dict[str, Any] = self.fields
        fields["supersedes"].choices = [(key, each.words) for key, each in self.decisions.items()]
        fields["ends"].choices = [(key, _role_words(row)) for key, row in self.roles.items()]
        for name in ("supersedes", "ends"):
            # A page from before may still send what stands no more: it is told so in words.
            if not fields[name].choices and not self.is_bound:
                del self.fields[name]

    @property
    def place_fields(self) -> list[forms.BoundField]:
        names = {"supersedes": self.decisions, "ends": self.roles}
        found = [(self[name], choices) for name, choices in names.items() if name in self.fields]
        return [field for field, choices in found if choices or field.errors]

    @property
    def other_fields(self) -> list[forms.BoundField]:
        """The visible fields besides, in their order."""
        return [field for field in self.visible_fields() if field.name not in ("supersedes", "ends")]

    @property
    def has_place(self) -> bool:
        """Whether something of it is chosen, or wrong."""
        return any(field.value() or field.errors for field in self.place_fields)

    def in_place_of(self) -> InPlaceOf:
        told = self.cleaned_data
        return InPlaceOf(
            [self.decisions[key] for key in told.get("supersedes", ())],
            [self.roles[key] for key in told.get("ends", ())],
        )


def _role_words(row: Any) -> str:
    told = {"agency": row.agency.name, "what": row.what, "who": row.who, "number": row.decision.number}
    return gettext("%(agency)s：%(what)s（%(who)s、%(number)s）") % told


class DecisionForm(TakesPlaceFields, OnceForm):
    """When it was decided, and what it takes the place of."""

    decided_on = forms.DateField(label=_("決定した日"), initial=timezone.localdate, widget=DayInput)
    field_order = ("decided_on", "supersedes", "ends")

    def clean_decided_on(self) -> Any:
        decided_on = self.cleaned_data["decided_on"]
        if decided_on > timezone.localdate():
            raise forms.ValidationError(_("決定した日が、先の日になっています。"))
        return decided_on


class AboutForm(TypedMixin, forms.Form):
    """A row about one person or the household."""

    about = forms.ChoiceField(label=_("だれのこと"), initial=HOUSEHOLD)

    def __init__(self, *args: Any, people: People, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [(HOUSEHOLD, _("世帯全体")), *((str(person), name) for person, name in people)]

    def person_id(self) -> uuid.UUID | None:
        about = self.cleaned_data["about"]
        return None if about == HOUSEHOLD else uuid.UUID(about)


class DirectionForm(AboutForm):
    """One paragraph of direction."""

    item = forms.ChoiceField(
        label=_("内容の種類"),
        choices=DIRECTION_ITEMS,
        initial=Item.PLAN.value,
        help_text=_(
            "健康やお金にふれる方針は分けて書き、その項目を選びます。共有されている機関だけに見えます。"
        ),
    )
    text = forms.CharField(label=_("支援方針"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def draft(self) -> DirectionDraft:
        return DirectionDraft(Label(self.person_id(), self.cleaned_data["item"]), self.cleaned_data["text"])


class RoleForm(AboutForm):
    """One commitment that is asked of an agency."""

    item = forms.ChoiceField(
        label=_("内容の種類"),
        choices=ROLE_ITEMS,
        initial=Item.ROLES.value,
        help_text=_("健康やお金にふれる役割は、その項目が共有されている機関だけに見えます。"),
    )
    agency = forms.ModelChoiceField(
        label=_("引き受ける機関"), queryset=Agency.objects.none(), empty_label=_("選んでください")
    )
    seat = forms.ChoiceField(label=_("席"), choices=[("", _("なし")), *Seat.choices], required=False)
    issue = forms.CharField(label=_("課題"), max_length=100)
    what = forms.CharField(label=_("すること"), max_length=300)
    frequency = forms.CharField(label=_("回数"), max_length=60, required=False)
    until_on = forms.DateField(label=_("いつまで"), required=False, widget=DayInput)
    starts_on = forms.DateField(label=_("いつから"), required=False, widget=DayInput)
    worker = forms.CharField(
        label=_("担当者"),
        max_length=60,
        required=False,
        help_text=_("分かっていれば書きます。機関が答えるときに、書いたり変えたりできます。"),
    )
    deputy = forms.CharField(label=_("副担当"), max_length=60, required=False)
    service = CodeChoiceField("service", label=_("使うサービス・事業"), required=False, empty_label=_("なし"))
    needs = forms.CharField(
        label=_("この機関に要る情報"),
        max_length=300,
        required=False,
        help_text=_("だれから、何を知らせてもらうと動けるか。書いても、共有はされません。"),
    )
    reports = forms.CharField(
        label=_("この機関が知らせること"),
        max_length=300,
        required=False,
        help_text=_("終わったとき、変わったときに、センターへ知らせること。"),
    )
    # Written for some of the roles, and folded away until then.
    MORE = ("starts_on", "worker", "deputy", "service", "needs", "reports")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.open()

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name not in self.MORE]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MORE]

    @property
    def has_more(self) -> bool:
        """Whether something of what is folded away is written, or wrong."""
        return any(field.value() or field.errors for field in self.more)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        begins, ends = cleaned.get("starts_on"), cleaned.get("until_on")
        if begins and ends and ends < begins:
            self.add_error("until_on", ENDS_BEFORE)
        return cleaned

    def draft(self) -> RoleDraft:
        terms = {name: self.cleaned_data[name] for name in TERMS}
        return RoleDraft(Label(self.person_id(), self.cleaned_data["item"]), **terms)


def written_in(row: Any, names: Iterable[str] = TERMS) -> dict[str, Any]:
    """Return what stands in a row (a role, an entry), for a form that begins with it."""
    about = {"about": str(row.person_id) if row.person_id else HOUSEHOLD, "item": row.item}
    return {**about, **{name: getattr(row, name, "") for name in names}}


class DraftFormSet(BaseFormSet):
    """Rows of which the untouched ones do not count."""

    def drafts(self) -> list[Any]:
        return [form.draft() for form in self.forms if form.has_changed()]


DirectionFormSet = forms.formset_factory(
    DirectionForm, formset=DraftFormSet, extra=4, max_num=20, absolute_max=20, validate_max=True
)
RoleFormSet = forms.formset_factory(
    RoleForm, formset=DraftFormSet, extra=12, max_num=40, absolute_max=40, validate_max=True
)


class AnswerForm(TypedMixin, forms.Form):
    """What an agency answers; ``answered`` is how many answers the page showed."""

    answered = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    kind = forms.ChoiceField(label=_("回答"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("内容"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("条件・理由・報告の内容。「引き受けます」だけなら、空欄でかまいません。"),
    )
    worker = forms.CharField(label=_("担当者"), max_length=60, required=False)
    deputy = forms.CharField(label=_("副担当"), max_length=60, required=False)

    def __init__(self, *args: Any, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(code, AnswerKind(code).label) for code in kinds]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("kind") in NEEDS_TEXT and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", _("内容（条件・理由・報告）を書いてください。"))
        return cleaned

    def answer(self) -> dict[str, Any]:
        """Return the answer without what came with it."""
        told = self.cleaned_data
        in_charge = InCharge(told["worker"], told["deputy"])
        return {**{name: told[name] for name in ("kind", "text", "answered")}, "in_charge": in_charge}


class RoleAnswerForm(FileTaking, AnswerForm):
    """An agency's own answer, and a file it sends along."""

    file = forms.FileField(
        label=_("ファイル"),
        required=False,
        widget=file_widget(),
        help_text=FILE_HELP,
        error_messages={"empty": _("ファイルに何も入っていません。")},
    )
    file_title = forms.CharField(label=_("資料の名前"), max_length=100, required=False, help_text=TITLE_HELP)
    has_no_place = forms.BooleanField(label=NO_PLACE, required=False)

    def __init__(self, *args: Any, is_concealed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_concealed:
            del self.fields["has_no_place"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "has_no_place" in self.fields and self.taken and not cleaned.get("has_no_place"):
            self.add_error("has_no_place", _("確かめてから、しるしを付けてください。"))
        return cleaned

    def enclosed(self) -> Enclosed | None:
        told = self.cleaned_data
        if self.taken is None:
            return None
        return Enclosed(self.taken, told["file_title"], told.get("has_no_place", False))


class ToldForm(AnswerForm):
    """What the center was told by an agency that did not answer here itself."""

    contact_person = forms.CharField(label=_("だれから聞いたか"), max_length=60)
    medium = forms.ChoiceField(
        label=_("返事の方法"),
        choices=[(medium.value, medium.label) for medium in TOLD_BY],
        widget=forms.RadioSelect,
    )
    said_at = forms.DateTimeField(label=_("返事があった日時"), initial=this_minute, widget=MomentInput)

    def clean_said_at(self) -> dt.datetime:
        said_at: dt.datetime = self.cleaned_data["said_at"]
        if said_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("返事があった日時が、先の日時になっています。"))
        return said_at

    def told(self) -> Told:
        told = self.cleaned_data
        return Told(told["medium"], told["said_at"], told["contact_person"].strip())


class TouchForm(forms.Form):
    """One touch on a promise: what is said, and how many answers the page showed."""

    kind = forms.ChoiceField(choices=[(kind.value, kind.label) for kind in TOUCHES])
    answered = forms.IntegerField(min_value=0)
    back = forms.CharField(required=False, max_length=300)


class RoleTableForm(forms.Form):
    """How somebody wants to see the role table."""

    by = forms.ChoiceField(label=_("まとめ方"), required=False, choices=GroupedBy.choices)
    state = forms.ChoiceField(
        label=_("状態"), required=False, choices=[("", _("すべて")), *RoleState.choices]
    )
    agency = forms.ModelChoiceField(
        label=_("機関"), queryset=Agency.objects.none(), required=False, empty_label=_("すべて")
    )

    def __init__(self, *args: Any, viewer: Viewer, by: str, is_of_case: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].initial = self.proposed = by
        if is_of_case:
            order: Any = self.fields["by"]
            order.choices = [choice for choice in GroupedBy.choices if choice[0] != GroupedBy.CASE]
        agency: Any = self.fields["agency"]
        agency.queryset = Agency.objects.open().order_by("-is_center", "name", "pk")
        if not viewer.sees_all_cases:
            del self.fields["agency"]

    def wanted(self, *, own: Agency | None = None, case: uuid.UUID | None = None) -> RoleFilter:
        """Return what is wanted, put together as proposed unless said otherwise; no conditions when they are not sound."""
        told = self.cleaned_data if self.is_valid() else {}
        agency = own or told.get("agency")
        by, state = told.get("by") or self.proposed, told.get("state") or ""
        return RoleFilter(by, state, agency.pk if agency else None, case)
