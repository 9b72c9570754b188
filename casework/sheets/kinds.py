"""The sheets that can be made of a decision or of a case: ours, and those that other apps register.

@hooks.register("register_marugoto_sheet")
def city_sheet() -> SheetKind: ...
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from permissions.viewer import Viewer

from .assessments import assessment_content_for
from .closings import closing_content_for
from .content import Label, content_for
from .evaluations import evaluation_content_for
from .plans import has_plan, plan_content_for
from .understanding import understanding_content_for

if TYPE_CHECKING:
    from casework.plans.models import Decision

    from .models import Sheet

DECISION = "decision"
PLAN = "plan"
UNDERSTANDING = "understanding"
EVALUATION = "evaluation"
ASSESSMENT = "assessment"
CLOSING = "closing"
CODE = re.compile(r"[a-z][a-z0-9_]{0,23}")


class Printed(Protocol):
    """What a sheet shows; ``labels`` names every label printed, because the sheet is shown only while all are reached."""

    @property
    def labels(self) -> list[Label]: ...


@dataclass(frozen=True)
class SheetKind:
    """One official sheet. ``content`` runs with the rights of the reader and gives None when nothing reaches them.

    The template gets it as ``sheet``; it may load nothing (pdf.py). ``style`` is a style sheet among the static files; ``fits``
    says of a decision whether this sheet is offered there.
    """

    code: str
    label: str | Promise
    template: str
    content: Callable[[Viewer, Sheet], Printed | None]
    style: str = "casework/sheet.css"
    fits: Callable[[Decision], bool] = lambda decision: True


def sheet_kinds() -> dict[str, SheetKind]:
    """Return every kind of sheet by its code, ours first. Raises ImproperlyConfigured for a code that is unfit."""
    kinds = {
        DECISION: SheetKind(
            DECISION, _("支援方針・役割分担表"), "casework/sheets/decision.html", content_for
        ),
        PLAN: SheetKind(
            PLAN,
            _("支援プラン"),
            "casework/sheets/plan.html",
            plan_content_for,
            style="casework/plan_sheet.css",
            fits=has_plan,
        ),
        UNDERSTANDING: SheetKind(
            UNDERSTANDING,
            _("理解シート"),
            "casework/sheets/understanding.html",
            understanding_content_for,
            style="casework/understanding_sheet.css",
            fits=lambda decision: False,  # of the case, ordered on its own page
        ),
        EVALUATION: SheetKind(
            EVALUATION,
            _("評価シート"),
            "casework/sheets/evaluation.html",
            evaluation_content_for,
            style="casework/evaluation_sheet.css",
            fits=lambda decision: (
                False
            ),  # a decision may be evaluated more than once: ordered on the page of each
        ),
        ASSESSMENT: SheetKind(
            ASSESSMENT,
            _("アセスメントシート"),
            "casework/sheets/assessment.html",
            assessment_content_for,
            style="casework/plan_sheet.css",
            fits=lambda decision: False,  # of a version, ordered on a page of its own
        ),
        CLOSING: SheetKind(
            CLOSING,
            _("終結シート"),
            "casework/sheets/closing.html",
            closing_content_for,
            style="casework/plan_sheet.css",
            fits=lambda decision: False,  # of the case, ordered on a page of its own
        ),
    }
    for register in hooks.get_hooks("register_marugoto_sheet"):
        kind: Any = register()
        if kind.code in kinds or not CODE.fullmatch(kind.code):
            raise ImproperlyConfigured(f"register_marugoto_sheet: {kind.code!r} is taken or no code.")
        kinds[kind.code] = kind
    return kinds
