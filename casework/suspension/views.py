from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.cases.states import Stage
from casework.cases.words import offered_stages
from casework.meetings.held import held_items_for
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import resume_case, suspend_case
from .forms import ResumeForm, SuspensionForm
from .selectors import suspension_of, ways_on


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def suspension(request: ViewerRequest, case: Case) -> HttpResponse:
    """Let a case rest, or rest on."""
    if case.stage != Stage.SUSPENDED and Stage.SUSPENDED not in offered_stages(case.stage):
        messages.error(request, _("いまの段階からは、中断できません。"))
        return redirect("casework:case", case_id=case.pk)
    form = SuspensionForm(
        request.POST or None, viewer=request.viewer, held=held_items_for(request.viewer, case)
    )
    if form.is_valid():
        try:
            suspend_case(case, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("中断を記録しました。見直しの日が期限に入りました。"))
            return redirect("casework:case", case_id=case.pk)
    context = {"case": case, "form": form, "resting": suspension_of(request.viewer, case)}
    return TemplateResponse(request, "casework/suspension.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def suspension_end(request: ViewerRequest, case: Case) -> HttpResponse:
    """Let a case that rests go on."""
    if case.stage != Stage.SUSPENDED:
        messages.info(request, _("このケースは、いま中断していません。"))
        return redirect("casework:case", case_id=case.pk)
    form = ResumeForm(request.POST or None, viewer=request.viewer, ways=ways_on(request.viewer, case))
    if form.is_valid():
        try:
            resume_case(case, by=request.viewer, **form.told())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("中断を終えました。"))
            return redirect("casework:case", case_id=case.pk)
    context = {"case": case, "form": form, "resting": suspension_of(request.viewer, case)}
    return TemplateResponse(request, "casework/suspension_end.html", context)
