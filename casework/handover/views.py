from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from casework.cases.models import Case
from casework.sharing.access import case_view
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.people import name_of

from .actions import hand_over, sign_handover
from .forms import GiverForm, HandoverForm
from .selectors import cases_of_worker, givers_for, unsigned_for


@require_http_methods(["GET", "POST"])
@requires("casework.share")
def handovers(request: ViewerRequest) -> HttpResponse:
    """First whose cases, then which of them to whom."""
    viewer = request.viewer
    asked = GiverForm(request.GET)
    worker = asked.cleaned_data["worker"] if asked.is_valid() else None
    givers = givers_for(viewer)
    giver = next((each for each, _count in givers if each and each.pk == worker), None)
    is_chosen = giver is not None or worker == 0
    cases = cases_of_worker(viewer, giver.pk if giver else None) if is_chosen else []
    form = HandoverForm(request.POST or None, cases=cases, giver=giver) if cases else None
    if form and form.is_valid():
        try:
            taker, words = form.taker_chosen(), form.cleaned_data["words"]
            rows = hand_over(form.chosen(), taker=taker, giver=giver, words=words, by=viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            told = ngettext(
                "%(count)d件を、%(name)sさんに引き継ぎました。",
                "%(count)d件を、%(name)sさんに引き継ぎました。",
                len(rows),
            )
            messages.success(request, told % {"count": len(rows), "name": name_of(taker.user)})
            return redirect(f"{reverse('casework:handovers')}?worker={worker}")
    unsigned = list(unsigned_for(viewer))
    detail = {"list": "handovers", "shown": len(cases) + len(unsigned)}
    record(viewer, "listed", None, detail=detail)
    context = {
        "givers": [(each.pk if each else 0, each, count) for each, count in givers],
        "giver": giver, "is_chosen": is_chosen, "form": form, "unsigned": unsigned,
    }  # fmt: skip
    return TemplateResponse(request, "casework/handovers.html", context)


@require_POST
@case_view("casework.write_note")
def handover_sign(request: ViewerRequest, case: Case, handover_id: uuid.UUID) -> HttpResponse:
    try:
        sign_handover(handover_id, case, by=request.viewer)
        messages.success(request, _("引き継ぎに署名しました。"))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:case", case_id=case.pk)
