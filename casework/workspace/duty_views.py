from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.selectors import QUIET_DAYS
from casework.handover.selectors import count_left_behind
from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record

from .actions import save_list
from .board import Figure, board_for, count_ownerless, stages_for
from .duties import duties_for
from .forms import DutyForm
from .models import SavedPage
from .selectors import saved_query_for

PAGE_SIZE = 50


@require_GET
@requires("casework.view_case")
def duties(request: ViewerRequest) -> HttpResponse:
    saved = saved_query_for(request.viewer, SavedPage.TASKS)
    if saved and not request.GET:
        return redirect(f"{reverse('casework:duties')}?{saved}")
    form = DutyForm(request.GET, viewer=request.viewer)
    found = duties_for(request.viewer, form.wanted())
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    detail = {"list": "duties", "shown": len(page.object_list), "page": page.number}
    record(request.viewer, "listed", None, detail=detail)
    context = {"page": page, "filter": form, "query": form.query(), "saved": saved}
    return TemplateResponse(request, "casework/duties.html", context)


@require_GET
@requires("casework.view_board")
def board(request: ViewerRequest) -> HttpResponse:
    groups = board_for(request.viewer)
    record(
        request.viewer,
        "listed",
        None,
        detail={"list": "board", "shown": sum(len(each.rows) for each in groups)},
    )
    context = {
        "groups": groups,
        "stages": stages_for(request.viewer),
        "quiet_days": QUIET_DAYS,
        "ownerless": Figure(
            count_ownerless(request.viewer), f"{reverse('casework:case_list')}?open=on&ownerless=on"
        ),
        "left_behind": Figure(count_left_behind(request.viewer), reverse("casework:handovers")),
    }
    return TemplateResponse(request, "casework/board.html", context)


@require_POST
@requires("casework.view_case")
def duties_save(request: ViewerRequest) -> HttpResponse:
    query = DutyForm(request.POST, viewer=request.viewer).query()
    save_list(query, by=request.viewer, page=SavedPage.TASKS)
    messages.success(request, _("この条件を保存しました。") if query else _("保存した条件をなくしました。"))
    return redirect(f"{reverse('casework:duties')}?{query or 'all=1'}")
