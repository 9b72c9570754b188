from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField, CodesField
from casework.codes.lists import NOT_ASKED, UNKNOWN
from casework.codes.selectors import label_of
from casework.dates import BIRTH_HINT, EraDateField
from casework.forms import MomentInput, this_minute
from casework.households.forms import OCCUPATION_HINT
from casework.once import OnceForm
from permissions.typed import TypedMixin, free_texts, without_my_numbers

from .actions import CHANGEABLE, INFORMANT, keeps_no_ward, mark_of
from .models import Contact, ContactDraft, ContactKind, ContactState, ContactTopic, Urgency
from .signs import NONE, SIGNS
from .wards import ward_choices

URGENCY_CHOICES = [choice for choice in Urgency.choices if choice[0] != Urgency.UNCHECKED]


class CheckForm(forms.Form):
    """The emergency check: signs of danger, and how soon somebody has to act."""

    signs = forms.MultipleChoiceField(
        label=_("緊急の確認"),
        required=False,
        choices=[
            *((sign.code, sign.label) for sign in SIGNS),
            (NONE, _("確かめた。どれも当てはまらない")),
        ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("当てはまるものがあれば、緊急度は自動で上がります。"),
    )
    urgency = forms.ChoiceField(
        label=_("いつまでに動くか"), required=False, choices=URGENCY_CHOICES, widget=forms.RadioSelect
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        signs = set(cleaned.get("signs") or ())
        if NONE in signs and len(signs) > 1:
            self.add_error("signs", _("「どれも当てはまらない」とほかのしるしが、いっしょに選ばれています。"))
        return cleaned


class CheckedForm(CheckForm):
    """The check on its own: something must have been looked at."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not cleaned.get("signs") and not cleaned.get("urgency") and not self.errors:
            self.add_error("urgency", _("緊急度を選んでください。"))
        return cleaned


class HeardForm(TypedMixin, forms.Form):
    """What was heard, as far as it is known; nothing of it must be."""

    channel = CodeChoiceField(
        "channel", without=["web"], label=_("方法"), initial="phone", widget=forms.RadioSelect
    )
    route = CodeChoiceField(
        "route",
        label=_("どのように来たか"),
        required=False,
        empty_label=_("「方法」と「だれから」に合わせる"),
    )
    speaker = CodeChoiceField("speaker", label=_("だれから"), initial=UNKNOWN, widget=forms.RadioSelect)
    ward = forms.ChoiceField(label=_("住んでいる区"), required=False, choices=ward_choices)
    one_line = forms.CharField(
        label=_("ひとことで"),
        max_length=200,
        required=False,
        help_text=_("聞いたことばのまま、短く書いてください。くわしいことはケースの記録に書きます。"),
    )
    reply_to = forms.CharField(
        label=_("折り返し先"),
        max_length=200,
        required=False,
        help_text=_("電話番号と、かけてよい時間。名前は言わなくてもかまいません。"),
    )
    kind = forms.ChoiceField(
        label=_("だれのことか"),
        choices=ContactKind.choices,
        initial=ContactKind.CONSULTATION,
        widget=forms.RadioSelect,
    )
    topics = CodesField(
        "topic", label=_("相談の内容"), required=False, help_text=_("当てはまるものを、すべて選びます。")
    )
    primary_topic = CodeChoiceField(
        "topic",
        label=_("いちばん困っていること（◎）"),
        required=False,
        empty_label=_("決めない"),
        without=[UNKNOWN, NOT_ASKED],
    )
    referrer_type = CodeChoiceField(
        "agency_type", label=_("機関の種類"), required=False, empty_label=_("機関からではない")
    )
    referrer_name = forms.CharField(label=_("機関と担当者の名前"), max_length=120, required=False)


class ContactRecordForm(CheckForm, HeardForm, OnceForm):
    """What is written down in the sixty seconds of a call (domain.md 1.11, L0): six questions, and more for later."""

    is_informant_hidden = forms.BooleanField(
        label=_("通報した人を明かさない"),
        required=False,
        help_text=_(
            "だれから聞いたかと折り返し先を残しません。あとから足すこともできません。「ひとことで」にも、その人が分かることを書かないでください。"
        ),
    )
    received_at = forms.DateTimeField(label=_("受けた日時"), initial=this_minute, widget=MomentInput)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, initial=0)

    NOT_SAID = ("once", "revision")

    def clean_received_at(self) -> Any:
        received_at = self.cleaned_data["received_at"]
        if received_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("受けた日時が、先の日時になっています。"))
        return received_at

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(
            cleaned.get(name) for name in ("signs", "one_line", "reply_to", "topics", "primary_topic")
        ):
            self.add_error("one_line", _("まだ何も書かれていません。ひとことだけでも書いてください。"))
        return cleaned

    def said(self) -> dict[str, Any]:
        """Return the fields of Heard."""
        said = {name: value for name, value in self.cleaned_data.items() if name not in self.NOT_SAID}
        return {**said, "topics": tuple(said["topics"]), "signs": tuple(said["signs"])}

    @classmethod
    def typed(cls, post: Any) -> dict[str, list[str]]:
        """Return what a draft keeps of what was sent: the fields of this form, as typed, without My Numbers."""
        kept = [name for name in cls.base_fields if name not in cls.NOT_SAID]
        sent = without_my_numbers(post, free_texts(cls.base_fields))
        return {name: sent.getlist(name) for name in kept if name in sent}

    @classmethod
    def taken_up(cls, draft: ContactDraft) -> ContactRecordForm:
        """Return the form as a draft left it."""
        several = ("signs", "topics")
        initial = {
            name: values if name in several else (values or [""])[-1]
            for name, values in draft.data.items()
            if name in cls.base_fields
        }
        return cls(initial={**initial, "once": draft.pk, "revision": draft.revision})


class ContactForm(HeardForm):
    """A contact completed or mended. ``seen`` is the mark of what was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in CHANGEABLE:
            self.initial.setdefault(name, getattr(contact, name))
        topics = list(ContactTopic.objects.filter(contact=contact))
        self.initial["topics"] = [row.topic for row in topics]
        self.initial["primary_topic"] = next((row.topic for row in topics if row.is_primary), "")
        self.initial["seen"] = mark_of(contact)
        channel: Any = self.fields["channel"]
        channel.without = frozenset() if contact.channel == "web" else channel.without
        gone = [
            *(INFORMANT if contact.is_informant_hidden else ()),
            *(["ward"] if keeps_no_ward(contact) else []),
        ]
        for name in gone:
            del self.fields[name]

    def values(self) -> dict[str, Any]:
        """Return the columns; of an informant who is hidden, or the ward of a concealed household, nothing is asked."""
        told = {name: self.cleaned_data.get(name, INFORMANT.get(name, "")) for name in CHANGEABLE}
        return {**told, "route": told["route"] or NOT_ASKED}

    def shown(self, contact: Contact) -> list[tuple[str, str]]:
        """Return label and text of what stands now."""
        rows_of = ContactTopic.objects.filter(contact=contact).order_by("topic")
        topics = [label_of("topic", row.topic) for row in rows_of]
        rows = [
            (
                str(self.fields[name].label),
                str(getattr(contact, f"get_{name}_display", lambda n=name: getattr(contact, n))()),
            )
            for name in CHANGEABLE
            if name in self.fields
        ]
        return [*rows, (str(self.fields["topics"].label), "、".join(topics))]

    def restarted(self, contact: Contact) -> ContactForm:
        """Return the form with everything typed, as if it had been opened on what stands now."""
        data: Any = self.data.copy()  # type: ignore[attr-defined] # request.POST
        data["seen"] = mark_of(contact)
        form = ContactForm(data, contact=contact)
        form.full_clean()
        return form


class WithoutConsentForm(TypedMixin, OnceForm):
    """What an agency tells of somebody who has not consented (domain.md 1.2.2). There is no signature here."""

    agency = forms.CharField(label=_("情報を寄せた機関"), max_length=120)
    in_charge = forms.CharField(label=_("担当者"), max_length=60)
    how_known = forms.CharField(
        label=_("世帯をどのように知ったか"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    why = CodeChoiceField("no_consent", label=_("同意がない理由"), widget=forms.RadioSelect)
    tried = forms.CharField(
        label=_("同意を得るために試したこと"), max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    next_try = forms.CharField(label=_("次にいつ、どのように試すか"), max_length=300)
    facts = forms.CharField(
        label=_("必要最小限の事実"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("支援会議のためだけに使います。会議に要らないことは書きません。"),
    )
    basis = CodeChoiceField("basis", without=["consent"], label=_("法的根拠"))

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "once"}


class DraftChoice(forms.Form):
    """Which draft is taken up; lives in the URL."""

    draft = forms.UUIDField(required=False)


class DraftKey(forms.Form):
    """Of which draft something is sent, and which saving of it was shown."""

    once = forms.UUIDField()
    revision = forms.IntegerField(required=False, min_value=0)


class CaseFilter(forms.Form):
    """The inbox, narrowed by state; lives in the URL."""

    state = forms.ChoiceField(
        label=_("状態"), required=False, choices=[("", _("終わっていないもの")), *ContactState.choices]
    )


class OpenCaseForm(TypedMixin, forms.Form):
    """The household and its first person."""

    household_name = forms.CharField(
        label=_("世帯の呼び名"),
        max_length=60,
        help_text=_("画面で世帯を呼ぶときの名前です。例：葉月原さん世帯"),
    )
    household_kind = CodeChoiceField("household_kind", label=_("世帯の類型"), initial=UNKNOWN)
    name = forms.CharField(
        label=_("はじめに登録する人の氏名"),
        max_length=100,
        help_text=_("分からないときは「氏名不明」など。旧字や外国の文字も、そのまま書いてください。"),
    )
    kana = forms.CharField(label=_("ふりがな"), max_length=100, required=False)
    relation = CodeChoiceField("relation", label=_("続柄"), initial="self")
    birth_on = EraDateField(label=_("生年月日"), required=False, help_text=BIRTH_HINT)
    age_about = forms.IntegerField(label=_("年齢（およそ）"), required=False, min_value=0, max_value=130)
    occupation = forms.CharField(
        label=_("仕事・学校"), max_length=100, required=False, help_text=OCCUPATION_HINT
    )

    def person(self) -> dict[str, Any]:
        names = ("name", "kana", "relation", "birth_on", "age_about", "occupation")
        return {name: self.cleaned_data[name] for name in names}


class ReplyForm(TypedMixin, forms.Form):
    """A message for the citizen's status page, which somebody else in the family may open, too."""

    body = forms.CharField(
        label=_("返事"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("相談した人が、受付番号と合言葉で読みます。ほかの人が見ることもあります。"),
    )
    is_safe = forms.BooleanField(label=_("名前・住所・機関の名前が入っていないことを確かめました"))
