from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed

from .actions import bring
from .forms import BringForm
from .selectors import brought_for


@require_GET
@requires("casework.bring")
def brought(request: ViewerRequest) -> HttpResponse:
    rows = brought_for(request.viewer)
    record(request.viewer, "listed", None, detail={"list": "brought", "shown": len(rows)})
    return TemplateResponse(request, "casework/brought.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@requires("casework.bring")
def brought_add(request: ViewerRequest) -> HttpResponse:
    form = BringForm(request.POST or None)
    if form.is_valid():
        try:
            row = bring(form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("センターに届きました。受付番号は %(number)s です。") % {"number": row.number}
            )
            return redirect("casework:brought")
    return TemplateResponse(request, "casework/brought_add.html", {"form": form})
