from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from casework.cases.models import Case
from casework.reads import record_items
from casework.seen import ChangedMeanwhile
from casework.sharing.access import case_view
from casework.sharing.items import Item
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import add_person, change_household, change_person, correct_stay, record_stay, set_item
from .forms import (
    ITEM_FORMS,
    HouseholdForm,
    PersonAddForm,
    PersonForm,
    StayForm,
    say_where_places_go,
    values_of,
)
from .models import ITEM_MODELS, Person
from .selectors import all_stays_for, household_for, item_for, person_for


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def household_edit(request: ViewerRequest, case: Case) -> HttpResponse:
    household = household_for(request.viewer, case)
    if household is None:
        raise Http404
    form = HouseholdForm(request.POST or None, instance=household)
    heading = _("世帯を直す")
    if form.is_valid():
        return _save(
            request, case, form, heading, change_household, household, seen=form.cleaned_data["seen"]
        )
    record_items(request.viewer, [(household, case.pk, None, household.item)])
    return _page(request, case, form, heading)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def person_add(request: ViewerRequest, case: Case) -> HttpResponse:
    form = PersonAddForm(request.POST or None, instance=Person(case=case))
    say_where_places_go(request.viewer, case, form)
    heading = _("世帯の人や、別に暮らす家族を加える")
    if form.is_valid():
        key = form.key()
        # Who may be the same person is shown while whoever added them still has them before their eyes.
        same = f"{reverse('casework:person_same', args=[case.pk, key])}?added=1"
        return _save(request, case, form, heading, add_person, case, then=same, stay=form.stay(), key=key)
    return _page(request, case, form, heading)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def person_edit(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    person = _person(request, case, person_id)
    form = PersonForm(request.POST or None, instance=person)
    say_where_places_go(request.viewer, case, form)
    heading = _("基本情報を直す")
    if form.is_valid():
        return _save(request, case, form, heading, change_person, person, seen=form.cleaned_data["seen"])
    record_items(request.viewer, [(person, case.pk, person.pk, person.item)])
    return _page(request, case, form, heading)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def person_item(request: ViewerRequest, case: Case, person_id: uuid.UUID, item: str) -> HttpResponse:
    if item not in ITEM_MODELS:
        raise Http404
    person = _person(request, case, person_id)
    row = item_for(request.viewer, person, item) or ITEM_MODELS[item](person=person, case=case)
    form = ITEM_FORMS[item](request.POST or None, instance=row)
    say_where_places_go(request.viewer, case, form)
    heading = _("%(name)sさんの「%(item)s」を書く") % {"name": person.name, "item": Item(item).label}
    if form.is_valid():
        return _save(
            request, case, form, heading, set_item, person, item=item, seen=form.cleaned_data["seen"]
        )
    record_items(request.viewer, [(row, case.pk, person.pk, item), (person, case.pk, person.pk, person.item)])
    return _page(request, case, form, heading)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def stays(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    """What is known of how a person lived with the household, and a form for what came after."""
    person = _person(request, case, person_id)
    form = StayForm(request.POST or None)
    if form.is_valid():
        try:
            record_stay(person, form.draft(), by=request.viewer, key=form.key())
            messages.success(request, _("保存しました。"))
            return redirect("casework:stays", case_id=case.pk, person_id=person.pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    record_items(request.viewer, [(person, case.pk, person.pk, person.item)])
    context = {
        "case": case,
        "person": person,
        "form": form,
        "rows": all_stays_for(request.viewer, case, person_id),
    }
    return TemplateResponse(request, "casework/stays.html", context)


@require_http_methods(["GET", "POST"])
@case_view("casework.edit_household")
def stay_correct(
    request: ViewerRequest, case: Case, person_id: uuid.UUID, stay_id: uuid.UUID
) -> HttpResponse:
    person = _person(request, case, person_id)
    stay = next((row for row in all_stays_for(request.viewer, case, person_id) if row.pk == stay_id), None)
    if stay is None:
        raise Http404
    form = StayForm(request.POST or None, initial=values_of(stay))
    if form.is_valid():
        try:
            correct_stay(stay, form.draft(), by=request.viewer, key=form.key())
            messages.success(request, _("訂正を記録しました。前の記録も残っています。"))
            return redirect("casework:stays", case_id=case.pk, person_id=person.pk)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        except ChangedMeanwhile:
            text = _("ほかの人が先に訂正しました。前の画面に戻って、いまの記録を見てください。")
            form.add_error(None, text)
    record_items(request.viewer, [(person, case.pk, person.pk, person.item)])
    context = {"case": case, "person": person, "stay": stay, "form": form}
    return TemplateResponse(request, "casework/stay_correct.html", context)


def _person(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> Person:
    person = person_for(request.viewer, case, person_id)
    if person is None:
        raise Http404
    return person


def _save(
    request: ViewerRequest,
    case: Case,
    form: Any,
    heading: str,
    act: Callable[..., Any],
    target: Any,
    *,
    then: str = "",
    **more: Any,
) -> HttpResponse:
    """Act and go back to the case, or where ``then`` says; on a colleague's change show what stands now beside what was typed."""
    try:
        act(target, values=form.values(), by=request.viewer, **more)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return _page(request, case, form, heading)
    except ChangedMeanwhile as clash:
        form.add_error(
            None, _("書いている間に、ほかの人が保存しました。下の「いまの内容」と見比べてください。")
        )
        return _page(request, case, form.restarted(clash.current), heading, now=form.shown(clash.current))
    messages.success(request, _("保存しました。"))
    return redirect(then) if then else redirect("casework:case", case_id=case.pk)


def _page(
    request: ViewerRequest, case: Case, form: Any, heading: str, now: list[tuple[str, str]] | None = None
) -> HttpResponse:
    context = {"case": case, "form": form, "heading": heading, "now": now}
    return TemplateResponse(request, "casework/household_form.html", context)
