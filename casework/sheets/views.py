from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.models import Case
from casework.plans.selectors import decision_view_for
from casework.reads import record_items
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.audit.actions import record
from permissions.errors import NotAllowed

from .actions import is_kept_from, record_sheet_opened, request_sheet
from .assessments import assessment_sheet_for
from .closings import closing_sheet_for
from .evaluations import evaluation_sheet_for
from .forms import SheetForm
from .kinds import ASSESSMENT, CLOSING, EVALUATION, UNDERSTANDING, sheet_kinds
from .models import Sheet, SheetState
from .pdf import pdf_available
from .plans import plan_sheet_for
from .selectors import sheet_for, sheets_of_case_for
from .understanding import understanding_for
from .workbook import plan_workbook

NO_PDF = gettext_lazy(
    "このサーバーでは、いまPDFを作れません。管理者に「PDFの部品が入っていない」と伝えてください。"
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
@case_view("casework.make_sheet")
def sheet_request(request: ViewerRequest, case: Case, decision_id: uuid.UUID) -> HttpResponse:
    view = decision_view_for(request.viewer, case, decision_id)
    if view is None:
        raise Http404
    if not pdf_available():
        messages.error(
            request,
            NO_PDF,
        )
        return redirect("casework:decision", case_id=case.pk, decision_id=decision_id)
    form = SheetForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        sheet = request_sheet(case, view.decision, by=request.viewer, kind=form.kind_chosen())
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("casework:decision", case_id=case.pk, decision_id=decision_id)
    return redirect("casework:sheet", case_id=case.pk, sheet_id=sheet.pk)


@require_GET
@case_view("casework.make_sheet")
def sheet(request: ViewerRequest, case: Case, sheet_id: uuid.UUID) -> HttpResponse:
    found = _sheet(request, case, sheet_id)
    return TemplateResponse(request, "casework/sheet.html", {"case": case, "sheet": found})


@require_GET
@case_view("casework.make_sheet")
def sheet_file(request: ViewerRequest, case: Case, sheet_id: uuid.UUID) -> HttpResponse:
    found = _sheet(request, case, sheet_id)
    if found.state != SheetState.READY or found.pdf is None:
        raise Http404
    record_sheet_opened(request.viewer, found)
    response = HttpResponse(bytes(found.pdf), content_type="application/pdf")
    # A neutral file name: downloads lie about on shared machines.
    response["Content-Disposition"] = f'attachment; filename="{found.reference}.pdf"'
    return response


@require_GET
@case_view("casework.make_sheet")
def plan_excel(request: ViewerRequest, case: Case, decision_id: uuid.UUID) -> HttpResponse:
    """Hand out the decided plan as a spreadsheet, as far as it reaches the reader now."""
    found = plan_sheet_for(request.viewer, case, decision_id, made_at=timezone.now())
    if found is None or found.view.decision is None:
        raise Http404
    response = HttpResponse(plan_workbook(found), content_type=XLSX)
    for case_id, person_id, item in found.labels:
        record(request.viewer, "sheet_opened", found.view.decision, case=case_id, person=person_id, item=item)
    response["Content-Disposition"] = f'attachment; filename="{found.view.decision.number}.xlsx"'
    return response


@require_GET
@case_view()
def understanding(request: ViewerRequest, case: Case) -> HttpResponse:
    """The household on one page, of the newest fixed assessment."""
    found = understanding_for(request.viewer, case)
    if found:
        record_items(request.viewer, [(case, *label) for label in found.labels])
    context = {
        "case": case,
        "sheet": found,
        "made": sheets_of_case_for(request.viewer, case, UNDERSTANDING),
        "has_pdf": pdf_available(),
    }
    return TemplateResponse(request, "casework/understanding.html", context)


@require_POST
@case_view("casework.make_sheet")
def understanding_sheet(request: ViewerRequest, case: Case) -> HttpResponse:
    """Order the page as PDF."""
    if not pdf_available():
        messages.error(request, NO_PDF)
        return redirect("casework:understanding", case_id=case.pk)
    if understanding_for(request.viewer, case) is None:
        messages.error(request, _("印刷できる内容がありませんでした。"))
        return redirect("casework:understanding", case_id=case.pk)
    try:
        ordered = request_sheet(case, None, by=request.viewer, kind=UNDERSTANDING)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("casework:understanding", case_id=case.pk)
    return redirect("casework:sheet", case_id=case.pk, sheet_id=ordered.pk)


@require_GET
@case_view()
def evaluation(request: ViewerRequest, case: Case, evaluation_id: uuid.UUID) -> HttpResponse:
    """What one decision led to, as an official sheet, as far as it reaches the reader."""
    found = evaluation_sheet_for(request.viewer, case, evaluation_id)
    if found is None:
        raise Http404
    record_items(request.viewer, [(case, *label) for label in found.labels])
    context = {
        "case": case,
        "sheet": found,
        "made": sheets_of_case_for(request.viewer, case, EVALUATION, evaluation_id=evaluation_id),
        "has_pdf": pdf_available(),
        "is_kept": found.decision is not None and is_kept_from(request.viewer, found.decision),
    }
    return TemplateResponse(request, "casework/evaluation.html", context)


@require_POST
@case_view("casework.make_sheet")
def evaluation_sheet(request: ViewerRequest, case: Case, evaluation_id: uuid.UUID) -> HttpResponse:
    """Order the sheet of one evaluation as PDF."""
    found = evaluation_sheet_for(request.viewer, case, evaluation_id)
    if found is None:
        raise Http404
    back = redirect("casework:evaluation", case_id=case.pk, evaluation_id=evaluation_id)
    if not pdf_available():
        messages.error(request, NO_PDF)
        return back
    try:
        ordered = request_sheet(
            case, found.decision, by=request.viewer, kind=EVALUATION, evaluation_id=evaluation_id
        )
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return back
    return redirect("casework:sheet", case_id=case.pk, sheet_id=ordered.pk)


@require_http_methods(["GET", "POST"])
@case_view("casework.make_sheet")
def assessment_sheet(request: ViewerRequest, case: Case, assessment_id: uuid.UUID) -> HttpResponse:
    """Order a fixed version as PDF, and find those that were made."""
    found = assessment_sheet_for(request.viewer, case, assessment_id)
    if found is None:
        raise Http404
    version = found.view.assessment
    back = reverse("casework:assessment_version", args=[case.pk, version.pk])
    return _of_case(request, case, ASSESSMENT, title=version.name, back=back, assessment_id=version.pk)


@require_http_methods(["GET", "POST"])
@case_view("casework.make_sheet")
def closing_sheet(request: ViewerRequest, case: Case) -> HttpResponse:
    """Order the closing sheet as PDF, and find those that were made."""
    if closing_sheet_for(request.viewer, case) is None:
        raise Http404
    return _of_case(request, case, CLOSING, title="", back=reverse("casework:case", args=[case.pk]))


def _of_case(
    request: ViewerRequest,
    case: Case,
    kind: str,
    *,
    title: str,
    back: str,
    assessment_id: uuid.UUID | None = None,
) -> HttpResponse:
    if request.method == "POST" and not pdf_available():
        messages.error(request, NO_PDF)
    elif request.method == "POST":
        try:
            ordered = request_sheet(case, None, by=request.viewer, kind=kind, assessment_id=assessment_id)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            return redirect("casework:sheet", case_id=case.pk, sheet_id=ordered.pk)
    context = {
        "case": case,
        "kind": sheet_kinds()[kind],
        "title": title,
        "back": back,
        "made": sheets_of_case_for(request.viewer, case, kind, assessment_id=assessment_id),
        "has_pdf": pdf_available(),
    }
    return TemplateResponse(request, "casework/sheet_order.html", context)


def _sheet(request: ViewerRequest, case: Case, sheet_id: uuid.UUID) -> Sheet:
    found = sheet_for(request.viewer, sheet_id)
    if found is None or found.case_id != case.pk:
        raise Http404
    return found
