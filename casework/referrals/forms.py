from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodeChoiceField
from casework.codes.settings import count_of
from casework.forms import MomentInput, this_minute
from casework.intake.models import Urgency
from casework.once import OnceForm
from casework.sharing.forms import HOUSEHOLD, ShareForm, parse_label
from forms_app.status.promise import working_day_after
from permissions.days import DayInput
from permissions.typed import TypedMixin

from .actions import AnswerDraft, ReferralDraft
from .states import NEEDS_WORDS, TOLD_BY, ReferralAnswerKind


def _first_answer_day() -> dt.date:
    return working_day_after(timezone.localdate(), days=count_of("referral_acceptance"))


class ReferralForm(OnceForm, ShareForm):
    """The packet, what follows acceptance, and the ground on which both rest."""

    about = forms.ChoiceField(label=_("だれのこと"), widget=forms.RadioSelect)
    heard = forms.CharField(
        label=_("聞き取ったこと"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("つなぎ先が、本人に同じことを聞き直さなくてすむように書きます。受け入れる前に読まれます。"),
    )  # fmt: skip
    issues = forms.CharField(label=_("課題"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    wishes = forms.CharField(
        label=_("本人の望み"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    explained = forms.CharField(
        label=_("本人に説明したこと"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    promised = forms.CharField(
        label=_("本人に約束したこと"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    we_keep = forms.CharField(
        label=_("つなぎ元が続けること"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例：初回の面談に同行する。家賃の相談はセンターが続ける。"),
    )  # fmt: skip
    accompanied_by = forms.CharField(label=_("同行する人と日時"), max_length=200, required=False)
    urgency = forms.ChoiceField(
        label=_("緊急度"),
        choices=[choice for choice in Urgency.choices if choice[0] != Urgency.UNCHECKED],
        initial=Urgency.D,
        widget=forms.RadioSelect,
    )
    answer_by = forms.DateField(label=_("返事がほしい日"), initial=_first_answer_day, widget=DayInput)

    def __init__(self, *args: Any, people: Iterable[tuple[uuid.UUID, str]], **kwargs: Any) -> None:
        listed = list(people)
        super().__init__(*args, people=listed, **kwargs)
        about: Any = self.fields["about"]
        about.choices = [(HOUSEHOLD, _("世帯全体")), *((str(person), name) for person, name in listed)]
        labels: Any = self.fields["labels"]
        labels.required = False
        labels.label = _("受け入れたあとに見える項目")

    def clean_answer_by(self) -> dt.date:
        answer_by: dt.date = self.cleaned_data["answer_by"]
        if answer_by < timezone.localdate():
            raise forms.ValidationError(_("過ぎた日は選べません。"))
        return answer_by

    def draft(self) -> ReferralDraft:
        cleaned = self.cleaned_data
        about = cleaned["about"]
        texts = ("heard", "issues", "wishes", "explained", "promised", "we_keep", "accompanied_by", "urgency")
        return ReferralDraft(
            receiver=cleaned["agency"],
            person_id=None if about == HOUSEHOLD else uuid.UUID(about),
            ground=self.ground(),
            answer_by=cleaned["answer_by"],
            agreed=tuple(parse_label(text) for text in cleaned["labels"]),
            **{name: cleaned[name] for name in texts},
        )


class ReferralAnswerForm(TypedMixin, forms.Form):
    """What the receiving agency says."""

    answered = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("返事"), widget=forms.RadioSelect)
    reason = CodeChoiceField(
        "return_reason", label=_("つなぎ戻しの理由"), empty_label=_("（つなぎ戻しのとき）"), required=False
    )
    words = forms.CharField(
        label=_("内容"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("条件・理由・報告のときは必ず書きます。"),
    )  # fmt: skip
    contact_person = forms.CharField(label=_("機関の担当者"), max_length=60, required=False)

    def __init__(self, *args: Any, kinds: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(code, ReferralAnswerKind(code).label) for code in kinds]
        if ReferralAnswerKind.RETURNED not in kinds:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind in NEEDS_WORDS and not cleaned.get("words"):
            self.add_error("words", _("内容（条件・理由・報告）を書いてください。"))
        if kind == ReferralAnswerKind.RETURNED and not cleaned.get("reason"):
            self.add_error("reason", _("つなぎ戻しの理由を選んでください。"))
        return cleaned

    def draft(self) -> AnswerDraft:
        cleaned = self.cleaned_data
        is_return = cleaned["kind"] == ReferralAnswerKind.RETURNED
        return AnswerDraft(
            cleaned["kind"],
            words=cleaned["words"],
            reason=cleaned.get("reason", "") if is_return else "",
            contact_person=cleaned["contact_person"],
        )


class ToldAnswerForm(ReferralAnswerForm):
    """What the center was told by an agency that did not answer here itself."""

    medium = forms.ChoiceField(
        label=_("返事の方法"),
        choices=[(medium.value, medium.label) for medium in TOLD_BY],
        widget=forms.RadioSelect,
    )
    said_at = forms.DateTimeField(label=_("返事があった日時"), initial=this_minute, widget=MomentInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_person"].required = True
        self.fields["contact_person"].label = _("だれから聞いたか")

    def clean_said_at(self) -> dt.datetime:
        said_at: dt.datetime = self.cleaned_data["said_at"]
        if said_at > timezone.now() + dt.timedelta(minutes=5):
            raise forms.ValidationError(_("返事があった日時が、先の日時になっています。"))
        return said_at

    def draft(self) -> AnswerDraft:
        said = super().draft()
        cleaned = self.cleaned_data
        return AnswerDraft(
            said.kind, said.words, said.reason, said.contact_person, cleaned["medium"], cleaned["said_at"]
        )


class RevokeForm(TypedMixin, forms.Form):
    """Why a referral is taken back."""

    reason = forms.CharField(label=_("取り消す理由"), max_length=300)


class LinkAnswerForm(ReferralAnswerForm):
    """What an agency without an account says by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["answered"]  # the link itself is of one state
        self.fields["contact_person"].required = True
        self.fields["contact_person"].label = _("お名前と機関の名前")


class CardForm(TypedMixin, forms.Form):
    """What stands on the card that the person carries."""

    words = forms.CharField(
        label=_("カードに書くこと"), max_length=600, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "本人が「見せてよい」と言ったことだけを、本人のことばで書きます。だれかに見られても困らないことにします。"
        ),
    )  # fmt: skip
    agreed = forms.BooleanField(
        label=_("書いたことを本人に読んで聞かせ、持っていくことに同意してもらいました"),
        error_messages={"required": _("本人に読んで聞かせ、同意してもらってから作ってください。")},
    )
