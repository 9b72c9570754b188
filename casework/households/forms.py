from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from casework.codes.fields import CodeChoiceField
from casework.codes.lists import NOT_ASKED
from casework.concealment.places import FIELDS
from casework.concealment.selectors import is_concealed
from casework.dates import BIRTH_HINT, DAY_HINT, EraDateField
from casework.once import OnceForm
from casework.seen import SeenForm
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import StayDraft
from .letters import LETTER_MEANS
from .models import ITEM_MODELS, Household, Living, Person, PersonContact, PersonHealth, PersonMoney, Stay
from .safety import Means, Rule

if TYPE_CHECKING:
    from casework.cases.models import Case


# Whoever sees "basic" sees where somebody works, an employer who must not hear of it included (domain.md 10.C).
OCCUPATION_HINT = _(
    "会社や学校の名前は、基本情報が見えるすべての機関に見えます。知られては困るときは、名前を書かずに「弁当工場の夜勤」のように書いてください。"
)


class HouseholdForm(SeenForm):
    class Meta:
        model = Household
        fields = ("name", "kind", "summary")


class PersonForm(OnceForm, SeenForm):
    birth_on = EraDateField(label=_("生年月日"), required=False, help_text=BIRTH_HINT)

    class Meta:
        model = Person
        fields = ("name", "kana", "relation", "sex", "birth_on", "age_about", "occupation")
        help_texts = {
            "name": _("旧字や外国の文字も、そのまま書いてください。"),
            "age_about": _("生年月日が分からないときに書いてください。"),
            "occupation": OCCUPATION_HINT,
        }


class PersonAddForm(PersonForm):
    """A person who comes into the record, and whether they live with the household."""

    living = forms.ChoiceField(
        label=_("この世帯と"), choices=Living.choices, initial=Living.TOGETHER, widget=forms.RadioSelect
    )

    def stay(self) -> StayDraft:
        return StayDraft(self.cleaned_data["living"])


class StayForm(TypedMixin, OnceForm):
    """How a person lives from a day on."""

    living = forms.ChoiceField(label=_("暮らし方"), choices=Living.choices, widget=forms.RadioSelect)
    since_on = EraDateField(
        label=_("いつから"), required=False, help_text=DAY_HINT,
        partial=_("年月日のすべてが分からないときは、空にして「くわしいこと」に書いてください。"),
    )  # fmt: skip
    reason = CodeChoiceField("stay_reason", label=_("理由"), initial=NOT_ASKED)
    words = forms.CharField(
        label=_("くわしいこと"), max_length=200, required=False,
        help_text=_("例：平成10年ごろ。住所や行き先の場所は、ここに書かないでください。"),
    )  # fmt: skip

    def draft(self) -> StayDraft:
        cleaned = self.cleaned_data
        since_on: dt.date | None = cleaned["since_on"]
        return StayDraft(cleaned["living"], since_on, cleaned["reason"], cleaned["words"])


def values_of(stay: Stay) -> dict[str, Any]:
    """Return what the form for correcting a stay begins with."""
    since_on = stay.since_on.isoformat() if stay.since_on else ""
    return {"living": stay.living, "since_on": since_on, "reason": stay.reason, "words": stay.words}


class PersonContactForm(SeenForm):
    class Meta:
        model = PersonContact
        fields = (
            "phone", "safe_hours", "cover_name", "voicemail_ok", "sms", "email", "email_use", "post", "address",
            "caution",
        )  # fmt: skip
        help_texts = {
            "cover_name": _(
                "本人のほかの人が出るかもしれないときに。役所と分からない名のり方を、本人と決めてください。"
            ),
            "post": _("秘匿中の世帯には、ここに何を選んでも郵便を送りません。"),
        }


class PersonHealthForm(SeenForm):
    class Meta:
        model = PersonHealth
        fields = ("condition", "doctor", "care_level")


class PersonMoneyForm(SeenForm):
    class Meta:
        model = PersonMoney
        fields = ("monthly_income_yen", "debt_yen", "situation")


class MeansForm(forms.Form):
    """How a letter gets to a person; only what they may be reached by is offered (safety.py)."""

    means = forms.ChoiceField(label=_("渡し方"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, rules: Iterable[Rule], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {rule.means: rule for rule in rules}
        self.rules = [known[means] for means in LETTER_MEANS]
        field: Any = self.fields["means"]
        field.choices = [
            (rule.means.value, f"{rule.means.label}{pgettext('after a name', '：')}{rule.how}")
            for rule in self.rules
            if rule.is_allowed
        ]
        field.initial = Means.HANDED.value
        field.error_messages["invalid_choice"] = _("この人には、その渡し方は使えません。選び直してください。")
        closed = [
            f"{rule.means.label}{pgettext('after a name', '：')}{rule.how}"
            for rule in self.rules
            if not rule.is_allowed
        ]
        field.help_text = _("使えないもの　%s") % _("、").join(closed) if closed else ""


def say_where_places_go(viewer: Viewer, case: Case, form: SeenForm) -> None:
    """Tell whoever writes about a concealed household that a place goes to the vault and is not shown here."""
    if not is_concealed(viewer, case):
        return
    for name in form.names:
        if (form._meta.model.__name__, name) in FIELDS:
            form.fields[name].help_text = _(
                "秘匿中です。ここに書くと金庫に入り、画面には出ません。空のままなら、前に入れたものが残ります。"
            )


ITEM_FORMS: dict[str, type[Any]] = {
    form.Meta.model.ITEM: form for form in (PersonContactForm, PersonHealthForm, PersonMoneyForm)
}
assert ITEM_FORMS.keys() == ITEM_MODELS.keys()  # noqa: S101 -- a form for every item table
