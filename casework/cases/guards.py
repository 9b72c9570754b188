"""What a case must have before it enters a stage (domain.md 2.2). The rooms that keep it are below this one: asked by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .states import Stage

if TYPE_CHECKING:
    from .models import Case


def looks_again(case: Case) -> bool:
    """Return whether a next monitoring date stands (monitoring/)."""
    dates = apps.get_model("casework", "MonitoringDate").objects.filter(case=case)
    return dates.filter(task__end__isnull=True).exists()


GUARDS: dict[str, tuple[Callable[[Case], bool], str | Promise]] = {
    Stage.ACTIVE: (
        looks_again,
        _(
            "支援実施に進む前に、「次のモニタリングの日」を決めてください。ケースの画面の「モニタリング」で決められます。"
        ),
    ),
}


def refusal_of(case: Case, stage: str) -> str:
    """Return why a case may not enter a stage yet; empty if it may."""
    holds, words = GUARDS.get(stage, (None, ""))
    return "" if holds is None or holds(case) else str(words)
