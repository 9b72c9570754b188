from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.issues.models import Teller
from casework.once import OnceForm
from permissions.agencies.models import Agency
from permissions.days import DayInput
from permissions.typed import TypedMixin

from .actions import PartDraft, Seen
from .asking import RequestDraft
from .choices import ALONE, FACTS, NOT_ASKED, Fact, Section, facts_of
from .models import AssessmentPart, Purpose, question

ANSWER_DAYS = 14  # proposed; whoever asks sets the day

# Between them they name what the sheet asks for and no column of its own holds (domain.md 1.3.1 to 1.3.6).
HELP = {
    Section.VOICE: _("本人の言葉のまま書きます。言いかえません。"),
    Section.FAMILY: _(
        "家族との関係、離別や死別のようす、だれがだれの世話をいつから一日何時間しているか。頼れる人、近所との関係、町内会・民生委員・サロンとのつながり。"
    ),
    Section.HOME: _(
        "住まいのようす、家事や衛生、ごみや害虫、火事の心配、段差や手すり。家賃の額、契約と保証人、立ちのきの日。ペットの種類と、だれが世話をしているか。"
    ),
    Section.HEALTH: _(
        "病気や障害、病院と診療科、最後に受診した日、薬。介護の認定のようす。もの忘れ、依存、妊娠。死にたい気持ちや試みたこと（いつ、だれが聞いたか）。"
    ),
    Section.MONEY: _(
        "収入のそれぞれの額と、世帯の合計。借金（どこに、いくら、返済の状態、弁護士がいるか）、滞納の額と月数。いま手元にあるお金と、次に入る日。"
    ),
    Section.WORK: _(
        "仕事や学校のようす、仕事の経歴、資格。学校の名前と学年、出席、通えなくなった時期。してみたいこと。"
    ),
    Section.HISTORY: _("これまでに、どこに、いつ、何を相談し、どうなったか。紹介した機関が困っていること。"),
    Section.STRENGTH: _("できていること、好きなこと、支えてくれる人。"),
    Section.VIEW: _("何がどうつながって、いまの困りごとになっているか。"),
}


class WhereForm(forms.Form):
    """Whom (nobody: the household) and which section the address of a page names."""

    about = forms.UUIDField(required=False)
    section = forms.ChoiceField(choices=Section.choices)

    def person_id(self) -> uuid.UUID | None:
        person_id: uuid.UUID | None = self.cleaned_data["about"]
        return person_id


class SeveralField(forms.MultipleChoiceField):
    """The answers that hold, by boxes. That nobody asked needs no box of its own: then none is ticked."""

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        offered = [choice for choice in fact.choices.choices if choice[0] != NOT_ASKED]
        super().__init__(
            choices=offered,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("いくつでも選べます。聞いていないときは、何も選びません。"),
            **kwargs,
        )
        self.fact = fact

    def clean(self, value: Any) -> list[str]:
        told = self.fact.kept(super().clean(value))
        alone = next((code for code in told if code in ALONE), None)
        if alone and len(told) > 1:
            raise forms.ValidationError(
                _("「%(answer)s」は、ほかの答えといっしょには選べません。どちらかを外してください。"),
                params={"answer": self.fact.words(alone)},
            )
        return told


class OneField(forms.ChoiceField):
    """The one answer that holds. What is folded away may be left out, and was not asked then."""

    def __init__(self, fact: Fact, **kwargs: Any) -> None:
        super().__init__(choices=fact.choices.choices, required=not fact.is_more, **kwargs)

    def clean(self, value: Any) -> Any:
        return super().clean(value) or NOT_ASKED

    def bound_data(self, data: Any, initial: Any) -> Any:
        # Else the page that is shown again would choose the first line for what was not sent.
        return data or NOT_ASKED


