from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_http_methods

from casework.codes.settings import count_of
from casework.concealment.selectors import agencies_on_both_sides
from casework.households.selectors import name_people
from casework.reads import record_items
from casework.sharing.access import case_view
from casework.sharing.consents import agreed_labels, unwanted_labels
from casework.sharing.forms import ReceiverForm
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest, public, requires
from permissions.audit.actions import record
from permissions.errors import NotAllowed
from permissions.paper import PdfUnavailable, pdf_available
from permissions.viewer import Viewer

from .actions import answer_referral, revoke_referral, send_referral
from .card import make_card
from .forms import CardForm, LinkAnswerForm, ReferralAnswerForm, ReferralForm, RevokeForm, ToldAnswerForm
from .links import answer_by_link, holder_of, make_link
from .selectors import ReferralView, case_referrals_for, late_for, open_referrals_for, referral_for
from .states import GIVEN_BACK

if TYPE_CHECKING:
    from casework.cases.models import Case


@require_GET
@requires("casework.view_case")
def referrals(request: ViewerRequest) -> HttpResponse:
    found = open_referrals_for(request.viewer)
    name_people(request.viewer, [view.row for view in found])
    record(request.viewer, "listed", None, detail={"list": "referrals", "shown": len(found)})
    context = {"referrals": found, "late": late_for(request.viewer)}
    return TemplateResponse(request, "casework/referrals.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.share")
def referral_add(request: ViewerRequest, case: Case) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    receiver = ReceiverForm(asked if "agency" in asked else None)
    if not receiver.is_valid():
        return TemplateResponse(request, "casework/referral_agency.html", {"case": case, "form": receiver})
    agency = receiver.cleaned_data["agency"]
    people = list(
        persons_for(request.viewer).filter(case=case).order_by("position").values_list("pk", "name")
    )
    form = ReferralForm(
        request.POST or None,
        people=people,
        giver=request.viewer.agency,
        receiver=agency,
        agreed=agreed_labels(case, agency=agency),
        unwanted=unwanted_labels(case, agency=agency),
        initial={"agency": agency},
    )
    if form.is_valid():
        try:
            referral = send_referral(
                case, form.draft(), by=request.viewer, follows=_last_given_back(request, case), key=form.key()
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("%(number)s を送りました。返事を待ちます。") % {"number": referral.number}
            )
            return redirect("casework:referral", referral_id=referral.pk)
    both_sides = sorted(agencies_on_both_sides(request.viewer, case).get(agency.pk, ()))
    context = {"case": case, "form": form, "agency": agency, "both_sides": both_sides}
    return TemplateResponse(request, "casework/referral_add.html", context)


def _last_given_back(request: ViewerRequest, case: Case) -> Any:
    """A new referral after a hand-back goes on with the same thread."""
    views = case_referrals_for(request.viewer, case)
    followed = {view.row.follows_id for view in views}
    return next(
        (view.row for view in views if view.state in GIVEN_BACK and view.row.pk not in followed), None
    )


def _load(viewer: Viewer, *, referral_id: uuid.UUID) -> dict[str, Any]:
    referral = referral_for(viewer, referral_id)
    if referral is None:
        raise Http404
    return {"referral": referral}


def _shown(viewer: Viewer, request: ViewerRequest, *, referral: ReferralView) -> None:
    row = referral.row
    record_items(viewer, [(row, row.case_id, row.person_id, row.item)])


@require_http_methods(["GET", "POST"])
@requires("casework.view_case", load=_load, shown=_shown)
def referral(request: ViewerRequest, referral: ReferralView) -> HttpResponse:
    """The packet and its answers; its receiver answers here, the center writes down what it was told."""
    viewer = request.viewer
    row = referral.row
    is_receiver = row.receiver_id == viewer.agency.pk and viewer.may("casework.answer_role")
    kind = ReferralAnswerForm if is_receiver else ToldAnswerForm
    may_answer = (is_receiver or viewer.may("casework.share")) and referral.next_kinds
    form = None
    if may_answer:
        form = kind(
            request.POST or None, kinds=referral.next_kinds, initial={"answered": len(referral.answers)}
        )
    if form and form.is_valid():
        try:
            answer = answer_referral(row, form.draft(), answered=form.cleaned_data["answered"], by=viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("返事を記録しました。"))
            if is_receiver and answer.kind in GIVEN_BACK:
                return redirect("casework:home")  # nothing of it is seen any more
            return redirect("casework:referral", referral_id=row.pk)
    name_people(viewer, [row])
    _shown(viewer, request, referral=referral)
    context = {"referral": referral, "case": row.case, "form": form, "is_receiver": is_receiver}
    return TemplateResponse(request, "casework/referral.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=_load, shown=_shown)
def referral_card(request: ViewerRequest, referral: ReferralView) -> HttpResponse:
    """The card that the person carries, or the link alone; its address is shown this once."""
    wants_link = "link" in request.POST
    form = CardForm(None if wants_link else request.POST or None)
    address = ""
    try:
        if wants_link:
            address = make_link(referral, by=request.viewer)
        elif form.is_valid():
            pdf = make_card(referral, words=form.cleaned_data["words"], by=request.viewer)
            response = HttpResponse(pdf, content_type="application/pdf")
            # A name that says nothing of a case where it is found again.
            response["Content-Disposition"] = 'attachment; filename="tsunagaru-card.pdf"'
            return response
    except NotAllowed as refusal:
        if wants_link:
            messages.error(request, str(refusal))
        else:
            form.add_error(None, str(refusal))
    except PdfUnavailable:
        form.add_error(
            None,
            _("このサーバーでは、いまPDFを作れません。管理者に「PDFの部品が入っていない」と伝えてください。"),
        )
    name_people(request.viewer, [referral.row])
    context = {
        "referral": referral,
        "case": referral.row.case,
        "form": form,
        "address": address,
        "days": count_of("referral_link"),
        "has_pdf": pdf_available(),
    }
    return TemplateResponse(request, "casework/referral_card.html", context)


@public(
    reason="an agency without an account answers; the secret in the address is the right, once, in one state"
)
@require_http_methods(["GET", "POST"])
@cache_control(no_store=True)
def referral_by_link(request: HttpRequest, secret: str) -> HttpResponse:
    held = holder_of(secret)
    if held is None:
        return TemplateResponse(request, "casework/link_gone.html", status=404)
    form = LinkAnswerForm(request.POST or None, kinds=held.kinds)
    if form.is_valid():
        told = form.cleaned_data
        try:
            number = answer_by_link(
                secret, kind=told["kind"], words=told["words"], contact_person=told["contact_person"]
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return TemplateResponse(request, "casework/link_answered.html", {"number": number})
    context = {"form": form, "number": held.referral.number, "sender": held.referral.sender}
    return TemplateResponse(request, "casework/link_answer.html", context)


@require_http_methods(["GET", "POST"])
@requires("casework.share", load=_load, shown=_shown)
def referral_revoke(request: ViewerRequest, referral: ReferralView) -> HttpResponse:
    form = RevokeForm(request.POST or None)
    if form.is_valid():
        try:
            revoke_referral(referral.row, reason=form.cleaned_data["reason"], by=request.viewer)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("つなぎを取り消しました。つなぎ先からは、もう見えません。"))
            return redirect("casework:referral", referral_id=referral.row.pk)
    name_people(request.viewer, [referral.row])
    context = {"referral": referral, "case": referral.row.case, "form": form}
    return TemplateResponse(request, "casework/referral_revoke.html", context)
