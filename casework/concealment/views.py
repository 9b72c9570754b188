from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from casework.reads import record_items
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.agencies.models import Agency
from permissions.errors import NotAllowed

from .actions import (
    ask_for_place,
    ask_to_lift,
    conceal,
    lift_concealment,
    open_place,
    record_place_shown,
    renew_concealment,
)
from .forms import ConcealForm, GroundForm, LiftForm, PlaceForm, ThreatFormSet, threats_of
from .selectors import (
    ConcealmentView,
    agencies_on_both_sides,
    concealments_for,
    found_for,
    opened_place_for,
    openings_of,
    places_for,
    request_for,
    waiting_requests_for,
)

if TYPE_CHECKING:
    from casework.cases.models import Case
    from permissions.viewer import Viewer


@require_GET
@case_view("casework.conceal")
def concealment(request: ViewerRequest, case: Case) -> HttpResponse:
    viewer = request.viewer
    people = _people(request, case)
    names = {person.pk: person.name for person in people}
    context = {
        "case": case,
        "views": concealments_for(viewer, case),
        "places": [(names.get(place.person_id, ""), place) for place in places_for(viewer, case)],
        "found": found_for(viewer, case),
        "both_sides": _both_sides(viewer, case),
        "waiting": waiting_requests_for(viewer, case),
        "openings": openings_of(viewer, case)[:50],
    }
    return TemplateResponse(request, "casework/concealment.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.conceal")
def concealment_add(request: ViewerRequest, case: Case) -> HttpResponse:
    people = _people(request, case)
    form = ConcealForm(request.POST or None, people=people)
    threats = ThreatFormSet(request.POST or None, prefix="threat")
    if request.method == "POST" and all([form.is_valid(), threats.is_valid()]):
        person = next(each for each in people if str(each.pk) == form.cleaned_data["person"])
        try:
            conceal(case, person, form.draft(), threats_of(threats), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("秘匿を始めました。住所や場所は、どの画面にも紙にも出ません。"))
            return redirect("casework:concealment", case_id=case.pk)
    context = {"case": case, "form": form, "threats": threats, "people": people}
    return TemplateResponse(request, "casework/concealment_add.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.conceal")
def concealment_renew(request: ViewerRequest, case: Case, concealment_id: uuid.UUID) -> HttpResponse:
    view = _standing(request, case, concealment_id)
    form = GroundForm(request.POST or None, initial={"kind": view.ground.kind})
    if form.is_valid():
        try:
            renew_concealment(view.row, form.draft(), by=request.viewer, key=form.key())
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("秘匿の根拠を書き直しました。前の内容も残っています。"))
            return redirect("casework:concealment", case_id=case.pk)
    context = {"case": case, "form": form, "view": view}
    return TemplateResponse(request, "casework/concealment_renew.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.conceal", fresh=True)
def concealment_lift(request: ViewerRequest, case: Case, concealment_id: uuid.UUID) -> HttpResponse:
    """One page for both people: the first writes why, the second, who sees that, confirms."""
    view = _standing(request, case, concealment_id)
    asked = view.request
    confirms = bool(asked and asked.asked_by.user_id != request.viewer.user.pk)
    form = LiftForm(request.POST if request.method == "POST" and not confirms else None)
    if request.method == "POST":
        done = _confirmed(request, asked, form) if confirms and asked else _asked(request, view, form)
        if done:
            return redirect("casework:concealment", case_id=case.pk)
    may_confirm = request.viewer.may("casework.confirm_concealment")
    context = {"case": case, "form": form, "view": view, "confirms": confirms, "may_confirm": may_confirm}
    return TemplateResponse(request, "casework/concealment_lift.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.conceal")
def place_ask(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    person = next((each for each in _people(request, case) if each.pk == person_id), None)
    kinds = [place.kind for place in places_for(request.viewer, case) if place.person_id == person_id]
    if person is None or not kinds:
        raise Http404
    form = PlaceForm(request.POST or None, kinds=kinds)
    if form.is_valid():
        try:
            asked = ask_for_place(person, by=request.viewer, **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            if hasattr(asked, "opening"):
                return redirect("casework:place", case_id=case.pk, request_id=asked.pk)
            messages.success(request, _("申し出ました。ほかの職員が「開く」を押すと、10分だけ見られます。"))
            return redirect("casework:concealment", case_id=case.pk)
    context = {"case": case, "form": form, "person": person}
    return TemplateResponse(request, "casework/place_ask.html", context)


@require_POST
@case_view("casework.confirm_concealment", fresh=True)
def place_open(request: ViewerRequest, case: Case, request_id: uuid.UUID) -> HttpResponse:
    asked = request_for(request.viewer, case, request_id)
    if asked is None:
        raise Http404
    try:
        open_place(asked, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("開きました。申し出た人だけが、10分の間見られます。"))
    return redirect("casework:concealment", case_id=case.pk)


@require_GET
@case_view("casework.conceal", fresh=True)
def place(request: ViewerRequest, case: Case, request_id: uuid.UUID) -> HttpResponse:
    found = opened_place_for(request.viewer, case, request_id)
    if found is None:
        raise Http404
    opening, text = found
    record_place_shown(request.viewer, opening)
    context = {"case": case, "opening": opening, "text": text}
    return TemplateResponse(request, "casework/place.html", context)


def _both_sides(viewer: Viewer, case: Case) -> list[tuple[str, list[str]]]:
    found = agencies_on_both_sides(viewer, case)
    names = dict(Agency.objects.filter(pk__in=found).values_list("pk", "name"))
    return sorted((names[agency], sorted(threats)) for agency, threats in found.items())


def _people(request: ViewerRequest, case: Case) -> list[Any]:
    people = list(persons_for(request.viewer).filter(case=case).order_by("position", "pk"))
    record_items(request.viewer, [(person, case.pk, person.pk, "basic") for person in people])
    return people


def _standing(request: ViewerRequest, case: Case, concealment_id: uuid.UUID) -> ConcealmentView:
    for view in concealments_for(request.viewer, case):
        if view.row.pk == concealment_id:
            _people(request, case)
            return view
    raise Http404


def _asked(request: ViewerRequest, view: ConcealmentView, form: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        ask_to_lift(view.row, reason=form.cleaned_data["reason"], by=request.viewer)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("申し出ました。1日のうちに、ほかの職員が確かめると終わります。"))
    return True


def _confirmed(request: ViewerRequest, asked: Any, form: Any) -> bool:
    try:
        lift_concealment(asked, by=request.viewer)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, _("秘匿を終えました。住所や場所は、もとの欄に戻りました。"))
    return True
