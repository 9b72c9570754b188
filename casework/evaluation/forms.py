from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.codes.fields import CodesField
from casework.meetings.held import HeldItemField
from casework.meetings.models import AgendaItem
from casework.once import OnceForm
from casework.planning.models import PlanPart
from casework.plans.models import Direction
from casework.plans.selectors import DecisionView
from permissions.days import DayInput
from permissions.typed import TypedMixin

from .actions import EvaluationDraft, ResultDraft, RoleResultDraft
from .models import Happened, Outcome, Result


@dataclass(frozen=True)
class Boxes:
    """One goal, direction, issue or role on the form: what became of it, and words."""

    of: Any
    choice: forms.BoundField
    words: forms.BoundField


class EvaluationForm(TypedMixin, OnceForm):
    """The evaluation of one decision; two boxes for each goal of its plan (``goals`` None: it decided none, so each direction),
    for each role, and for each issue that weighs now."""

    evaluated_on = forms.DateField(label=_("評価した日"), widget=DayInput, initial=timezone.localdate)
    agenda = HeldItemField(label=_("どの会議で評価したか"))
    meeting = forms.CharField(
        label=_("一覧にない会議"), max_length=100, required=False, help_text=_("会議の番号と日。")
    )
    changes = CodesField(
        "change", label=_("見られた変化"), required=False, help_text=_("センターだけが読みます。")
    )
    remaining = forms.CharField(
        label=_("残っている課題"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("センターだけが読みます。"),
    )
    own_words = forms.CharField(
        label=_("本人のことば"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("本人がどう感じているか。話したことばのまま書きます。聞けなかったときは、その理由。"),
        error_messages={
            "required": _("本人のことばを書いてください。聞けなかったときは、その理由を書いてください。")
        },
    )
    cooperation = forms.CharField(
        label=_("連携についてのふり返り"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("センターだけが読みます。"),
    )
    outcome = forms.ChoiceField(
        label=_("これからのこと"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("これからのことを選んでください。")},
    )

    def __init__(
        self,
        *args: Any,
        view: DecisionView,
        goals: list[PlanPart] | None,
        issues: Iterable[Any],
        held: list[AgendaItem],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        agenda: Any = self.fields["agenda"]
        agenda.offer(held)
        self.view, self.issues = view, list(issues)
        self.has_plan = goals is not None
        self.aims: Sequence[PlanPart | Direction] = view.directions if goals is None else goals
        self.decided = [role.row for role in view.roles]
        for row in (*self.aims, *self.issues):
            self._add(row, Result.choices, is_needed=row not in self.issues)
        for row in self.decided:
            self._add(row, Happened.choices, is_needed=True)

    def _add(self, row: Any, choices: Any, *, is_needed: bool) -> None:
        name = _name_of(row)
        nothing = _("選んでください") if is_needed else _("評価しない")
        self.fields[f"choice_{row.pk}"] = forms.ChoiceField(
            label=_("どうなったか：%(what)s") % {"what": name},
            choices=[("", nothing), *choices],
            required=is_needed,
            error_messages={"required": _("どうなったかを選んでください。")},
        )
        self.fields[f"words_{row.pk}"] = forms.CharField(
            label=_("くわしいこと：%(what)s") % {"what": name}, max_length=500, required=False
        )

    def _boxes(self, rows: Iterable[Any]) -> list[Boxes]:
        return [Boxes(row, self[f"choice_{row.pk}"], self[f"words_{row.pk}"]) for row in rows]

    def of_aims(self) -> list[Boxes]:
        return self._boxes(self.aims)

    def of_issues(self) -> list[Boxes]:
        return self._boxes(self.issues)

    def of_roles(self) -> list[Boxes]:
        return self._boxes(self.decided)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for row in (*self.aims, *self.issues, *self.decided):
            choice, words = cleaned.get(f"choice_{row.pk}"), cleaned.get(f"words_{row.pk}")
            if words and not choice and f"choice_{row.pk}" not in self.errors:
                self.add_error(f"choice_{row.pk}", _("どうなったかを選んでください。"))
            if (
                choice in (Result.PARTLY, Result.UNMET, Result.CHANGED)
                and row not in self.decided
                and not words
            ):
                self.add_error(f"words_{row.pk}", _("「達成」のほかは、くわしいことを書いてください。"))
            if choice == Happened.NO and not words:
                self.add_error(
                    f"words_{row.pk}", _("できなかった役割には、妨げになったことを書いてください。")
                )
        if cleaned.get("evaluated_on") and cleaned["evaluated_on"] > timezone.localdate():
            self.add_error("evaluated_on", _("評価した日が、先の日になっています。"))
        return cleaned

    def draft(self) -> EvaluationDraft:
        told = self.cleaned_data
        rows = (*self.aims, *self.issues)
        return EvaluationDraft(
            decision_id=self.view.decision.pk,
            results=tuple(
                ResultDraft(row, told[f"choice_{row.pk}"], told.get(f"words_{row.pk}", ""))
                for row in rows
                if told.get(f"choice_{row.pk}")
            ),
            roles=tuple(
                RoleResultDraft(row, told[f"choice_{row.pk}"], told.get(f"words_{row.pk}", ""))
                for row in self.decided
            ),
            changes=tuple(told["changes"]),
            **{name: told[name] for name in ("evaluated_on", "own_words", "outcome", "remaining", "cooperation", "meeting", "agenda")},
        )  # fmt: skip


def _name_of(row: Any) -> str:
    """Return how a row is called beside its boxes, cut to one line."""
    text = str(getattr(row, "what", "") or getattr(row, "text", "") or row.get_code_display())
    return text if len(text) <= 40 else f"{text[:39]}…"
