from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.selectors import COUNT_CAP, Cursor, count_cases_for
from casework.households.selectors import name_people
from casework.intake.levels import missing
from casework.intake.models import ContactState
from casework.intake.selectors import contacts_with_waiting_replies, queue_for
from casework.plans.selectors import decision_view_for, waiting_roles_for
from casework.sharing.access import case_view
from casework.sharing.selectors import recalls_for
from casework.sheets.kinds import sheet_kinds
from casework.sheets.pdf import pdf_available
from casework.sheets.selectors import sheets_for
from forms_app.delivery.selectors import outbox_notice_for
from permissions.access import ViewerRequest, requires, signed_in
from permissions.audit.actions import record

from .context_processors import KEYS_OFF
from .forms import KeysForm
from .selectors import case_page_for, case_record_for, facts_of_case, record_case_read, record_decision_read


@require_GET
@signed_in
def home(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    if not viewer.membership.role_rights.reads_cases:
        return TemplateResponse(request, "casework/home_no_cases.html", {})
    roles = waiting_roles_for(viewer)
    name_people(viewer, [role.row for role in roles])
    contacts = queue_for(viewer, [ContactState.NEW])
    context: dict[str, Any] = {
        "roles": roles,
        "contacts": contacts[:5],
        "replies": contacts_with_waiting_replies(viewer)[:10],
        "page": case_page_for(viewer, limit=5),
        "outbox_notice": outbox_notice_for(viewer),
        "recalls": recalls_for(viewer).filter(agency=viewer.agency, answer__isnull=True)[:20],
    }
    shown = len(context["page"].rows) + len(roles) + len(context["contacts"]) + len(context["replies"])
    record(viewer, "listed", None, detail={"list": "home", "shown": shown})
    return TemplateResponse(request, "casework/home.html", context)


@require_POST
@signed_in
def keys_switch(request: ViewerRequest) -> HttpResponse:
    """Switch the single keys off or on, until one logs out, and go back to where one was."""
    form = KeysForm(request.POST)
    here = ""
    if form.is_valid():
        request.session[KEYS_OFF] = form.cleaned_data["keys"] == "off"
        here = form.cleaned_data["next"]
    is_ours = url_has_allowed_host_and_scheme(here, allowed_hosts={request.get_host()})
    return redirect(here if is_ours else "casework:home")


@require_GET
@requires("casework.view_case")
def case_list(request: ViewerRequest) -> HttpResponse:
    after = Cursor.parse(request.GET.get("after", ""))
    count = count_cases_for(request.viewer)
    page = case_page_for(request.viewer, after=after)
    context = {
        "page": page,
        "is_first": after is None,
        "count": min(count, COUNT_CAP),
        "count_is_capped": count > COUNT_CAP,
    }
    detail = {"list": "cases", "shown": len(page.rows), "first": after is None}
    record(request.viewer, "listed", None, detail=detail)
    return TemplateResponse(request, "casework/case_list.html", context)


@require_GET
@case_view()
def case(request: ViewerRequest, case: Case) -> HttpResponse:
    case_record = case_record_for(request.viewer, case)
    record_case_read(request.viewer, case_record)
    context = {
        "case": case,
        "record": case_record,
        "stage_form": StageForm(case=case),
        "missing": missing(facts_of_case(case_record)) if request.viewer.sees_all_cases else {},
    }
    return TemplateResponse(request, "casework/case.html", context)


@require_GET
@case_view()
def decision(request: ViewerRequest, case: Case, decision_id: uuid.UUID) -> HttpResponse:
    view = decision_view_for(request.viewer, case, decision_id)
    if view is None:
        raise Http404
    name_people(request.viewer, [*view.directions, *(role.row for role in view.roles)])
    record_decision_read(request.viewer, view)
    context = {
        "case": case,
        "view": view,
        "sheets": sheets_for(request.viewer, view.decision),
        "sheet_kinds": list(sheet_kinds().values()),
        "has_pdf": pdf_available(),
    }
    return TemplateResponse(request, "casework/decision.html", context)
