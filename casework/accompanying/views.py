from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.sharing.access import case_view
from permissions.access import ViewerRequest

from .actions import set_interval
from .forms import IntervalForm
from .selectors import rhythm_of


@require_http_methods(["GET", "POST"])
@case_view("casework.write_note")
def contact_interval(request: ViewerRequest, case: Case) -> HttpResponse:
    rhythm = rhythm_of(request.viewer, case)
    form = IntervalForm(request.POST or None, initial={"weeks": rhythm.weeks if rhythm else None})
    if form.is_valid():
        set_interval(case, weeks=form.cleaned_data["weeks"], by=request.viewer)
        messages.success(request, _("話す間隔を決めました。"))
        return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/contact_interval.html", {"case": case, "form": form})
