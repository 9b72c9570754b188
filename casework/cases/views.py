from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import move_to_stage
from .forms import StageForm
from .guards import sheet_of
from .models import Case


@require_POST
@case_view("casework.edit_household")
def case_stage(request: ViewerRequest, case: Case) -> HttpResponse:
    form = StageForm(request.POST, case=case)
    if not form.is_valid():
        sheet = sheet_of(case, request.POST.get("stage", ""))
        messages.error(request, sheet or _("その段階へは進めません。画面を開き直して、選び直してください。"))
        return redirect("casework:case", case_id=case.pk)
    try:
        move_to_stage(case, stage=form.cleaned_data["stage"], by=request.viewer)
        messages.success(request, _("段階を変えました。"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:case", case_id=case.pk)
