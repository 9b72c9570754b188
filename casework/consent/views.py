from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from casework.households.forms import MeansForm
from casework.households.models import Person
from casework.households.safety import rules_for
from casework.households.selectors import person_for
from casework.reads import record_items
from casework.sharing.access import case_view
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed
from permissions.paper import PdfUnavailable, pdf_available

from .actions import make_team_letter, record_consent, withdraw_consent
from .forms import (
    ConsentForm,
    ExclusionFormSet,
    ScopeFormSet,
    WithdrawalForm,
    exclusions_of,
    scopes_of,
)
from .selectors import consent_for, consent_states_for, team_for

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_GET
@case_view("casework.record_consent")
def consents(request: ViewerRequest, case: Case) -> HttpResponse:
    states = consent_states_for(request.viewer, case)
    record_items(request.viewer, [(state.person, case.pk, state.person.pk, "basic") for state in states])
    context = {"case": case, "states": states, "has_pdf": pdf_available()}
    return TemplateResponse(request, "casework/consents.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.record_consent")
def consent_add(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, case, person_id)
    form = ConsentForm(request.POST or None)
    scopes = ScopeFormSet(request.POST or None, prefix="scope")
    exclusions = ExclusionFormSet(request.POST or None, prefix="not")
    if request.method == "POST" and all([form.is_valid(), scopes.is_valid(), exclusions.is_valid()]):
        draft = form.draft(scopes_of(scopes), exclusions_of(exclusions))
        try:
            consent = record_consent(case, person, draft, by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("%(number)s として記録しました。") % {"number": consent.number})
            return redirect("casework:consents", case_id=case.pk)
    state = next(each for each in consent_states_for(request.viewer, case) if each.person == person)
    context = {
        "case": case,
        "person": person,
        "state": state,
        "form": form,
        "scopes": scopes,
        "exclusions": exclusions,
    }
    record_items(request.viewer, [(person, case.pk, person.pk, "basic")])
    return TemplateResponse(request, "casework/consent_add.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.record_consent")
def consent_withdraw(request: ViewerRequest, case: Case, consent_id: uuid.UUID) -> HttpResponse:
    consent = consent_for(request.viewer, case, consent_id)
    if consent is None:
        raise Http404
    form = WithdrawalForm(request.POST or None, consent=consent)
    if form.is_valid():
        agency, item = form.chosen()
        try:
            withdraw_consent(
                consent.row,
                agency=agency,
                item=item,
                said_on=form.cleaned_data["said_on"],
                how=form.cleaned_data["how"],
                by=request.viewer,
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("同意の撤回を記録し、もとになっていた共有を終えました。もう見えません。")
            )
            return redirect("casework:consents", case_id=case.pk)
    context = {"case": case, "consent": consent, "form": form}
    return TemplateResponse(request, "casework/consent_withdraw.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.record_consent")
def team_letter(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, case, person_id)
    team = team_for(request.viewer, case, person)
    form = MeansForm(request.POST or None, rules=rules_for(request.viewer, person))
    if form.is_valid():
        try:
            pdf = make_team_letter(person, team, means=form.cleaned_data["means"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except PdfUnavailable:
            form.add_error(
                None,
                _(
                    "このサーバーでは、いまPDFを作れません。管理者に「PDFの部品が入っていない」と伝えてください。"
                ),
            )
        else:
            response = HttpResponse(pdf, content_type="application/pdf")
            # A name that says nothing of a case where it is found again.
            response["Content-Disposition"] = 'attachment; filename="shien-team.pdf"'
            return response
    context = {"case": case, "person": person, "team": team, "form": form, "has_pdf": pdf_available()}
    record_items(request.viewer, [(person, case.pk, person.pk, "basic")])
    return TemplateResponse(request, "casework/team_letter.html", context)


def _person(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> Person:
    person = person_for(request.viewer, case, person_id)
    if person is None:
        raise Http404
    return person
