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

from .actions import seal_case, unseal_case
from .forms import SealForm, UnsealForm
from .selectors import newest_seal, seal_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_http_methods(["GET", "POST"])
@case_view("casework.block")
def seal(request: ViewerRequest, case: Case) -> HttpResponse:
    form = SealForm(request.POST or None, initial=_now(request, case))
    if form.is_valid():
        told = form.cleaned_data
        try:
            seal_case(
                case, members=form.people(), reason=told["reason"], seen=told["seen"], by=request.viewer
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("選んだ人だけが見られるようにしました。"))
            return redirect("casework:case", case_id=case.pk)
    context = {"case": case, "form": form, "seal": seal_for(request.viewer, case)}
    return TemplateResponse(request, "casework/seal.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.block")
def unseal(request: ViewerRequest, case: Case) -> HttpResponse:
    form = UnsealForm(request.POST or None, initial=_now(request, case))
    if form.is_valid():
        told = form.cleaned_data
        try:
            unseal_case(case, reason=told["reason"], seen=told["seen"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("センターの人が、また見られるようになりました。"))
            return redirect("casework:case", case_id=case.pk)
    context = {"case": case, "form": form, "seal": seal_for(request.viewer, case)}
    return TemplateResponse(request, "casework/unseal.html", context)


def _now(request: ViewerRequest, case: Case) -> dict[str, Any]:
    """Return what holds; for a case that everybody sees, oneself and its worker as the first to choose."""
    row = newest_seal(case.pk)
    first = {request.viewer.user.pk} | ({case.worker.user_id} if case.worker else set())
    return {
        "seen": row.number if row else 0,
        "members": row.members if row and row.members else sorted(first),
    }
