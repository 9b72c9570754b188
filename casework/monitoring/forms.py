from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodesField
from casework.codes.selectors import choices_of
from casework.once import OnceForm
from casework.plans.selectors import AnsweredRole
from casework.tasks.forms import owner_choices
from casework.tasks.selectors import owners
from permissions.days import DayInput
from permissions.typed import TypedMixin
from permissions.viewer import Viewer

from .actions import MonitoringDraft, TickDraft, lacking
from .models import MonitoringMethod, Tick
from .signs import Sign


class OwnedDayForm(TypedMixin, OnceForm):
    """When somebody looks again, and who."""

    next_on = forms.DateField(
        label=_("次のモニタリングの日"),
        widget=DayInput,
        error_messages={"required": _("次のモニタリングの日を決めてください。")},
    )
    next_owner = forms.ChoiceField(label=_("次にだれが確かめるか"))

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["next_owner"]
        owner.choices = owner_choices()
        owner.initial = str(viewer.membership.pk)

    def owner(self) -> Any:
        return owners().get(pk=self.cleaned_data["next_owner"])


@dataclass(frozen=True)
class RoleBoxes:
    """One role on the form: how it goes, and a note."""

    role: AnsweredRole
    tick: forms.BoundField
    note: forms.BoundField


class MonitoringForm(OwnedDayForm):
    """One look at a case; two boxes for each role that holds now."""

    monitored_on = forms.DateField(label=_("確かめた日"), widget=DayInput, initial=timezone.localdate)
    method = forms.ChoiceField(
        label=_("方法"),
        choices=MonitoringMethod.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("どのように確かめたかを選んでください。")},
    )
    has_met = forms.BooleanField(label=_("本人か世帯の人と、直接または電話で話した"), required=False)
    words = forms.CharField(
        label=_("世帯のようす"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("センターだけが読みます。機関に知らせることは、役割ごとの「ようす」に書いてください。"),
    )
    triggers = CodesField(
        "meeting_trigger",
        label=_("早めに会議を開くことを考えるできごと"),
        required=False,
        help_text=_(
            "センターだけが読みます。記録から分かるものには、先に印がついています。ちがうときは外してください。"
            "あれば、会議を開くかを決める期限が7日後に入ります。"
        ),
    )

    def __init__(
        self, *args: Any, roles: Iterable[AnsweredRole], signs: Iterable[Sign] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.roles = list(roles)
        self._propose(signs)
        for role in self.roles:
            name = str(role.row.what)
            self.fields[f"tick_{role.row.pk}"] = forms.ChoiceField(
                label=_("進みぐあい：%(role)s") % {"role": name},
                choices=[("", _("確かめていない")), *Tick.choices],
                required=False,
            )
            self.fields[f"note_{role.row.pk}"] = forms.CharField(
                label=_("ようす：%(role)s") % {"role": name}, max_length=500, required=False
            )

    def _propose(self, signs: Iterable[Sign]) -> None:
        """Tick what the record says, with the reason beside it; whoever writes may take each tick away."""
        reasons: dict[str, list[str]] = {}
        for sign in signs:
            reasons.setdefault(sign.code, []).append(sign.reason)
        triggers: Any = self.fields["triggers"]
        offered = choices_of("meeting_trigger")
        triggers.initial = [code for code, _label in offered if code in reasons]
        triggers.choices = [
            (code, _with_reasons(label, reasons[code]) if code in reasons else label)
            for code, label in offered
        ]

    def boxes(self) -> list[RoleBoxes]:
        return [
            RoleBoxes(role, self[f"tick_{role.row.pk}"], self[f"note_{role.row.pk}"]) for role in self.roles
        ]

    def clean(self) -> dict[str, Any]:
        """Say everything at once."""
        cleaned = super().clean()
        self.cleaned_data = cleaned
        for key in (str(role.row.pk) for role in self.roles):
            tick, note = cleaned.get(f"tick_{key}"), cleaned.get(f"note_{key}")
            if note and not tick:
                self.add_error(f"tick_{key}", _("進みぐあいを選んでください。"))
            if tick == Tick.CHANGE and not note:
                self.add_error(f"note_{key}", _("「変更が必要」のときは、何を変えるかを書いてください。"))
        if not ({"monitored_on", "next_on", "method", "next_owner"} & set(self.errors)):
            for name, words in lacking(self.draft()).items():
                self.add_error(name, words)
        return cleaned

    def draft(self) -> MonitoringDraft:
        told = self.cleaned_data
        ticks = tuple(
            TickDraft(role.row, told[f"tick_{role.row.pk}"], told.get(f"note_{role.row.pk}", ""))
            for role in self.roles
            if told.get(f"tick_{role.row.pk}")
        )
        return MonitoringDraft(
            told["monitored_on"], told["method"], told["next_on"], self.owner(), told["has_met"],
            told.get("words", ""), ticks, tuple(told.get("triggers", ())),
        )  # fmt: skip


def _with_reasons(label: str, reasons: list[str]) -> str:
    told = {"label": label, "reasons": pgettext("between names", "、").join(reasons)}
    return gettext("%(label)s（記録から：%(reasons)s）") % told
