from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from permissions.access import ViewerRequest, requires

from .actions import open_in_emergency
from .forms import EmergencyForm


@require_http_methods(["GET", "POST"])
@requires("casework.break_glass", fresh=True)
def emergency_open(request: ViewerRequest) -> HttpResponse:
    form = EmergencyForm(request.POST or None)
    if form.is_valid():
        case = open_in_emergency(by=request.viewer, **form.cleaned_data)
        if case is not None:
            messages.success(request, _("1時間だけ開きました。センターに知らせました。"))
            return redirect("casework:case", case_id=case.pk)
        form.add_error(
            None,
            _("開けませんでした。番号と氏名を確かめてください。急ぐときは、センターに電話してください。"),
        )
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "casework/emergency_open.html", {"form": form}, status=status)
