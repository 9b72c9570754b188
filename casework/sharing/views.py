from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from permissions.access import ViewerRequest, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.viewer import Viewer

from .access import case_view
from .actions import answer_recall, block, end_line, lift_block
from .forms import BlockForm, EndForm, RecallForm
from .models import Block, Recall
from .selectors import ledger_of, recalls_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_http_methods(["GET", "POST"])
@case_view("casework.share")
def share_end(request: ViewerRequest, case: Case, line_id: uuid.UUID) -> HttpResponse:
    line = ledger_of(request.viewer, case).filter(pk=line_id).first()
    if line is None:
        raise Http404
    form = EndForm(request.POST or None)
    if form.is_valid():
        try:
            end_line(line, by=request.viewer, reason=form.cleaned_data["reason"])
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("共有を終えました。この機関からは、もう見えません。"))
            return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/share_end.html", {"case": case, "line": line, "form": form})


@require_http_methods(["GET", "POST"])
@case_view("casework.block")
def block_add(request: ViewerRequest, case: Case) -> HttpResponse:
    form = BlockForm(request.POST or None)
    if form.is_valid():
        cleaned: dict[str, Any] = form.cleaned_data
        member = cleaned["membership"]
        block(
            case,
            agency=cleaned["agency"],
            user_id=member.user_id if member else None,
            reason=cleaned["reason"],
            by=request.viewer,
        )
        messages.success(request, _("閲覧を禁止しました。"))
        # A chief who blocks themselves cannot go back to the case.
        if member and member.user_id == request.viewer.user.pk:
            return redirect("casework:case_list")
        return redirect("casework:case", case_id=case.pk)
    return TemplateResponse(request, "casework/block_add.html", {"case": case, "form": form})


@require_POST
@case_view("casework.block")
def block_lift(request: ViewerRequest, case: Case, block_id: uuid.UUID) -> HttpResponse:
    row = Block.objects.filter(case=case, pk=block_id).first()
    if row is None:
        raise Http404
    try:
        lift_block(row, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("閲覧の禁止を解きました。"))
    return redirect("casework:case", case_id=case.pk)


def _own_recall(viewer: Viewer, *, recall_id: uuid.UUID) -> dict[str, Any]:
    recall = recalls_for(viewer).filter(agency=viewer.agency, pk=recall_id).first()
    if recall is None:
        raise Http404
    return {"recall": recall}


def _recall_shown(viewer: Viewer, request: ViewerRequest, *, recall: Recall) -> None:
    record(viewer, "read", recall, case=recall.case_id)


@require_http_methods(["GET", "POST"])
@requires("casework.view_case", load=_own_recall, shown=_recall_shown)
def recall(request: ViewerRequest, recall: Recall) -> HttpResponse:
    form = RecallForm(request.POST or None)
    if form.is_valid():
        try:
            answer_recall(recall, **form.cleaned_data, by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("廃棄の確認をセンターに伝えました。"))
            return redirect("casework:home")
    return TemplateResponse(request, "casework/recall.html", {"recall": recall, "form": form})
