from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import screen_case
from .forms import ChoiceForm, FactsForm, initial_of
from .rules import suggest
from .selectors import facts_from_records, screenings_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def screening(request: ViewerRequest, case: Case) -> HttpResponse:
    """First what is known, then the suggestion beside the choice: one page, sent twice."""
    known = facts_from_records(request.viewer, case)
    form = FactsForm(request.POST or None, initial=initial_of(known))
    decides = request.POST.get("step") == "choice"
    choice = ChoiceForm(request.POST if decides else None, case=case, viewer=request.viewer)
    suggestion = None
    if form.is_valid():
        suggestion = suggest(form.facts())
        choice.initial.setdefault("chosen", suggestion.stage)
        if decides and choice.is_valid() and _screened(request, case, choice, form.facts()):
            return redirect("casework:case", case_id=case.pk)
    context: dict[str, Any] = {
        "case": case,
        "form": form,
        "choice": choice,
        "suggestion": suggestion,
        "known": [fact.label for fact in known],
        "earlier": screenings_for(request.viewer, case),
    }
    return TemplateResponse(request, "casework/screening.html", context)


def _screened(request: ViewerRequest, case: Case, choice: ChoiceForm, facts: tuple[str, ...]) -> bool:
    try:
        screen_case(case, choice.draft(facts), by=request.viewer, key=choice.key())
    except NotAllowed as refusal:
        choice.add_error(None, str(refusal))
        return False
    messages.success(request, _("振り分けを記録し、段階を進めました。"))
    return True
