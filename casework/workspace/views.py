from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.cases.forms import StageForm
from casework.cases.models import Case
from casework.cases.selectors import COUNT_CAP, Cursor, count_cases_for
from casework.cases.states import OPEN_STAGES, SCREENED_FROM, Stage
from casework.cases.words import offered_stages
from casework.concealment.selectors import agencies_on_both_sides, ending_for
from casework.files.selectors import files_of_answers_for
from casework.households.selectors import name_people
from casework.intake.levels import missing
from casework.intake.models import ContactState
from casework.intake.selectors import contacts_with_waiting_replies, queue_for
from casework.meetings.selectors import coming_meetings_for
from casework.planning.confirmations import may_confirm, unconfirmed_plans_for
from casework.plans.selectors import decision_view_for, waiting_roles_for
from casework.reads import record_items
from casework.referrals.selectors import late_for, unanswered_for
from casework.rounds import read, side_by_side
from casework.search.sealed import seal, unseal
from casework.sharing.access import case_view
from casework.sharing.actions import share_items
from casework.sharing.consents import agreed_labels, unwanted_labels
from casework.sharing.forms import ReceiverForm, ShareForm
from casework.sharing.selectors import persons_for, recalls_for
from casework.sheets.actions import is_kept_from
from casework.sheets.kinds import sheet_kinds
from casework.sheets.pdf import pdf_available
from casework.sheets.selectors import sheets_for
from forms_app.delivery.selectors import outbox_notice_for
from permissions.access import ViewerRequest, requires, signed_in
from permissions.audit.actions import record
from permissions.errors import NotAllowed

from .actions import save_list
from .context_processors import KEYS_OFF
from .ecomap import ecomap_of, reads_of_ecomap
from .facts import facts_of_case
from .finding import MOST_SHOWN, find_cases_for, record_search
from .forms import CaseListForm, KeysForm, SealedForm, SearchForm
from .previews import preview_of
from .selectors import (
    case_page_for,
    case_record_for,
    record_case_read,
    record_decision_read,
    saved_query_for,
    strip_for,
)

MOST_UNCONFIRMED = 10


@require_GET
@signed_in
def home(request: ViewerRequest) -> HttpResponse:
    viewer = request.viewer
    if not viewer.membership.role_rights.reads_cases:
        return TemplateResponse(request, "casework/home_no_cases.html", {})
    roles = waiting_roles_for(viewer)
    name_people(viewer, [role.row for role in roles])
    contacts = queue_for(viewer, [ContactState.NEW])
    referrals = (
        late_for(viewer).get("coordinator", []) if viewer.sees_all_cases else unanswered_for(viewer)
    )[:20]
    name_people(viewer, [view.row for view in referrals])
    unconfirmed = unconfirmed_plans_for(viewer)
    context: dict[str, Any] = {
        "may_confirm": may_confirm(viewer),
        "unconfirmed": unconfirmed[:MOST_UNCONFIRMED],
        "unconfirmed_count": unconfirmed.count(),
        "roles": roles,
        "contacts": contacts[:5],
        "replies": contacts_with_waiting_replies(viewer)[:10],
        "page": case_page_for(viewer, limit=5),
        "outbox_notice": outbox_notice_for(viewer),
        "referrals": referrals,
        "ending": ending_for(viewer),
        "meetings": coming_meetings_for(viewer, limit=5),
        "recalls": recalls_for(viewer).filter(agency=viewer.agency, answer__isnull=True)[:20],
    }
    shown = len(context["page"].rows) + len(roles) + len(context["contacts"]) + len(context["replies"])
    shown += len(referrals) + len(context["ending"]) + len(context["unconfirmed"])
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
    saved = saved_query_for(request.viewer)
    if saved and not request.GET:
        return redirect(f"{reverse('casework:case_list')}?{saved}")
    form = CaseListForm(request.GET, viewer=request.viewer)
    query, after = form.query(), Cursor.parse(request.GET.get("after", ""))
    # Counting what a condition leaves over would read the whole list.
    count = 0 if query else count_cases_for(request.viewer)
    page = case_page_for(request.viewer, after=after, only=form.narrowing())
    context = {
        "page": page,
        "filter": form,
        "query": query,
        "saved": saved,
        "is_first": after is None,
        "count": min(count, COUNT_CAP),
        "count_is_capped": count > COUNT_CAP,
    }
    detail = {"list": "cases", "shown": len(page.rows), "first": after is None}
    record(request.viewer, "listed", None, detail=detail)
    return TemplateResponse(request, "casework/case_list.html", context)


@require_POST
@requires("casework.view_case")
def case_list_save(request: ViewerRequest) -> HttpResponse:
    query = CaseListForm(request.POST, viewer=request.viewer).query()
    save_list(query, by=request.viewer)
    messages.success(request, _("この条件を保存しました。") if query else _("保存した条件をなくしました。"))
    return redirect(f"{reverse('casework:case_list')}?{query}" if query else "casework:case_list")


