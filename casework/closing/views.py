from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.cases.states import Stage
from casework.cases.words import offered_stages
from casework.meetings.held import held_items_for
from casework.plans.selectors import named_decisions
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed

from .actions import close_case
from .forms import ClosureForm
from .retention import keeping_from
from .selectors import decisions_to_end_by


@require_http_methods(["GET", "POST"])
@case_view("casework.decide")
def closing(request: ViewerRequest, case: Case) -> HttpResponse:
    """The closing sheet of a case that may end now."""
    if case.stage == Stage.CLOSED:  # sent twice, or a page left open
        messages.info(request, _("このケースは、もう終わっています。"))
        return redirect("casework:case", case_id=case.pk)
    if Stage.CLOSED not in offered_stages(case.stage):
        messages.error(request, _("いまの段階からは、終結へ進めません。"))
        return redirect("casework:case", case_id=case.pk)
    decisions = named_decisions(request.viewer, decisions_to_end_by(request.viewer, case))
    agencies = Agency.objects.open().order_by("-is_center", "name")
    form = ClosureForm(
        request.POST or None,
        viewer=request.viewer,
        case=case,
        decisions=decisions,
        held=held_items_for(request.viewer, case),
        agencies=agencies,
    )
    if form.is_valid():
        try:
            close_case(case, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("ケースを終えました。"))
            return redirect("casework:case", case_id=case.pk)
    context = {"case": case, "form": form, "keeping": keeping_from(timezone.localdate())}
    return TemplateResponse(request, "casework/closing.html", context)