class AssessmentPartForm(TypedMixin, OnceForm):
    """What one agency says in one section."""

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(
        label=_("くわしいこと"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    said_by = forms.ChoiceField(
        label=_("だれが言っているか"), choices=Teller.choices, widget=forms.RadioSelect
    )

    def __init__(
        self, *args: Any, section: str, current: AssessmentPart | None = None, **kwargs: Any
    ) -> None:
        names = facts_of(section)
        begun: dict[str, Any] = {name: FACTS[name].unasked for name in names}
        if current:
            begun = {name: getattr(current, name) for name in (*names, "text", "said_by")}
            begun["seen"] = current.pk
        super().__init__(*args, initial=begun, **kwargs)
        self.section = section
        for name in names:
            field = SeveralField if FACTS[name].is_several else OneField
            self.fields[name] = field(FACTS[name], label=question(name))
        self.fields["text"].help_text = HELP[Section(section)]
        self.order_fields([*names, "text", "said_by"])

    @property
    def first(self) -> list[forms.BoundField]:
        return [self[name] for name in facts_of(self.section) if not FACTS[name].is_more]

    @property
    def more(self) -> list[forms.BoundField]:
        return [self[name] for name in facts_of(self.section) if FACTS[name].is_more]

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self["text"], self["said_by"]]

    @property
    def has_more(self) -> bool:
        """Whether something of what is folded away is answered, or wrong."""
        unsaid: tuple[Any, ...] = (None, "", [], NOT_ASKED, [NOT_ASKED])
        return any(field.errors or field.value() not in unsaid for field in self.more)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_silent = not cleaned.get("text") and all(
            name in cleaned and not FACTS[name].is_told(cleaned[name]) for name in facts_of(self.section)
        )
        if is_silent and "text" not in self.errors:
            self.add_error("text", _("分かったことを1つ以上、選ぶか書いてください。"))
        return cleaned

    def draft(self, person_id: uuid.UUID | None) -> PartDraft:
        told = self.cleaned_data
        facts = {name: told[name] for name in facts_of(self.section)}
        return PartDraft(person_id, self.section, told["said_by"], told["text"], facts)


class AskForm(TypedMixin, OnceForm):
    """Which agency is asked for which section, about whom, until when."""

    about = forms.ChoiceField(label=_("だれのことか"), required=False)
    section = forms.ChoiceField(label=_("どの欄か"), choices=[("", _("選んでください")), *Section.choices])
    agency = forms.ChoiceField(
        label=_("頼む機関"),
        help_text=_(
            "この世帯のことを何か共有している機関です。頼めるのは、その欄の項目が共有されている機関だけです。"
        ),
        error_messages={"required": _("頼む機関を選んでください。")},
    )
    until_on = forms.DateField(label=_("いつまでに"), widget=DayInput)
    words = forms.CharField(
        label=_("知りたいこと"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("例：この半年の通院と薬のようす。機関が読みます。"),
    )

    def __init__(
        self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], agencies: Iterable[Agency], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.agencies = {str(each.pk): each for each in agencies}
        self.initial.setdefault("until_on", timezone.localdate() + dt.timedelta(days=ANSWER_DAYS))
        fields: dict[str, Any] = self.fields
        fields["section"].error_messages["required"] = _("どの欄かを選んでください。")
        fields["about"].choices = [("", _("世帯全体")), *((str(key), name) for key, name in people)]
        fields["agency"].choices = [
            ("", _("選んでください")),
            *((key, each.name) for key, each in self.agencies.items()),
        ]

    def draft(self) -> RequestDraft:
        told = self.cleaned_data
        about = uuid.UUID(told["about"]) if told["about"] else None
        return RequestDraft(
            self.agencies[told["agency"]], about, told["section"], told["until_on"], told["words"]
        )


class FixForm(OnceForm):
    """What a version is fixed for; and what the page showed."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    seen_mark = forms.CharField(widget=forms.HiddenInput, max_length=32)
    purpose = forms.ChoiceField(label=_("確定の目的"), choices=Purpose.choices, widget=forms.RadioSelect)

    def seen(self) -> Seen:
        return Seen(self.cleaned_data["seen_version"], self.cleaned_data["seen_mark"])