@require_GET
@case_view()
def case(request: ViewerRequest, case: Case) -> HttpResponse:
    viewer = request.viewer
    case_record, strip = read(
        side_by_side(case_record_for.steps(viewer, case), strip_for.steps(viewer, case))
    )
    record_case_read(viewer, case_record)
    is_open = case.stage in OPEN_STAGES
    asks_for_more = viewer.sees_all_cases and is_open
    context = {
        "case": case,
        "strip": strip,
        "record": case_record,
        "stage_form": StageForm(case=case),
        "screened_from": SCREENED_FROM,
        "may_only_inform": Stage.CLOSED_INFO in offered_stages(case.stage),
        "is_open": is_open,
        "may_end": viewer.may("casework.decide") and Stage.CLOSED in offered_stages(case.stage),
        "may_rest": viewer.may("casework.decide") and Stage.SUSPENDED in offered_stages(case.stage),
        "rests": viewer.may("casework.decide") and case.stage == Stage.SUSPENDED,
        "missing": missing(facts_of_case(case_record, strip)) if asks_for_more else {},
    }
    return TemplateResponse(request, "casework/case.html", context)


@require_GET
@case_view()
def ecomap(request: ViewerRequest, case: Case) -> HttpResponse:
    case_record = case_record_for(request.viewer, case)
    record_items(request.viewer, reads_of_ecomap(case_record))
    context = {"case": case, "ecomap": ecomap_of(request.viewer, case_record)}
    return TemplateResponse(request, "casework/ecomap.html", context)


@require_GET
@case_view()
def decision(request: ViewerRequest, case: Case, decision_id: uuid.UUID) -> HttpResponse:
    view = decision_view_for(request.viewer, case, decision_id)
    if view is None:
        raise Http404
    name_people(request.viewer, [*view.directions, *(role.row for role in view.roles)])
    record_decision_read(request.viewer, view)
    answers: list[Any] = [answer for role in view.roles for answer in role.answers]
    files = files_of_answers_for(request.viewer, answers)
    for answer in answers:
        answer.file = files.get(answer.pk)
    context = {
        "case": case,
        "view": view,
        "sheets": sheets_for(request.viewer, view.decision),
        "sheet_kinds": [kind for kind in sheet_kinds().values() if kind.fits(view.decision)],
        "is_kept": is_kept_from(request.viewer, view.decision),
        "is_open": case.stage in OPEN_STAGES,
        "has_pdf": pdf_available(),
    }
    return TemplateResponse(request, "casework/decision.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.share")
def share_add(request: ViewerRequest, case: Case) -> HttpResponse:
    """First the agency, on which all else depends; then items and basis; then what it will see; then the share."""
    asked = request.POST if request.method == "POST" else request.GET
    receiver = ReceiverForm(asked if "agency" in asked else None)
    if not receiver.is_valid():
        return TemplateResponse(request, "casework/share_agency.html", {"case": case, "form": receiver})
    agency = receiver.cleaned_data["agency"]
    people = list(
        persons_for(request.viewer).filter(case=case).order_by("position").values_list("pk", "name")
    )
    form = ShareForm(
        request.POST or None,
        people=people,
        giver=request.viewer.agency,
        receiver=agency,
        agreed=agreed_labels(case, agency=agency),
        unwanted=unwanted_labels(case, agency=agency),
        initial={"agency": agency},
    )
    both_sides = sorted(agencies_on_both_sides(request.viewer, case).get(agency.pk, ()))
    context: dict[str, Any] = {"case": case, "form": form, "agency": agency, "both_sides": both_sides}
    if form.is_valid() and "again" not in request.POST:
        act = {
            "agency": agency,
            "labels": form.chosen_labels(),
            "ground": form.ground(),
            "by": request.viewer,
        }
        try:
            if "confirmed" in request.POST:
                lines = share_items(case, **act)
                messages.success(request, _told(agency.name, len(lines)))
                return redirect("casework:case", case_id=case.pk)
            context["rows"] = rows = preview_of(case, **act)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            shown = [(case, case.pk, None, ""), *((case, case.pk, *row.label) for row in rows)]
            record_items(request.viewer, shown)
            return TemplateResponse(request, "casework/share_preview.html", context)
    return TemplateResponse(request, "casework/share_add.html", context)


def _told(agency: str, count: int) -> str:
    if not count:
        return _("%(agency)sには、同じ根拠ですでに共有されています。") % {"agency": agency}
    return ngettext(
        "%(agency)sに%(count)d項目を共有しました。", "%(agency)sに%(count)d項目を共有しました。", count
    ) % {"agency": agency, "count": count}


@require_http_methods(["GET", "POST"])
@requires("casework.view_case")
def search(request: ViewerRequest) -> HttpResponse:
    """Words are sent, and stand in the address encrypted: no log of a proxy and no history holds a name."""
    if request.method == "POST":
        form = SearchForm(request.POST)
        if not form.is_valid():
            context = {"find_words": form["words"].value(), "error": form.errors["words"][0]}
            return TemplateResponse(request, "casework/search.html", context, status=422)
        text = form.cleaned_data["words"]
        sealed = urlencode({"w": seal(request.viewer, text)}) if text else ""
        return redirect(f"{reverse('casework:search')}?{sealed}" if sealed else "casework:search")
    asked = SealedForm(request.GET)
    token = asked.cleaned_data["w"] if asked.is_valid() else ""
    text = unseal(request.viewer, token) if token else ""
    found = find_cases_for(request.viewer, text)
    if text:
        record_search(request.viewer, found)
    context = {
        "text": text,
        "found": found,
        "most": MOST_SHOWN,
        "is_over": bool(token and not text),
        "find_words": text,
    }
    return TemplateResponse(request, "casework/search.html", context)
