from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.cases.words import stage_label
from casework.households.selectors import name_people
from casework.issues.selectors import issues_by_person
from casework.meetings.held import held_items_for
from casework.planning.selectors import goals_of
from casework.plans.selectors import decision_view_for
from casework.reads import record_items
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import record_evaluation
from .forms import EvaluationForm
from .models import STAGE_OF_OUTCOME, Outcome


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def evaluation_add(request: ViewerRequest, case: Case, decision_id: uuid.UUID) -> HttpResponse:
    view = decision_view_for(request.viewer, case, decision_id)
    if view is None:
        raise Http404
    if not view.is_current:
        messages.error(
            request, _("この決定は、新しい決定に置き換えられました。新しい決定を評価してください。")
        )
        return redirect("casework:case", case_id=case.pk)
    issues = [issue for of in issues_by_person(request.viewer, case).values() for issue in of.open]
    form = EvaluationForm(
        request.POST or None,
        view=view,
        goals=goals_of(request.viewer, view.decision),
        issues=issues,
        held=held_items_for(request.viewer, case),
    )
    rows = [*form.aims, *issues, *(role.row for role in view.roles)]
    name_people(request.viewer, rows)
    if form.is_valid():
        try:
            record_evaluation(case, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            following = STAGE_OF_OUTCOME[Outcome(form.cleaned_data["outcome"])]
            told = _("評価を記録しました。つぎの段階は「%(stage)s」です。")
            messages.success(request, told % {"stage": stage_label(following)})
            return redirect("casework:case", case_id=case.pk)
    record_items(request.viewer, [(row, case.pk, row.person_id, row.item) for row in rows])
    context = {"case": case, "form": form, "decision": view.decision}
    return TemplateResponse(request, "casework/evaluation_add.html", context)
