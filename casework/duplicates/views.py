from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from casework.cases.models import Case
from casework.households.models import Person
from casework.households.selectors import person_for
from casework.reads import record_items
from casework.sharing.access import case_view
from casework.sharing.selectors import persons_for
from permissions.access import ViewerRequest
from permissions.errors import NotAllowed

from .actions import join_people, unjoin_people
from .forms import SameForm
from .models import SameMark
from .selectors import joined_for, people_like, record_alike


@require_GET
@case_view("casework.edit_household")
def person_same(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    """Who may be the same person. Right after somebody was added (``?added=1``): on to the case if nobody may be."""
    person = _person(request, case, person_id)
    if "added" in request.GET and not people_like(request.viewer, person):
        return redirect("casework:case", case_id=case.pk)
    return _page(request, case, person)


@require_POST
@case_view("casework.edit_household")
def person_join(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    return _mark(request, case, person_id, join_people, _("同じ人として結びました。"))


@require_POST
@case_view("casework.edit_household")
def person_unjoin(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> HttpResponse:
    return _mark(request, case, person_id, unjoin_people, _("同じ人ではないとしました。"))


def _mark(
    request: ViewerRequest, case: Case, person_id: uuid.UUID, act: Callable[..., SameMark], done: str
) -> HttpResponse:
    person = _person(request, case, person_id)
    form = SameForm(request.POST)
    if not form.is_valid():
        return _page(request, case, person, form)
    other = persons_for(request.viewer).filter(pk=form.cleaned_data["other"]).first()
    if other is None:
        raise Http404
    try:
        act(person, other, reason=form.cleaned_data["reason"], by=request.viewer)
        messages.success(request, done)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("casework:person_same", case_id=case.pk, person_id=person.pk)


def _person(request: ViewerRequest, case: Case, person_id: uuid.UUID) -> Person:
    person = person_for(request.viewer, case, person_id)
    if person is None:
        raise Http404
    return person


def _page(request: ViewerRequest, case: Case, person: Person, sent: SameForm | None = None) -> HttpResponse:
    alike = people_like(request.viewer, person)
    joined = joined_for(request.viewer, case).get(person.pk, [])
    record_items(request.viewer, [(person, case.pk, person.pk, person.item)])
    record_alike(request.viewer, alike)
    failed = str(sent["other"].value()) if sent else ""
    context = {
        "case": case,
        "person": person,
        "joined": [(each, _form(each.person, failed, sent)) for each in joined],
        "alike": [(each, _form(each.person, failed, sent)) for each in alike if not each.joined],
        "sent": sent,
    }
    return TemplateResponse(request, "casework/person_same.html", context, status=422 if sent else 200)


def _form(person: Person, failed: str, sent: SameForm | None) -> SameForm:
    """Return a form of its own for each person; what was sent goes back into the one it came from."""
    if sent is not None and failed == str(person.pk):
        return sent
    return SameForm(initial={"other": person.pk}, auto_id=f"id_%s_{person.pk}")
