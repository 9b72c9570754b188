from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .guards import sheet_of
from .models import Case
from .states import SCREENED_FROM, Stage
from .words import stage_label, stages_after


class StageForm(forms.Form):
    """The stages that may follow."""

    stage = forms.ChoiceField(label=_("つぎの段階"))

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage: Any = self.fields["stage"]
        stage.choices = [
            (code, stage_label(code)) for code in stages_after(case) if not _has_its_own_form(case, code)
        ]


def _has_its_own_form(case: Case, code: str) -> bool:
    """Return whether the way there is a screening, which keeps why and who else saw to it (triage/), or a sheet (closing/, suspension/)."""
    return bool(sheet_of(case, code)) or (
        case.stage in SCREENED_FROM and code not in (Stage.EMERGENCY, Stage.SCREENING)
    )
