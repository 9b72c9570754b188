from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.households.selectors import name_people
from casework.reads import record_items
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import record_monitoring, set_next_monitoring
from .forms import MonitoringForm, OwnedDayForm
from .selectors import current_roles_for
from .signs import signs_for


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def monitoring_add(request: ViewerRequest, case: Case) -> HttpResponse:
    roles = current_roles_for(request.viewer, case)
    name_people(request.viewer, [role.row for role in roles])
    signs = signs_for(request.viewer, case, roles)
    form = MonitoringForm(request.POST or None, viewer=request.viewer, roles=roles, signs=signs)
    if form.is_valid():
        try:
            record_monitoring(case, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("モニタリングを記録しました。"))
            return redirect("casework:case", case_id=case.pk)
    shown = [*(role.row for role in roles), *(sign.row for sign in signs if sign.row)]
    record_items(request.viewer, [(row, case.pk, row.person_id, row.item) for row in shown])
    return TemplateResponse(request, "casework/monitoring_add.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def monitoring_date(request: ViewerRequest, case: Case) -> HttpResponse:
    """Say when somebody looks again, without having looked."""
    form = OwnedDayForm(request.POST or None, viewer=request.viewer)
    if form.is_valid():
        try:
            set_next_monitoring(case, on=form.cleaned_data["next_on"], owner=form.owner(), by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("次のモニタリングの日を決めました。"))
            return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/monitoring_date.html", {"case": case, "form": form})
